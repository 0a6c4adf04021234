// The engine when no stop comes: calls that keep blocking, threads that cannot be stopped, children whose parent is gone.
#include "tracer/engine/blocked_since.hpp"
#include "tracer/engine/engine.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/task_files.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace shimtrace::engine {

namespace {

constexpr Nanoseconds quiet_after = std::chrono::milliseconds(20);
/// Who looks on while calls come all the time sees them this late at most.
constexpr Nanoseconds shown_after = std::chrono::milliseconds(200);
/// A thread that has not stopped for so long sleeps uninterruptibly, or is frozen.
constexpr Nanoseconds unreachable_after = std::chrono::milliseconds(100);

}  // namespace

void Engine::begin_found() {
    BlockedSince blocked_since;
    std::vector<Tracee*> found;
    for (auto& [tid, tracee] : tracees_) {
        if (tracee->found) found.push_back(tracee.get());
    }
    std::ranges::sort(found, {}, [](const Tracee* tracee) { return std::pair(tracee->pid, tracee->tid()); });
    reporter_.at(host::monotonic_now(), {});
    for (Tracee* tracee : found) reporter_.attached(*tracee);
    for (Tracee* tracee : found) {
        tracee->found_call = blocked_since.found_call(tracee->pid, tracee->tid());
        if (colocation_) colocation_->join(*tracee);
        tracee->interrupted = interrupt(tracee->tid());
        unstopped_.push_back(tracee->tid());
    }
    alarm_.ring_by(host::monotonic_now() + unreachable_after);
    unreachable_check_ = !found.empty();
}

/// A call that a thread was at when it was seized may return unseen until its first stop; a new one is not begun. Who is unreachable stops
/// before its next call, too.
void Engine::tell_when_in_place() {
    for (; !unstopped_.empty(); unstopped_.pop_back()) {
        const Tracee* tracee = tracees_.find(unstopped_.back());
        if (unreachable_check_ && tracee && tracee->found && tracee->interrupted) return;
    }
    in_place_ = true;
    reporter_.hand_over();
    sink_.in_place();
}

void Engine::tell_when_quiet(MonotonicTime now) {
    if (std::exchange(quiet_due_, true)) return;
    active_since_ = now;
    alarm_.ring_by(now + quiet_after);
}

void Engine::tick() {
    const MonotonicTime now = host::monotonic_now();
    MonotonicTime next = MonotonicTime::max();
    reporter_.at(now, {});
    if (unreachable_check_) {
        bool waits = false;
        for (auto& [tid, tracee] : tracees_) {
            if (!tracee->found || !tracee->interrupted) continue;
            if (now - tracee->attached_at < unreachable_after) {
                waits = true;
            } else {
                show_unreachable(*tracee);
                tell_when_quiet(now);
            }
        }
        unreachable_check_ = waits;
        if (waits) next = std::min(next, now + unreachable_after);
    }
    report_blocked(now, next);
    adopt_orphans(now, next);
    reporter_.hand_over();
    if (quiet_due_) {
        const bool quiet = !waiter_.take_activity();
        if (quiet) waiter_.let_cpus_halt();
        if (quiet || now - active_since_ >= shown_after) {
            quiet_due_ = false;
            sink_.idle();
        } else {
            next = std::min(next, now + quiet_after);
        }
    }
    alarm_.set(next);
}

void Engine::report_blocked(MonotonicTime now, MonotonicTime& next) {
    if (request_.blocked_after <= Nanoseconds{}) return;
    for (auto& [tid, tracee] : tracees_) {
        if (!tracee->visibly_in_call()) continue;
        if (tracee->next_blocked_report <= now) {
            reporter_.still_blocked(*tracee);
            tell_when_quiet(now);
            while (tracee->next_blocked_report <= now) {
                tracee->blocked_for *= 2;
                tracee->next_blocked_report = tracee->enter.time + tracee->blocked_for;
            }
        }
        next = std::min(next, tracee->next_blocked_report);
    }
}

void Engine::adopt_orphans(MonotonicTime now, MonotonicTime& next) {
    births_missed_ |= !stillborn_.empty();
    stillborn_.clear();
    std::vector<Tid> orphans;
    for (const auto& [tid, since] : newborn_) {
        if (now - since >= quiet_after) {
            orphans.push_back(tid);
        } else {
            next = std::min(next, since + quiet_after);
        }
    }
    births_missed_ |= !orphans.empty();
    for (const Tid tid : orphans) {
        newborn_.erase(tid);
        Tracee& child = tracees_.add(tid);
        child.adopted = true;
        const auto status = host::task_status(tid);
        child.pid = Pid{status ? status->thread_group : tid.value};
        const auto stat = host::task_stat(tid);
        child.parent = child.pid.value != tid.value ? leader(child.pid) : Tid{stat ? stat->parent : 0};
        child.unwanted = manner_.threads_only && child.pid.value == tid.value;
        child.attached_at = now;
        child.stopped = true;
        begin_child(child);
    }
}

}  // namespace shimtrace::engine
