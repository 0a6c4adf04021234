// What is at a place of a program's code: looked up once for all processes that run it.
#pragma once

#include "decoders/golang/goroutine_purposes.hpp"
#include "decoders/golang/pclntab.hpp"

#include <shimtrace/goroutine.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shimtrace::golang {

/// Values that stay what they are once they were made, by place. From any thread.
template <typename Value>
class Lookups {
public:
    /// nullptr: there are more than are kept.
    template <typename Make>
    const Value* find(std::uint64_t place, const Make& make) {
        constexpr std::size_t most = std::size_t{1} << 14;  // of a program that has its goroutines everywhere
        {
            const std::shared_lock lock(mutex_);
            if (const auto known = values_.find(place); known != values_.end()) return &known->second;
            if (values_.size() >= most) return nullptr;
        }
        Value made = make();
        const std::unique_lock lock(mutex_);
        return &values_.try_emplace(place, std::move(made)).first->second;
    }

private:
    std::shared_mutex mutex_;
    std::unordered_map<std::uint64_t, Value> values_;  ///< whose elements stay where they are
};

/// The physical function at a pc, and how its frame is left.
struct ResolvedCode {
    std::optional<Function> function;
    std::optional<std::int32_t> frame_size;
    std::uint8_t flags = 0;
    bool may_trap_caller = false;  ///< its caller's pc is that of a faulting instruction, not a return address
    std::string_view name;
};

struct KnownCode {
    Lookups<ResolvedCode> resolved;
    Lookups<std::vector<GoFrame>> sources;
    MeaningFinder meanings;
};

}  // namespace shimtrace::golang
