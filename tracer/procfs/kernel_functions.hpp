// Names of functions of the kernel's by where a call in them returns to. /proc/kallsyms has all of them, in ten megabytes that the kernel
// writes anew for each reader; the few that threads sleep in stand in those threads' /proc/TID/stack.
#pragma once

#include <shimtrace/shared_text.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// May be asked, and taught, by several threads at once.
class KernelFunctions {
public:
    /// Of return addresses, in their order. nullopt: one of them is not known.
    std::optional<std::vector<SharedText>> names(std::span<const std::uint64_t> addresses);
    /// What /proc/TID/stack says of a thread that sleeps with these. Where the two do not fit nothing is learned.
    void learn(std::span<const std::uint64_t> addresses, std::string_view text);

private:
    struct Function {
        std::uint64_t size;
        SharedText name;
    };
    const Function* find(std::uint64_t address) const;

    std::mutex mutex_;
    std::map<std::uint64_t, Function> functions_;  ///< by where they begin
};

}  // namespace shimtrace::host
