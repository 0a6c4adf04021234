// Where each goroutine of a process stands, by its own record alone: no stack is read, and nothing is made of it. Enough to tell whether it
// has moved since.
#pragma once

#include "decoders/golang/go_runtime.hpp"

#include <compare>
#include <cstdint>
#include <vector>

namespace shimtrace::golang {

struct ParkedGoroutine {
    std::uint64_t id = 0, sp = 0, pc = 0;  ///< of its saved context, or of the system call that it is in
    std::uint8_t status = 0, wait_reason = 0;
    auto operator<=>(const ParkedGoroutine&) const = default;
};

struct ParkedGoroutines {
    std::vector<ParkedGoroutine> all;  ///< by id; those that wait or are in a system call
    bool some_run = false;             ///< others are on a CPU, or about to be
};

/// Of at most `most` goroutines. Error: their list cannot be read, or not whole.
Result<ParkedGoroutines> parked_goroutines(const RuntimeLocation& location, const Memory& memory, std::size_t most = 1 << 17);

}  // namespace shimtrace::golang
