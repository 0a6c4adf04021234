// An archive as tar(5) calls ustar: what any system unpacks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shimtrace::output {

class Tar {
public:
    /// A file for its owner alone. `name` has at most 100 bytes.
    void add(std::string_view name, std::string_view bytes, std::int64_t seconds);
    [[nodiscard]] std::string take() &&;

private:
    std::string bytes_;
};

}  // namespace shimtrace::output
