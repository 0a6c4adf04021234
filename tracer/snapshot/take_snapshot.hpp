// The live host's /proc, sock_diag and cgroups as a Snapshot. Reads only; opens nothing of the target's by path, stops
// nothing.
#pragma once

#include "tracer/procfs/mounts.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>
#include <shimtrace/work.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::host {

/// How much to read. The process table (pid, parent, comm, state, namespaces, cgroup, command line) is always whole.
struct SnapshotScope {
    std::vector<Pid> detailed;    ///< threads, syscalls, kernel stacks, descriptors of these and of their related_processes:
                                  ///< children, other ends of pipes and sockets, tracers, lock holders, FUSE servers
    bool all_descriptors = true;  ///< descriptors of every process (needed to find the other ends)
    bool kernel_stacks = true;
    std::function<bool()> interrupted = {};  ///< asked now and then, by several threads; true: there is no snapshot (ECANCELED)
    TellWork tell_work = {};
};

/// Who else is looked at closely.
struct Chosen {
    /// One that is connected to everybody: of all those only who is at these ends is looked at as well.
    struct Daemon {
        Pid pid;
        std::vector<Fd> ends;
        bool retries_lock = false;  ///< it tries a file's lock again and again, so that no thread is seen to wait for it
    };
    std::vector<Pid> processes;
    std::vector<Daemon> daemons;
};

/// Given the table of all processes and their descriptors, says that. It may assign roles, and read containers' files and goroutines on the
/// way: they stay in the snapshot. `mounts`: more can be asked for there.
using Choice = std::function<Chosen(Snapshot&, MountTables& mounts)>;

/// Never fails for a process that vanished. Errors: /proc cannot be read at all; it was interrupted.
Result<Snapshot> take_snapshot(const SnapshotScope& scope, const Choice& choose = {});

}  // namespace shimtrace::host
