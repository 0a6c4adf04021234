// What the ptrace engine asks the host's side while a session runs: descriptors, tasks, stacks. The engine knows ptrace
// and nothing else; whoever implements this knows /proc and keeps the caches.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/event.hpp>
#include <shimtrace/event_sink.hpp>

#include <vector>

namespace shimtrace {

class SessionObserver {
public:
    virtual ~SessionObserver() = default;

    /// What `fd` of `tid`'s descriptor table is now. Emits EventSink::target() for a target not defined before.
    virtual OpenFileId target(Pid pid, Tid tid, Fd fd, EventSink& sink) = 0;

    /// A call returned: descriptor tables may have changed (close, dup2, close_range, recvmsg …). Called for every traced
    /// exit, also of calls that are not printed.
    virtual void call_returned(const Event& enter, const Event& exit) = 0;

    /// A call returned by which tasks may have given themselves other names (prctl, a write to a file comm). Emits EventSink::task() for
    /// those that have.
    virtual void task_renamed(const Event&, const Event&, EventSink&) {}

    /// Processes that a call speaks of (kill, getppid …) and that are not traced: emits EventSink::task(), with `pid` 0 and nothing but tid
    /// and comm, for those whose names are not those that were told last; an empty comm: it is gone. `exit` nullptr: it has not returned.
    virtual void processes_named(const Event& /*enter*/, const Event* /*exit*/, EventSink&) {}

    /// A task is traced from now on. `parent` 0: found at attach. Emits EventSink::task().
    virtual void task_started(Pid pid, Tid tid, Tid parent, std::uint64_t clone_flags, EventSink& sink) = 0;
    /// exec: close-on-exec descriptors are gone, the comm is new, the role may be. Emits EventSink::task().
    virtual void task_executed(Pid pid, Tid tid, EventSink& sink) = 0;
    virtual void task_ended(Pid pid, Tid tid) = 0;

    /// Whether messages go over that target which are of use only whole (ttrpc, gRPC, D-Bus).
    [[nodiscard]] virtual bool carries_messages(OpenFileId) const { return false; }
    /// What `fd` leads to where it is a netlink socket, whose messages are decoded by its family; otherwise 0. Asks without target()'s
    /// cache: for sessions in which nobody tells it of closed descriptors.
    virtual OpenFileId netlink_socket(Pid, Tid, Fd, EventSink&) { return {}; }
    /// Whether that target is one.
    [[nodiscard]] virtual bool speaks_netlink(OpenFileId) const { return false; }

    /// -k: the stack of a thread that is stopped at a syscall-stop. `memory`: its, as it can be read without waiting for anybody.
    virtual void stack(Pid pid, Tid tid, const Memory& memory, std::vector<StackFrame>& into) = 0;

    /// For a call that keeps blocking: in words, whom it waits for ("read by ctr[5205] (stopped)"); may be empty.
    virtual std::string blocked_note(const Event& enter) = 0;
};

}  // namespace shimtrace
