// What is at a place of a program's code: looked up once for all processes that run it.
#pragma once

#include "decoders/golang/allowance.hpp"
#include "decoders/golang/goroutine_purposes.hpp"
#include "decoders/golang/pclntab.hpp"

#include <shimtrace/goroutine.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shimtrace::golang {

/// The physical function at a pc, and how its frame is left.
struct ResolvedCode {
    std::optional<Function> function;
    std::optional<std::int32_t> frame_size;
    std::uint8_t flags = 0;
    bool may_trap_caller = false;  ///< its caller's pc is that of a faulting instruction, not a return address
    std::string_view name;
};

/// What a value takes beside itself.
inline std::size_t further_bytes(const std::vector<GoFrame>& frames) {
    std::size_t bytes = frames.capacity() * sizeof(GoFrame);
    for (const GoFrame& frame : frames) bytes += frame.function.size() + frame.file.size() + 2 * sizeof(std::string);
    return bytes;
}
template <typename Value>
std::size_t further_bytes(const Value&) {
    return 0;
}

/// Values that stay what they are once they were made, by place. From any thread.
template <typename Value>
class Lookups {
public:
    explicit Lookups(Allowance& allowance) : allowance_(allowance) {}
    /// nullptr: there are more than are kept.
    template <typename Make>
    const Value* find(std::uint64_t place, const Make& make) {
        constexpr std::size_t most = std::size_t{1} << 14;  // of a program that has its goroutines everywhere
        {
            const std::shared_lock lock(mutex_);
            if (const auto known = values_.find(place); known != values_.end()) return &known->second;
            if (values_.size() >= most) return nullptr;
        }
        if (allowance_.is_used_up()) return nullptr;
        Value made = make();
        constexpr std::size_t of_node = 4 * sizeof(void*);
        const std::size_t bytes = of_node + sizeof(std::pair<std::uint64_t, Value>) + further_bytes(made);
        const std::unique_lock lock(mutex_);
        const auto [at, fresh] = values_.try_emplace(place, std::move(made));
        if (fresh) allowance_.use(bytes);
        return &at->second;
    }

private:
    Allowance& allowance_;
    std::shared_mutex mutex_;
    std::unordered_map<std::uint64_t, Value> values_;  ///< whose elements stay where they are
};

/// A program, and where in it its goroutines are, is chosen by whoever runs it, and this is kept for as long as the program is known: by a
/// monitor for good.
struct KnownCode {
    Allowance allowance{std::size_t{1} << 20};
    Lookups<ResolvedCode> resolved{allowance};
    Lookups<std::vector<GoFrame>> sources{allowance};
    MeaningFinder meanings{allowance};
};

}  // namespace shimtrace::golang
