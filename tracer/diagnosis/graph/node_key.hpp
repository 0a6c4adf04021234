// What the graph is made of before it is drawn: a NodeKey is a node by its identity, a Wait is one edge out of it.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>
#include <shimtrace/wait_graph.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace::diagnosis {

/// A node by what makes it itself. Fields that do not apply stay empty.
struct NodeKey {
    NodeKind kind = NodeKind::nobody;
    Pid pid;
    Tid tid;
    GoroutineId goroutine;
    Inode inode;  ///< pipe, socket, file: the object; process: the pipe on whose behalf a shim is asked (its copier)
    std::uint64_t device = 0;
    std::string name;  ///< cgroup's path, fifo's path, mount point, lock's address

    auto operator<=>(const NodeKey&) const = default;

    static NodeKey of(Pid pid) { return {.kind = NodeKind::process, .pid = pid}; }
    static NodeKey thread(Pid pid, Tid tid) { return {.kind = NodeKind::thread, .pid = pid, .tid = tid}; }
    static NodeKey of(Pid pid, GoroutineId id) { return {.kind = NodeKind::goroutine, .pid = pid, .goroutine = id}; }
    static NodeKey nobody(std::string name = {}) { return {.kind = NodeKind::nobody, .name = std::move(name)}; }
};

/// How a chain can end: what kind of root it found. `none`: it does not end here.
enum class RootCause : std::uint8_t {
    none,
    stopped,          ///< a process stopped by a signal
    traced,           ///< stopped by a tracer
    frozen,           ///< a frozen cgroup
    uninterruptible,  ///< state D, and nothing better is known
    file_system,      ///< a FUSE or network file system's server
    memory,           ///< a memory cgroup's limit
    notify_agent,     ///< the holder of a seccomp listener
    nobody_reads,     ///< the other end of a stream is open nowhere
    slow_reader,      ///< somebody has the other end and does not read
    copier_gone,      ///< a shim holds the read end, and nothing in it reads
    holds_open,       ///< somebody keeps the write end of a dead process's stdout
    never_started,    ///< exec.fifo
    nobody_opens,     ///< a fifo's other end
    runtime_alive,    ///< runc at work for too long, for no reason that shows
    hook,
    bus,
    pidns_member,   ///< what is left in a pid namespace that is being torn down
    unreaped,       ///< a parent that does not reap
    held_zombie,    ///< a tracer that does not: until it has, the parent cannot
    lock_holder,    ///< a file lock's
    deadlock,       ///< they wait for each other
    containerd,     ///< containerd, awake, does not read what the shim sent
    peer,           ///< whoever has the other end of a connection, or nobody on this host, does not answer or does not read
    lock_owner,     ///< who holds a lock of user space, or has ended with it
    inherits_pipe,  ///< somebody has inherited the pipe that a runtime reads to its end
    fanotify_listener,
    automounter,  ///< the daemon of an autofs mount
    kernel_lock,  ///< who holds, likely, the kernel's lock that another waits for
    unready_logger,
    lost_exit,       ///< a shim that was not told of one
    ignores_signal,  ///< an init that is to stop
    holds_mount,
    plugin,         ///< a program that a daemon started or calls, or what that one waits for, does not end or answer
    fault_handler,  ///< who is to give a page of memory (userfaultfd)
    flow_stopped,   ///< a terminal's output is stopped (^S): who reads there has nothing to read, and who writes no room
    last = flow_stopped,
};

/// One edge, as a producer makes it. `to` may be an object (a pipe) whose own edges lead on.
struct Wait {
    WaitKind kind{};
    NodeKey to;
    std::string evidence;  ///< one line: the call, the descriptor, the counts
    RootCause root_cause = RootCause::none;
    RootCause if_idle = RootCause::none;          ///< the root_cause, should nothing lead on from `to`
    Confidence confidence = Confidence::certain;  ///< that this wait is no passing one
    bool normal = false;                          ///< passing, or of its own will: no hang by itself
    bool inferred = false;
    bool over_socket = false;    ///< to whoever has the other end of a connection
    bool unowed = false;         ///< for an answer of which nothing shows that it is owed
    bool guessed = false;        ///< whom it is for, or for what, is a guess: no end makes that certain, and a ring of these is no deadlock
    bool one_of = false;         ///< of several like it, and nothing tells which: it counts where each leads to one end
    bool in_ring_alone = false;  ///< of its own will, and no hang by itself; it is followed to find a ring of waits, which is one
    double since_s = -1;
    OpenFileRoleInfo role = {};           ///< of the object waited on
    std::vector<Pid> also_to_blame = {};  ///< beside `to`, and before it: the tracer of a stopped process …
    std::string object_text = {};         ///< "stdout pipe (full, 65536 of 65536 bytes)", for the chain
    std::uint64_t mount_device = 0;       ///< of the mount waited on, where it is one
    bool frozen_mount = false;            ///< it is frozen (fsfreeze)
    bool to_plugin = false;               ///< `to` is a plugin that a daemon calls
    std::string kernel_lock = {};         ///< the kernel's lock that `to` has, likely, in words
    bool lock_is_work = false;            ///< it is no lock: `to` is at the work that is waited for
    std::string owner_unseen = {};        ///< the kernel's lock that is waited for, where nothing tells who has it
};

struct Step {
    NodeKey from;
    Wait wait;
};

/// From a start to a root_cause.
using Path = std::vector<Step>;

/// Where the ring begins that the path ends in; its end where it ends in none.
inline Path::const_iterator ring_of(const Path& path) {
    const auto begins = [&](const Step& step) { return step.from == path.back().wait.to; };
    return std::ranges::find_if(path, begins);
}

}  // namespace shimtrace::diagnosis
