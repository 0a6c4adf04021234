// Waiting for stops: which thread is served next, and whether to spin or to sleep until there is one.
#pragma once

#include "tracer/engine/idle_polling.hpp"
#include "tracer/engine/precedence.hpp"
#include "tracer/engine/wait_status.hpp"
#include "tracer/engine/wait_tuner.hpp"

#include <shimtrace/types.hpp>

#include <sys/resource.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace shimtrace::engine {

/// While this lives, stops of tracees wake a wait and send no SIGCHLD: to find out that nobody wants it costs each stop something.
class NoStopSignals {
public:
    NoStopSignals();
    ~NoStopSignals();
    NoStopSignals(const NoStopSignals&) = delete;
    NoStopSignals& operator=(const NoStopSignals&) = delete;

private:
    struct sigaction former_ {};
};

struct Stop {
    Tid tid;
    WaitStatus status;
    Nanoseconds system_time{};  ///< of the thread's process; only where asked for
};

/// Stops are looked at without being consumed (WNOWAIT): should shimtrace be killed at a signal-delivery-stop, the kernel
/// still delivers the signal, which it forgets once a wait has taken the stop (kernel/exit.c: wait_task_stopped).
/// The kernel reports the first stopped thread of its list, so a thread in a tight loop could starve those behind it: after
/// some stops served this way for each thread, all that are pending are collected and served in turn.
class Waiter {
public:
    struct Options {
        bool spin = true;
        bool system_times = false;
    };
    explicit Waiter(Options options) : options_(options), tuner_(costliest_way(options)) {}

    enum class Outcome : std::uint8_t { stop, woken, nobody };
    /// The next stop. `woken`: a signal came first. `nobody`: no thread is traced any more. `threads`: how many are traced.
    Outcome next(Stop& stop, std::size_t threads);
    /// Whether anything may still come of this thread: it is traced, or is a child of ours, and its end was not told yet.
    [[nodiscard]] bool hears_of(Tid tid) const;
    /// Whether stops are slept for as others may want the CPUs, on whatever CPU.
    [[nodiscard]] bool held_up() const { return options_.spin && tuner_.held_up(); }
    /// Whether a stop was served since this was asked last.
    [[nodiscard]] bool take_activity() { return std::exchange(active_, false); }
    /// Nothing has happened for a while: what was held ready for the next stop is let go.
    void let_cpus_halt() { idle_polling_.release(); }
    /// And none comes any more.
    void release_cpus() {
        let_cpus_halt();
        precedence_.give_back();
    }
    /// Takes a stop from the kernel, so that it is not reported again: ends must be, and stops that are left as they are.
    static void consume(Tid tid);

private:
    enum class Peek : std::uint8_t { found, none, woken, nobody };
    static WayToWait costliest_way(Options options);
    Peek peek(Stop& stop, bool block) const;
    Peek wait(Stop& stop);
    /// Tells the tuner. `outcome`, unchanged.
    Peek waited(Peek outcome, MonotonicTime start, MonotonicTime now);
    void collect(Stop first);

    const NoStopSignals no_signals_;
    Options options_;
    WaitTuner tuner_;
    IdlePolling idle_polling_;
    Precedence precedence_;
    std::deque<Stop> collected_;
    std::size_t served_ = 0;  ///< since nothing was pending
    bool active_ = false;
    MonotonicTime last_stop_;
};

}  // namespace shimtrace::engine
