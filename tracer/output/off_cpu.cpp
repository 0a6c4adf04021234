#include "tracer/output/off_cpu.hpp"

#include "tracer/output/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace shimtrace::output {

namespace {

/// A stretch is written when it has been read, and so are events: the one may come that much earlier than the other.
constexpr Nanoseconds most_apart = std::chrono::seconds(2);

/// The kernel's task states in sched_switch (linux/trace/events/sched.h).
enum TaskState : std::int64_t { uninterruptible = 0x02, stopped = 0x04, traced = 0x08, dead = 0x10 | 0x20, preempted = 0x100 };

constexpr std::string_view no_call = "not in a call", no_call_uninterruptible = "page or disk";

}  // namespace

void OffCpu::call(const Event& enter, MonotonicTime until, std::string_view cause) {
    if (cause.empty()) return;
    calls[cause].add(std::max(Nanoseconds{}, elapsed(enter.time, until)));
    if (has_scheduling_) calls_[enter.tid].push_back({enter.time, until, cause});
}

void OffCpu::scheduling(const Scheduling& stretch) {
    if (!has_scheduling_) return;
    lost += stretch.lost;
    pending_.push_back(stretch);
}

void OffCpu::advance(MonotonicTime now, const std::function<bool(Tid)>& is_traced) {
    while (!pending_.empty()) {
        const Scheduling& stretch = pending_.front();
        const Nanoseconds length = stretch.events.empty() ? Nanoseconds{} : stretch.events.back().after;
        const Nanoseconds since = elapsed(stretch.first, now);
        if (since < most_apart || since - most_apart < length) return;
        lay_over(stretch, is_traced);
        // Calls that ended before are spoken of no more.
        for (auto& [tid, calls] : calls_)
            while (!calls.empty() && calls.front().to < stretch.first) calls.pop_front();
        pending_.pop_front();
    }
}

void OffCpu::end(const std::function<bool(Tid)>& is_traced) {
    for (; !pending_.empty(); pending_.pop_front()) lay_over(pending_.front(), is_traced);
    calls_.clear();
    threads_.clear();
}

void OffCpu::lay_over(const Scheduling& stretch, const std::function<bool(Tid)>& is_traced) {
    for (const ScheduledTask& task : stretch.tasks) comms_[task.tid] = task.comm;
    if (stretch.lost != 0) threads_.clear();  // who ran when is not known over the gap
    for (const SchedulingEvent& event : stretch.events) {
        std::int64_t count = 0;
        if (__builtin_add_overflow(stretch.first.time_since_epoch().count(), event.after.count(), &count)) continue;
        const MonotonicTime time{Nanoseconds(count)};
        if (event.waking) {
            if (is_traced(event.to)) woken(event.to, time, event.from);
            continue;
        }
        if (is_traced(event.from)) leaves(event.from, time, event.state);
        if (is_traced(event.to)) arrives(event.to, time);
    }
}

void OffCpu::leaves(Tid tid, MonotonicTime time, std::int64_t state) {
    Thread& thread = threads_[tid];
    if (thread.state == Thread::State::running) {
        const Nanoseconds ran = std::max(Nanoseconds{}, elapsed(thread.since, time));
        all.on_cpu += ran;
        by_thread[tid].on_cpu += ran;
    }
    thread.since = time;
    if (state == 0 || (state & preempted) != 0) {
        thread.state = Thread::State::ready;
        ++all.preempted;
        ++by_thread[tid].preempted;
    } else if ((state & (stopped | traced | dead)) != 0) {
        thread.state = Thread::State::held;
    } else {
        thread.state = Thread::State::asleep;
        thread.uninterruptible = (state & uninterruptible) != 0;
    }
}

void OffCpu::woken(Tid tid, MonotonicTime time, Tid by) {
    Thread& thread = threads_[tid];
    if (thread.state == Thread::State::asleep) was_blocked(tid, thread, time, by);
    if (thread.state != Thread::State::asleep && thread.state != Thread::State::held) return;
    thread.state = Thread::State::ready;
    thread.since = time;
}

void OffCpu::arrives(Tid tid, MonotonicTime time) {
    Thread& thread = threads_[tid];
    if (thread.state == Thread::State::asleep) was_blocked(tid, thread, time, {});
    if (thread.state == Thread::State::ready) {
        const Nanoseconds waited = std::max(Nanoseconds{}, elapsed(thread.since, time));
        all.ready += waited;
        by_thread[tid].ready += waited;
    }
    thread.state = Thread::State::running;
    thread.since = time;
}

void OffCpu::was_blocked(Tid tid, const Thread& thread, MonotonicTime until, Tid by) {
    std::string_view cause = thread.uninterruptible ? no_call_uninterruptible : no_call;
    if (const auto calls = calls_.find(tid); calls != calls_.end()) {
        // The last that began before it fell asleep.
        const auto after = std::ranges::upper_bound(calls->second, thread.since, {}, &Call::from);
        if (after != calls->second.begin() && std::prev(after)->to >= thread.since) cause = std::prev(after)->cause;
    }
    Cause& sum = blocked[cause];
    sum.waits.add(std::max(Nanoseconds{}, elapsed(thread.since, until)));
    if (!by) return;
    const auto comm = comms_.find(by);
    ++sum.wakers[fmt::format("{}[{}]", comm == comms_.end() ? "" : comm->second, by.value)];
}

}  // namespace shimtrace::output
