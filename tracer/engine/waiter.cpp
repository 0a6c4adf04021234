#include "tracer/engine/waiter.hpp"

#include "tracer/procfs/clock.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace shimtrace::engine {

namespace {

/// So many stops for each thread, of few threads, and at most.
constexpr std::size_t turns = 4, served_in_a_row = 8, most_served_in_a_row = 256;
constexpr Nanoseconds taken_away = std::chrono::microseconds(400);

}  // namespace

NoStopSignals::NoStopSignals() {
    sigaction(SIGCHLD, nullptr, &former_);
    if (former_.sa_handler != SIG_DFL) return;
    struct sigaction quiet = former_;
    quiet.sa_flags |= SA_NOCLDSTOP;
    sigaction(SIGCHLD, &quiet, nullptr);
}

NoStopSignals::~NoStopSignals() {
    sigaction(SIGCHLD, &former_, nullptr);
}

WayToWait Waiter::costliest_way(Options options) {
    if (!options.spin) return WayToWait::sleep;
    return IdlePolling::available() ? WayToWait::spin_awake : WayToWait::spin;
}

Waiter::Peek Waiter::peek(Stop& stop, bool block) const {
    siginfo_t info;
    info.si_pid = 0;
    rusage usage;
    const int flags = WEXITED | WSTOPPED | WNOWAIT | __WALL | __WNOTHREAD | (block ? 0 : WNOHANG);
    // The system call: glibc's waitid has no rusage.
    const long failed = syscall(SYS_waitid, P_ALL, 0, &info, flags, options_.system_times ? &usage : nullptr);
    if (failed != 0) return errno == EINTR ? Peek::woken : Peek::nobody;
    if (info.si_pid == 0) return Peek::none;
    stop.tid = Tid{info.si_pid};
    stop.status = WaitStatus::from(info);
    if (options_.system_times) {
        stop.system_time = std::chrono::seconds(usage.ru_stime.tv_sec) + std::chrono::microseconds(usage.ru_stime.tv_usec);
    }
    return Peek::found;
}

Waiter::Peek Waiter::wait(Stop& stop) {
    if (!options_.spin) {
        precedence_.take();
        return peek(stop, true);
    }
    const MonotonicTime start = host::monotonic_now();
    const WayToWait way = tuner_.way();
    if (way == WayToWait::spin_awake)
        idle_polling_.hold();
    else
        idle_polling_.release();
    if (way == WayToWait::sleep) {
        precedence_.take();
    } else {
        precedence_.give_back();
        MonotonicTime now = start;
        do {
            const Peek found = peek(stop, false);
            if (found != Peek::none) return waited(found, start, now);
            served_ = 0;
            // Another thread that wants this CPU gets it: it may well be the one that we wait for.
            sched_yield();
            const MonotonicTime before = std::exchange(now, host::monotonic_now());
            if (now - before > taken_away) tuner_.disturbed();
        } while (now - start < WaitTuner::longest_spin);
    }
    const Peek found = peek(stop, true);
    return waited(found, start, host::monotonic_now());
}

Waiter::Peek Waiter::waited(Peek outcome, MonotonicTime start, MonotonicTime now) {
    if (outcome == Peek::found) {
        tuner_.waited(now - start, now - last_stop_);
        last_stop_ = now;
    } else {
        tuner_.waited_in_vain(now - start);
    }
    return outcome;
}

void Waiter::consume(Tid tid) {
    int status = 0;
    waitpid(tid.value, &status, __WALL | WNOHANG);
}

bool Waiter::hears_of(Tid tid) const {
    if (std::ranges::find(collected_, tid, &Stop::tid) != collected_.end()) return true;
    siginfo_t info;
    return ::waitid(P_PID, static_cast<id_t>(tid.value), &info, WEXITED | WSTOPPED | WNOWAIT | WNOHANG | __WALL) == 0;
}

void Waiter::collect(Stop first) {
    Stop next = first;
    do {
        // A signal's stop must not be consumed; it comes up again.
        if (next.status.signal_delivery_stop()) break;
        consume(next.tid);
        collected_.push_back(next);
    } while (peek(next, false) == Peek::found);
    served_ = 0;
}

Waiter::Outcome Waiter::next(Stop& stop, std::size_t threads) {
    if (collected_.empty()) {
        const Peek found = wait(stop);
        if (found == Peek::nobody) return Outcome::nobody;
        if (found != Peek::found) return Outcome::woken;
        active_ = true;
        const std::size_t in_a_row = std::clamp(turns * threads, served_in_a_row, most_served_in_a_row);
        if (threads <= 1 || ++served_ <= in_a_row || stop.status.signal_delivery_stop()) {
            if (stop.status.ended()) consume(stop.tid);
            return Outcome::stop;
        }
        collect(stop);
    }
    stop = collected_.front();
    collected_.pop_front();
    return Outcome::stop;
}

}  // namespace shimtrace::engine
