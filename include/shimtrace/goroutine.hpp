// What is read from a Go program's memory: every goroutine, its stack, and what it waits on.
#pragma once

#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

struct GoFrame {
    std::uint64_t pc = 0;
    std::string function;  ///< "github.com/containerd/fifo.(*fifo).Write"
    std::string file;
    int line = 0;
    bool inlined = false;      ///< expanded from the frame that follows
    std::uint64_t offset = 0;  ///< pc - function entry, as Go prints "+0x1c"
};

enum class GoState : std::uint8_t { idle, runnable, running, syscall, waiting, dead, copystack, preempted, leaked, unknown };

enum class GoWaitKind : std::uint8_t {
    none,
    fd_read,
    fd_write,
    chan_receive,
    chan_send,
    select,
    mutex,
    rwmutex_read,
    rwmutex_write,
    wait_group,
    once,
    cond,
    sleep,
    syscall,
    child
};

/// A goroutine that probably holds a lock. Go does not record holders: this is inferred, and says why.
struct InferredHolder {
    GoroutineId goroutine;
    int score = 0;  ///< higher is likelier; below 5 is weak
    std::vector<std::string> reasons;
};

struct GoSelectCase {
    bool send = false;
    RemoteAddress channel;
    std::uint64_t length = 0, capacity = 0;
};

struct GoWait {
    GoWaitKind kind = GoWaitKind::none;
    Fd fd{-1};                               ///< fd_read, fd_write, and system calls on a descriptor
    std::string fd_path;                     ///< what the descriptor led to
    RemoteAddress object;                    ///< channel or lock
    std::uint64_t length = 0, capacity = 0;  ///< channel
    std::vector<GoSelectCase> cases;         ///< select
    std::vector<GoroutineId> others;         ///< who else waits on the same object
    std::vector<InferredHolder> holders;     ///< locks: likeliest first
    Pid child;                               ///< child: the process it waits for, host's pid; 0: not known
    std::int64_t syscall = -1;               ///< syscall: its number, with args
    std::uint64_t args[6] = {};
    std::optional<Nanoseconds> until;  ///< sleep: CLOCK_MONOTONIC deadline
};

/// What the stack means in containerd's terms, from the table of meanings.
struct GoMeaning {
    std::string what;        ///< "stdio copier", "RPC handler", "event publisher", "reaper", "OOM watcher" …; empty: unknown
    std::string detail;      ///< "stdout", "Task.Kill", …
    ContainerRef container;  ///< where the request in memory told
    std::string exec_id;
};

struct Goroutine {
    GoroutineId id;
    GoState state = GoState::unknown;
    std::string wait_reason;             ///< the runtime's own words: "IO wait", "chan receive"
    std::optional<Nanoseconds> waiting;  ///< at least so long; the runtime knows it only from its GC cycles
    Tid thread;                          ///< the thread it runs on, host's tid; 0: none
    bool locked_to_thread = false;
    std::vector<GoFrame> stack;  ///< innermost first
    bool complete = false;       ///< the stack ended at its top frame
    bool changed = false;        ///< it moved while it was read, after all retries
    std::optional<GoFrame> created_by;
    GoroutineId parent;  ///< Go 1.21 and later
    GoWait wait;
    GoMeaning meaning;
    bool system = false;  ///< the runtime's own: Go's tracebacks leave it out
};

struct GoProgram {
    Pid pid;
    std::string version;          ///< "go1.19.8"
    bool derived_layout = false;  ///< the version is unknown: offsets were derived from what must hold
    std::vector<Goroutine> goroutines;
    std::string incomplete;  ///< why something is missing; empty: nothing is
    Nanoseconds stopped{};   ///< how long the process was stopped for it; 0: not at all
};

}  // namespace shimtrace
