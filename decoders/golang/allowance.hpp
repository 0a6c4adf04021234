// How much may be kept.
#pragma once

#include <atomic>
#include <cstddef>

namespace shimtrace::golang {

/// Bytes that several share in. From any thread; the last to use it may go a little beyond.
class Allowance {
public:
    explicit Allowance(std::size_t bytes) : bytes_(bytes) {}
    [[nodiscard]] bool is_used_up() const { return used_ >= bytes_; }
    void use(std::size_t bytes) { used_ += bytes; }

private:
    std::size_t bytes_;
    std::atomic<std::size_t> used_{0};
};

}  // namespace shimtrace::golang
