// The wait graph: who waits for what. Nodes are threads, goroutines, processes and objects; an edge says "waits for" and
// carries its evidence. The verdict is read off the walk from the target to where the edges end.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace {

enum class NodeKind : std::uint8_t {
    thread,
    goroutine,
    process,
    pipe,
    socket,
    pty,
    lock,
    channel,
    file,
    fifo_open,
    cgroup,
    mount,
    rpc,
    timer,
    nobody
};

using NodeIndex = std::uint32_t;

struct Node {
    NodeKind kind{};
    Pid pid;  ///< thread, goroutine, process
    Tid tid;
    GoroutineId goroutine;
    std::string label;  ///< "c1 init[812]", "pipe:[8191] (full)", "/run/…/c1-stdout (full)"
};

/// How something waits: the row of the table of causes is chosen by these.
enum class WaitKind : std::uint8_t {
    belongs_to,  ///< a process waits as its thread or goroutine does
    reads,
    writes,
    accepts,
    connects,
    opens,  ///< a fifo whose other end nobody has open
    child,  ///< wait4, waitid, pidfd: until that process ends
    polls,
    locks,  ///< mutex, file lock, futex
    channel,
    copied_by,     ///< a pipe's bytes are taken by this reader
    held_open_by,  ///< the end of file never comes, for this process still has it open
    stopped_by,    ///< by a signal, or by a tracer
    frozen_by,
    uninterruptible,  ///< state D
    served_by,        ///< a FUSE server, a notify agent, a bus
    teardown,         ///< zap_pid_ns_processes: for the last process of the pid namespace
    reaped_by,        ///< a zombie, for its parent
    throttled_by,     ///< memory.high, no OOM killer
    started_by,       ///< exec.fifo: for the start that never came
    sleeps,           ///< of its own will
    runs,
    kept_on,  ///< a container's files, on a mount that does not answer
    replies,  ///< for the reply to a call, over a connection
    serves,   ///< a caller's call is this goroutine's work
    ends,     ///< until that process ends, which it need not do by itself
    told_by,  ///< a process is gone, for the word that it is
};

struct Edge {
    NodeIndex from = 0, to = 0;
    WaitKind kind{};
    std::string evidence;   ///< one line: the call, the descriptor, the counts
    double since_s = -1;    ///< at least so long; negative: not known
    bool normal = false;    ///< an idle server's wait, a sleeper's sleep: no hang by itself
    bool inferred = false;  ///< a lock's holder and the like
    std::string waits, on;  ///< in words, as in the chain: "read", "…/c1-stdout"; `on` is empty where `to` says it
};

struct WaitGraph {
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    std::vector<std::uint32_t> chain;  ///< of a verdict: the edges that lead from the target to the root, in their order
};

}  // namespace shimtrace
