// The live SessionObserver: /proc and sock_diag behind a cache for each descriptor table.
#pragma once

#include <shimtrace/session_observer.hpp>

#include <functional>
#include <memory>

namespace shimtrace::host {

/// What the layers above add; empty functions add nothing.
struct ObserverHooks {
    std::function<OpenFileRoleInfo(Pid, const OpenFile&)> target_role;  ///< containerd's roles
    std::function<ProcessRoleInfo(const Process&)> process_role;        ///< of a process that is new or has executed a program
    std::function<const Process*(Pid)> known_process;                   ///< one that process_role was told of, as it was then
    std::function<void(Pid, Tid, const Memory&, std::vector<StackFrame>&)> stack;
    /// Find out who holds the other ends (OpenFile::holders, blocked_note), by a look at everybody's descriptors now and then
    /// from a thread of its own; and read counts and timers at each use. false: what strace prints needs none of it.
    bool other_ends = true;
    /// call_returned hears of every call of all tasks, and task_started of everybody who is born: who has an end of a new pipe is known.
    bool sees_all = false;
    /// Ask of every small write whether it goes to a file comm, where its descriptor is not resolved (-Y).
    bool task_names = false;
};

/// Caches targets for each process (and each unshared table); correct after close and reuse, dup2, close_range, exec, and
/// SCM_RIGHTS. Fd{AT_FDCWD} leads to the working directory. Facts of a socket that change with every byte (its queues) are
/// left out.
std::unique_ptr<SessionObserver> make_session_observer(ObserverHooks hooks);

}  // namespace shimtrace::host
