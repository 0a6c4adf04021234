#include "tracer/engine/engine.hpp"

#include "decoders/syscalls/table.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/stand_in_end.hpp"
#include "tracer/procfs/task_files.hpp"

#include <linux/sched.h>

namespace shimtrace::engine {

namespace {

const WaitStatus exec_stop((PTRACE_EVENT_EXEC << 16) | (SIGTRAP << 8) | 0x7f);

}  // namespace

Engine::Engine(const TraceRequest& request, const TraceMode& manner, SessionObserver& observer, EventSink& sink, StopRequest& stop,
               const Colocation* colocation)
    : request_(request),
      manner_(manner),
      sink_(sink),
      stop_(stop),
      colocation_(colocation),
      spaces_(request.follow || (request.command.empty() && request.attach_threads.empty())),
      reporter_(request, spaces_, observer, sink),
      waiter_({.spin = !request.colocate, .system_times = request.system_times}),
      alarm_(stop) {}

void Engine::begin_command(Tid tid) {
    command_ = tid;
    Tracee& tracee = tracees_.add(tid);
    tracee.pid = Pid{tid.value};
    tracee.silent = true;
    if (colocation_) colocation_->started(tracee);
    tracee.attached_at = host::monotonic_now();
    reporter_.at(tracee.attached_at, {});
    reporter_.attached(tracee);
    go_on(tracee);
}

void Engine::run() {
    while (!tracees_.empty()) {
        if (alarm_.take_ring()) tick();
        reporter_.hand_over();
        if (!in_place_) tell_when_in_place();
        if (stop_.stopped()) {
            if (!manner_.filtered) return let_go();
            reporter_.mute();
        }
        Stop stop;
        const auto outcome = waiter_.next(stop, tracees_.size() + newborn_.size());
        if (outcome == Waiter::Outcome::nobody) return;
        if (outcome == Waiter::Outcome::stop) serve(stop);
    }
}

void Engine::serve(const Stop& stop) {
    reporter_.at(host::monotonic_now(), stop.system_time);
    tell_when_quiet(reporter_.now());
    if (stop.status.ended()) return on_end(stop.tid, stop.status);
    if (stop.status.event() == PTRACE_EVENT_EXEC) return on_exec(stop.tid);
    Tracee* tracee = tracees_.find(stop.tid);
    if (!tracee) return on_unknown(stop);
    tracee->stopped = true;
    tracee->listening = false;
    if (waiter_.held_up()) nearness_.serves(stop.tid);
    if (!tracee->announced) return begin_child(*tracee);
    if (detaching_) return detach_at(*tracee, stop.status);
    if (stop.status.syscall_stop()) return on_syscall_stop(*tracee);
    switch (stop.status.event()) {
        case 0:
            return on_signal(*tracee, stop.status.signal());
        case PTRACE_EVENT_FORK:
        case PTRACE_EVENT_VFORK:
        case PTRACE_EVENT_CLONE:
            return on_child(*tracee, stop.status.event());
        case PTRACE_EVENT_SECCOMP:
            return on_seccomp_stop(*tracee);
        case PTRACE_EVENT_STOP:
            return on_event_stop(*tracee, stop.status);
        default:
            return go_on(*tracee);
    }
}

void Engine::go_on(Tracee& tracee, int signal) {
    tracee.stopped = false;
    resume(tracee.tid(), manner_.filtered && !tracee.in_call ? Resume::freely : Resume::to_next_call, signal);
    reporter_.hand_over();
}

void Engine::on_signal(Tracee& tracee, int signal) {
    tracee.found = false;
    reporter_.signalled(tracee, signal);
    go_on(tracee, signal);
}

void Engine::on_event_stop(Tracee& tracee, WaitStatus status) {
    tracee.interrupted = false;
    if (tracee.found) show_found_call(tracee, status.group_stop());
    if (!status.group_stop()) return go_on(tracee);
    reporter_.group_stopped(tracee, status.signal());
    Waiter::consume(tracee.tid());
    tracee.stopped = false;
    tracee.listening = listen(tracee.tid());
}

void Engine::on_child(Tracee& parent, int event) {
    parent.found = false;
    const auto message = event_message(parent.tid());
    if (!message) return;  // killed
    const Tid tid{static_cast<std::int32_t>(*message)};
    if (stillborn_.erase(tid) != 0) return go_on(parent);
    // On a busy machine the event may come so late that the child has been taken for an orphan, and may have ended as one.
    if (Tracee* adopted = tracees_.find(tid); adopted && adopted->adopted) {
        adopted->adopted = false;
        take_after(*adopted, parent, event);
        if (adopted->pid == parent.pid) spaces_.started(*adopted, parent.pid);
        return go_on(parent);
    }
    if (births_missed_ && !newborn_.contains(tid) && !waiter_.hears_of(tid)) return go_on(parent);

    Tracee& child = tracees_.add(tid);
    child.attached_at = reporter_.now();
    const bool thread = event == PTRACE_EVENT_CLONE && host::is_thread_of(parent.pid, tid);
    child.pid = thread ? parent.pid : Pid{tid.value};
    child.unwanted = manner_.threads_only && !thread;
    take_after(child, parent, event);
    spaces_.started(child, parent.pid);
    if (newborn_.erase(tid) != 0) {
        child.stopped = true;
        begin_child(child);
    }
    go_on(parent);
}

void Engine::take_after(Tracee& child, const Tracee& parent, int event) {
    child.parent = parent.tid();
    child.former_cpus = parent.former_cpus;
    const Event& call = parent.enter;
    if (event == PTRACE_EVENT_VFORK) {
        child.clone_flags = CLONE_VFORK | CLONE_VM;
    } else if (event == PTRACE_EVENT_CLONE && parent.in_call) {
        // clone's first argument on both architectures; clone3 has it in memory.
        const bool in_memory = decoders::syscall_name(call.arch, call.number) == "clone3";
        child.clone_flags = in_memory ? spaces_.of(parent).value<std::uint64_t>(RemoteAddress{call.args[0]}).value_or(0) : call.args[0];
    }
}

void Engine::begin_child(Tracee& child) {
    if (child.unwanted || detaching_) {
        return detach_from(child, 0);
    }
    if (waiter_.held_up()) nearness_.placed(child.tid());
    reporter_.attached(child);
    go_on(child);
}

void Engine::on_unknown(const Stop& stop) {
    // A child's first stop may be seen before its parent's event: it is kept waiting for that.
    Waiter::consume(stop.tid);
    if (!manner_.follows && !stop.status.ended()) return pass_by(stop.tid);
    if (detaching_) {
        detach(stop.tid, stop.status.signal_delivery_stop() ? stop.status.signal() : 0);
        return;
    }
    newborn_[stop.tid] = reporter_.now();
}

/// Made with CLONE_PTRACE, which attaches it to its parent's tracer, though children are not followed.
void Engine::pass_by(Tid tid) {
    Tracee& child = tracees_.add(tid);
    child.pid = Pid{tid.value};
    reporter_.passed_by(child);
    detach(tid);
    tracees_.erase(tid);
}

/// Made with CLONE_PARENT by a command of ours, it is our child, though none of our tracees.
void Engine::end_unknown(Tid tid, WaitStatus status) {
    Tracee& child = tracees_.add(tid);
    child.pid = Pid{tid.value};
    child.announced = true;
    reporter_.ended(child, status);
    tracees_.erase(tid);
}

void Engine::on_exec(Tid tid) {
    const auto message = event_message(tid);
    if (!message) return;  // killed
    const Tid former{static_cast<std::int32_t>(*message)};
    // The thread that called exec has taken over its leader's id; the leader vanished without a word (ptrace(2)).
    if (former != tid && tracees_.find(former)) tracees_.rename(former, tid);
    Tracee* tracee = tracees_.find(tid);
    if (!tracee) return on_unknown({tid, exec_stop, {}});
    const bool starts = tid == command_ && !tracee->executed;
    tracee->silent = tracee->found = tracee->listening = false;
    tracee->executed = tracee->stopped = true;
    tracee->enter.tid = tid;
    spaces_.executed(tracee->pid);
    if (waiter_.held_up()) nearness_.placed(tid);
    reporter_.executed(*tracee, former);
    if (detaching_) return detach_at(*tracee, exec_stop);
    if (request_.detach_on_exec && !starts) return detach_from(*tracee, 0);
    go_on(*tracee);
}

void Engine::on_end(Tid tid, WaitStatus status) {
    Tracee* tracee = tracees_.find(tid);
    newborn_.erase(tid);
    if (!tracee) {
        if (host::was_stand_in(Pid{tid.value})) return;  // our own, made to ask about something
        if (!manner_.follows) return end_unknown(tid, status);
        stillborn_.insert(tid);
        return;
    }
    if (tid == command_) command_end_ = status;
    reporter_.ended(*tracee, status);
    spaces_.ended(*tracee);
    tracees_.erase(tid);
}

}  // namespace shimtrace::engine
