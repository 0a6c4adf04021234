// Waiting for stops: which thread is served next, and whether to spin or to sleep until there is one.
#pragma once

#include "engine/wait_status.hpp"

#include <shimtrace/types.hpp>

#include <sys/resource.h>

#include <cstdint>
#include <deque>
#include <utility>

namespace shimtrace::engine {

struct Stop {
    Tid tid;
    WaitStatus status;
    Nanoseconds system_time{};  ///< of the thread's process; only where asked for
};

/// Decides how long a wait spins. Waking a sleeping tracer on another CPU costs more than all else that tracing does (on
/// virtual machines most of all), so while stops come fast it pays to poll; while they don't, polling burns a CPU.
class SpinTuner {
public:
    explicit SpinTuner(bool allowed) : allowed_(allowed) {}
    /// For how long the next wait may spin; 0: not at all.
    [[nodiscard]] Nanoseconds budget() const { return allowed_ && rest_ == 0 && average_ < fast ? longest : Nanoseconds{}; }
    /// A wait took so long until a stop came.
    void waited(Nanoseconds time);
    /// While spinning, another program took the CPU for that long: spinning is in somebody's way.
    void disturbed();

private:
    static constexpr Nanoseconds fast = std::chrono::microseconds(120);
    static constexpr Nanoseconds longest = std::chrono::microseconds(150);
    static constexpr Nanoseconds slow = std::chrono::milliseconds(2);

    bool allowed_;
    Nanoseconds average_ = slow;
    unsigned rest_ = 0;       ///< waits to sit out
    unsigned next_rest_ = 0;  ///< grows while spinning keeps disturbing
};

/// Stops are looked at without being consumed (WNOWAIT): should shimtrace be killed at a signal-delivery-stop, the kernel
/// still delivers the signal, which it forgets once a wait has taken the stop (kernel/exit.c: wait_task_stopped).
/// The kernel reports the first stopped thread of its list, so a thread in a tight loop could starve those behind it: after
/// a few stops served this way, all that are pending are collected and served in turn.
class Waiter {
public:
    struct Options {
        bool spin = true;
        bool system_times = false;
    };
    explicit Waiter(Options options) : options_(options), spin_(options.spin) {}

    enum class Outcome : std::uint8_t { stop, woken, nobody };
    /// The next stop. `woken`: a signal came first. `nobody`: no thread is traced any more. `several`: more than one
    /// thread is traced.
    Outcome next(Stop& stop, bool several);
    /// Whether a stop was served since this was asked last.
    [[nodiscard]] bool take_activity() { return std::exchange(active_, false); }
    /// Takes a stop from the kernel, so that it is not reported again: ends must be, and stops that are left as they are.
    static void consume(Tid tid);

private:
    enum class Peek : std::uint8_t { found, none, woken, nobody };
    Peek peek(Stop& stop, bool block) const;
    Peek wait(Stop& stop);
    void collect(Stop first);

    Options options_;
    SpinTuner spin_;
    std::deque<Stop> collected_;
    unsigned served_ = 0;  ///< since nothing was pending
    bool active_ = false;
};

}  // namespace shimtrace::engine
