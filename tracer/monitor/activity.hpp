// Who of a host's shims, containers and daemons does what, as cheaply as it can be told: one pass over /proc, two small files a thread of a
// container's; of a Go program, as shims and daemons are, where its goroutines stand.
#pragma once

#include "tracer/stacks/parked_goroutines.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace shimtrace::monitor {

/// A thread at one moment. That it has not run since an earlier one, `ran` tells.
struct ThreadActivity {
    ProcessState state = ProcessState::unknown;
    std::uint64_t ran = 0;      ///< how often it was given a CPU: the last number of /proc/TID/schedstat
    bool of_container = false;  ///< not of a shim or a daemon, whose runtimes wake now and then for no reason of their own
    bool operator==(const ThreadActivity&) const = default;
};

/// A process, told from a later one of the same pid by when it began.
struct Identity {
    Pid pid;
    std::uint64_t start_time = 0;
    auto operator<=>(const Identity&) const = default;
};

/// A shim or a monitor with all that lives below it, or a daemon: what is looked at closely together.
struct UnitActivity {
    bool daemon = false;
    /// Of the head of the unit, where it is a Go program that could be read: by id; those that wait. Its threads are left out then.
    std::vector<golang::ParkedGoroutine> goroutines = {};
    std::map<Tid, ThreadActivity> threads;
};

struct Activity {
    std::map<Identity, UnitActivity> units;
    /// Processes anywhere on the host that do not go on: stopped, traced, in uninterruptible sleep. Others may wait for them.
    std::map<Identity, ProcessState> halted;
};

/// Stops nothing, and waits for no process. `whole`: the heads of units whose threads are told as well, whatever they are. Error: /proc
/// cannot be read.
Result<Activity> read_activity(stacks::ParkedGoroutineReader& goroutines, const std::set<Pid>& whole);

}  // namespace shimtrace::monitor
