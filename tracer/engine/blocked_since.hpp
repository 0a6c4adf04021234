// Since when a thread has been blocking: since it last ran on a CPU.
#pragma once

#include "tracer/engine/tracee.hpp"
#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/types.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::engine {

/// Reads what /proc tells of a thread that nobody has disturbed yet: the call that it blocks in, and when it ran last. The
/// latter is se.exec_start of /proc/TID/sched, on the scheduler's clock of one CPU; what that clock shows now is read off
/// our own thread, on that CPU. Time that a CPU spent on interrupts, or that a hypervisor took, does not count there: the
/// true time may be earlier, never later.
class BlockedSince {
public:
    /// number -1: the thread runs, or there is nothing to read. Those of one process are best asked for one after the other.
    FoundCall found_call(Pid pid, Tid tid);

private:
    std::optional<Nanoseconds> offset(int cpu);
    std::string_view text(Tid tid, std::string_view name);

    Pid pid_;                                   ///< whose threads' files were read last
    std::optional<host::ProcDirectory> tasks_;  ///< /proc/PID/task
    std::string scratch_;
    std::map<int, std::optional<Nanoseconds>> offsets_;  ///< CLOCK_MONOTONIC - the CPU's scheduler clock
};

}  // namespace shimtrace::engine
