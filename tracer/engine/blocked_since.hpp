// Since when a thread has been blocking: since it last ran on a CPU.
#pragma once

#include "tracer/engine/tracee.hpp"

#include <shimtrace/types.hpp>

#include <map>
#include <optional>

namespace shimtrace::engine {

/// Reads what /proc tells of a thread that nobody has disturbed yet: the call that it blocks in, and when it ran last. The
/// latter is se.exec_start of /proc/TID/sched, on the scheduler's clock of one CPU; what that clock shows now is read off
/// our own thread, on that CPU. Time that a CPU spent on interrupts, or that a hypervisor took, does not count there: the
/// true time may be earlier, never later.
class BlockedSince {
public:
    /// number -1: the thread runs, or there is nothing to read.
    FoundCall found_call(Tid tid);

private:
    std::optional<Nanoseconds> offset(int cpu);

    std::map<int, std::optional<Nanoseconds>> offsets_;  ///< CLOCK_MONOTONIC - the CPU's scheduler clock
};

}  // namespace shimtrace::engine
