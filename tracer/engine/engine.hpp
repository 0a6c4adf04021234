// The loop of a live session: a stop comes, it is reported, its thread goes on.
#pragma once

#include "tracer/engine/alarm.hpp"
#include "tracer/engine/colocation.hpp"
#include "tracer/engine/interrupted_call.hpp"
#include "tracer/engine/nearness.hpp"
#include "tracer/engine/reporter.hpp"
#include "tracer/engine/trace.hpp"
#include "tracer/engine/tracee.hpp"
#include "tracer/engine/waiter.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace shimtrace::engine {

/// How one session traces; follows from the request.
struct TraceMode {
    unsigned long options = 0;  ///< PTRACE_O_*
    bool filtered = false;      ///< a seccomp filter stops at the calls that matter, and at no others
    bool threads_only = false;  ///< children in another thread group are let go
    bool follows = false;       ///< whoever is born is seen first by its parent's event
};

class Engine {
public:
    Engine(const TraceRequest& request, const TraceMode& manner, SessionObserver& observer, EventSink& sink, StopRequest& stop,
           const Colocation* colocation);

    [[nodiscard]] Tracees& tracees() { return tracees_; }
    /// Threads that were seized while they ran: announces them, sees what they were doing, has them go on.
    void begin_found();
    /// A child of ours in its first stop, about to exec.
    void begin_command(Tid tid);
    /// Until no thread is traced, or the end is wished.
    void run();
    /// What was held for the sake of the next stop is given back.
    void release_cpus() { waiter_.release_cpus(); }
    /// How the started command ended; nullopt: it has not.
    [[nodiscard]] std::optional<WaitStatus> command_end() const { return command_end_; }

private:
    // engine.cpp: stops
    void serve(const Stop& stop);
    void on_syscall_stop(Tracee& tracee);
    void on_seccomp_stop(Tracee& tracee);
    void on_signal(Tracee& tracee, int signal);
    void on_event_stop(Tracee& tracee, WaitStatus status);
    void on_child(Tracee& parent, int event);
    void on_exec(Tid tid);
    void on_end(Tid tid, WaitStatus status);
    void on_unknown(const Stop& stop);
    void pass_by(Tid tid);
    void end_unknown(Tid tid, WaitStatus status);
    /// What a child has of who made it; of an adopted one that was not known at first.
    void take_after(Tracee& child, const Tracee& parent, int event);
    void begin_child(Tracee& child);
    void go_on(Tracee& tracee, int signal = 0);

    // calls.cpp: between entry and exit
    void enter(Tracee& tracee, const SyscallInfo& info);
    void leave(Tracee& tracee);
    void show_found_call(Tracee& tracee, bool group_stopped);
    void show_unreachable(Tracee& tracee);
    void watch_for_blocking(Tracee& tracee);
    bool resumes_call(Tracee& tracee, const SyscallInfo& info, std::int64_t number);
    std::optional<InterruptedCall> interrupted_call(Tracee& tracee, const Registers& values, const FoundCall& seen) const;

    // ticking.cpp: what happens when no stop comes
    void tick();
    void tell_when_in_place();
    void tell_when_quiet(MonotonicTime now);
    void report_blocked(MonotonicTime now, MonotonicTime& next);
    void adopt_orphans(MonotonicTime now, MonotonicTime& next);

    // detach.cpp: the end of the session
    void let_go();
    void detach_at(Tracee& tracee, WaitStatus status);
    void undo_interruption(Tracee& tracee);
    void forget(Tracee& tracee);
    void detach_from(Tracee& tracee, int signal);

    const TraceRequest& request_;
    TraceMode manner_;
    EventSink& sink_;
    StopRequest& stop_;
    const Colocation* colocation_;  ///< nullptr: everybody runs where they like
    AddressSpaces spaces_;
    Reporter reporter_;
    Tracees tracees_;
    Waiter waiter_;
    Nearness nearness_;
    Alarm alarm_;
    Tid command_;
    std::optional<WaitStatus> command_end_;
    bool detaching_ = false;
    bool unreachable_check_ = false;  ///< some thread was asked to stop and has not yet
    bool in_place_ = false;           ///< the sink has heard that no call is missed any more
    std::vector<Tid> unstopped_;      ///< who ran before, until their first stop is seen to have come: the last ones first
    bool quiet_due_ = false;          ///< the sink is yet to hear that nothing happens any more
    MonotonicTime active_since_;      ///< where it is

    std::unordered_map<Tid, MonotonicTime> newborn_;  ///< in their first stop, their parent's event still to come
    std::unordered_set<Tid> stillborn_;               ///< ended before their parent's event came
    bool births_missed_ = false;                      ///< of some child that has ended, or was adopted, the parent's event may still come
};

}  // namespace shimtrace::engine
