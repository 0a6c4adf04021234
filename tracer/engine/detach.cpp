// The end of a session: every thread is let go, in whatever state it is, and goes on as it would have without us.
#include "tracer/engine/blocked_since.hpp"
#include "tracer/engine/engine.hpp"
#include "tracer/procfs/clock.hpp"

#include <vector>

namespace shimtrace::engine {

namespace {

/// For threads that cannot be stopped (state D: a hung disk, a vfork's parent): the kernel lets them go when we exit.
constexpr Nanoseconds patience = std::chrono::milliseconds(500);

}  // namespace

void Engine::detach_from(Tracee& tracee, int signal) {
    if (colocation_) colocation_->leave(tracee);
    detach(tracee.tid(), signal);
    forget(tracee);
}

void Engine::forget(Tracee& tracee) {
    reporter_.detached(tracee);
    spaces_.ended(tracee);
    tracees_.erase(tracee.tid());
}

void Engine::let_go() {
    detaching_ = true;
    waiter_.let_cpus_halt();
    reporter_.at(host::monotonic_now(), {});
    BlockedSince blocked_since;
    std::vector<Tid> running;
    for (auto& [tid, tracee] : tracees_) running.push_back(tid);
    for (const auto& [tid, since] : newborn_) detach(tid);
    newborn_.clear();
    for (const Tid tid : running) {
        Tracee* tracee = tracees_.find(tid);
        if (!tracee) continue;
        // Where a stop does not tell the call that it came upon, it has to be known before.
        if (native_arch == Arch::aarch64 && !tracee->in_call) tracee->found_call = blocked_since.found_call(tracee->pid, tid);
        tracee->interrupted = interrupt(tid);
    }

    const MonotonicTime deadline = host::monotonic_now() + patience;
    alarm_.set(deadline);
    while (!tracees_.empty() && host::monotonic_now() < deadline) {
        Stop stop;
        const auto outcome = waiter_.next(stop, tracees_.size() + newborn_.size());
        if (outcome == Waiter::Outcome::nobody) break;
        if (outcome == Waiter::Outcome::stop) serve(stop);
    }
    alarm_.set(MonotonicTime::max());
    reporter_.at(host::monotonic_now(), {});
    while (!tracees_.empty()) {
        Tracee& tracee = *tracees_.begin()->second;
        if (colocation_) colocation_->leave(tracee);
        forget(tracee);
    }
}

/// What the interruption did to a call is undone here, where the kernel decides about restarts.
void Engine::undo_interruption(Tracee& tracee) {
    // Most calls the kernel itself takes up again.
    if (tracee.in_call && !ends_with_eintr(tracee.enter.arch, tracee.enter.number, tracee.enter.args)) return;
    const auto values = registers(tracee.tid());
    const Event& enter = tracee.enter;
    const FoundCall seen =
        tracee.in_call ? FoundCall{enter.number, enter.args, enter.instruction_pointer, enter.stack_pointer, {}} : tracee.found_call;
    const auto call = values ? interrupted_call(tracee, *values, seen) : std::nullopt;
    if (!call) return;
    const bool known = call->number == tracee.enter.number;
    const auto elapsed = reporter_.now() - tracee.enter.since.value_or(tracee.enter.time);
    std::optional<ShortenedTimeout> shortened;
    restart_quietly(tracee.tid(), *values, *call, known ? std::optional(elapsed) : std::nullopt, shortened);
}

void Engine::detach_at(Tracee& tracee, WaitStatus status) {
    const Tid tid = tracee.tid();
    if (status.signal_delivery_stop()) {
        return detach_from(tracee, status.signal());
    }
    if (status.event() == PTRACE_EVENT_STOP) {
        if (!status.group_stop()) undo_interruption(tracee);
        return detach_from(tracee, 0);
    }
    if (status.syscall_stop() && tracee.in_call && tracee.shortened_timeout) {
        restore_timeout(tid, *std::exchange(tracee.shortened_timeout, std::nullopt));
    }
    if (status.event() == PTRACE_EVENT_FORK || status.event() == PTRACE_EVENT_VFORK || status.event() == PTRACE_EVENT_CLONE) {
        // The child is ours by inheritance; its first stop may have come already.
        if (const auto message = event_message(tid)) {
            const Tid child{static_cast<std::int32_t>(*message)};
            if (!tracees_.find(child) && waiter_.hears_of(child)) tracees_.add(child).unwanted = true;
        }
    }
    // Any stop uses up the one that was asked for (kernel/signal.c: ptrace_stop). The new one comes before user mode does.
    interrupt(tid);
    tracee.stopped = false;
    resume(tid, Resume::freely);
}

}  // namespace shimtrace::engine
