// One traced thread, and the table of them.
#pragma once

#include "tracer/engine/interrupted_call.hpp"
#include "tracer/engine/ptrace_calls.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/types.hpp>

#include <sched.h>

#include <memory>
#include <optional>
#include <unordered_map>

namespace shimtrace::engine {

struct Tracee {
    explicit Tracee(Tid id) : attached(id) {}

    Attached attached;
    Pid pid;
    Tid parent;                     ///< whose clone or fork made it; 0: found at attach, or started by us
    std::uint64_t clone_flags = 0;  ///< of that call

    bool announced = false;    ///< its `attached` event is out
    bool found = false;        ///< it ran before we came, and has not stopped since: its first stop tells what it was doing
    bool stopped = false;      ///< in a ptrace-stop that we know of
    bool listening = false;    ///< in a group-stop under PTRACE_LISTEN
    bool interrupted = false;  ///< PTRACE_INTERRUPT was asked for, and its PTRACE_EVENT_STOP has not come
    bool silent = false;       ///< no event of it is reported: a started command before its exec
    bool adopted = false;      ///< its first stop came, and for long no event of its parent's
    bool unwanted = false;     ///< it is traced by inheritance only, and is let go at its first stop

    bool maps_file = false;  ///< in the midst of an mmap of a file

    bool executed = false;  ///< has exec'd since it is traced

    bool in_call = false;   ///< between syscall-enter-stop and syscall-exit-stop
    bool reported = false;  ///< the call's events are reported
    bool returns = false;   ///< its exit matters, reported or not
    bool reenters = false;  ///< `enter` was interrupted by our attach: the kernel will restart it, which is no new call
    Event enter;            ///< the call that the thread is in, or was in last

    std::optional<cpu_set_t> former_cpus;  ///< where it may run once it shares our CPU no more
    FoundCall found_call;
    MonotonicTime attached_at;
    Nanoseconds blocked_for{};  ///< reported next when it has blocked for that long
    MonotonicTime next_blocked_report = MonotonicTime::max();
    std::optional<ShortenedTimeout> shortened_timeout;  ///< for a restart of the call

    [[nodiscard]] Tid tid() const { return attached.tid(); }
    /// In a call whose enter event is out.
    [[nodiscard]] bool visibly_in_call() const { return (in_call || reenters) && reported; }
};

class Tracees {
public:
    [[nodiscard]] Tracee* find(Tid tid) {
        if (last_ && last_->tid() == tid) return last_;
        const auto found = by_tid_.find(tid);
        if (found == by_tid_.end()) return nullptr;
        return last_ = found->second.get();
    }
    /// The thread that had the id before is gone.
    Tracee& add(Tid tid) {
        erase(tid);
        return *by_tid_.emplace(tid, std::make_unique<Tracee>(tid)).first->second;
    }
    /// The thread is gone or detached: nothing is left to undo.
    void erase(Tid tid) {
        last_ = nullptr;
        const auto found = by_tid_.find(tid);
        if (found == by_tid_.end()) return;
        found->second->attached.release();
        by_tid_.erase(found);
    }
    /// An exec gave the thread `former` its leader's id.
    Tracee& rename(Tid former, Tid leader) {
        erase(leader);
        auto node = by_tid_.extract(former);
        node.key() = leader;
        node.mapped()->attached.rename(leader);
        return *by_tid_.insert(std::move(node)).position->second;
    }
    [[nodiscard]] bool empty() const { return by_tid_.empty(); }
    [[nodiscard]] std::size_t size() const { return by_tid_.size(); }
    [[nodiscard]] auto begin() { return by_tid_.begin(); }
    [[nodiscard]] auto end() { return by_tid_.end(); }

private:
    std::unordered_map<Tid, std::unique_ptr<Tracee>> by_tid_;
    Tracee* last_ = nullptr;  ///< stops come in runs of one thread's
};

}  // namespace shimtrace::engine
