// Where a session's time went: in calls that wait, by what they wait for; and, where the recording has what the scheduler did, to the
// microsecond: on a CPU, waiting for one, or blocked, in which call, and woken by whom.
#pragma once

#include "tracer/output/histogram.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/scheduling.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shimtrace::output {

class OffCpu {
public:
    struct Cause {
        Histogram waits;
        std::map<std::string, std::uint64_t> wakers;  ///< "ctr[5205]": so often
    };
    struct Times {
        Nanoseconds on_cpu{}, ready{};  ///< ready: it could have run, and waited for a CPU
        std::uint64_t preempted = 0;
    };

    /// A call was made; `cause`: see wait_cause, a literal.
    void call(const Event& enter, MonotonicTime until, std::string_view cause);
    void scheduling(const Scheduling& stretch);
    /// What a stretch tells is laid over the calls once these must have come. `is_traced`: threads of the session.
    void advance(MonotonicTime now, const std::function<bool(Tid)>& is_traced);
    /// No more comes.
    void end(const std::function<bool(Tid)>& is_traced);

    /// The recording has what the scheduler did: to be told before the first call.
    void expect_scheduling() { has_scheduling_ = true; }
    [[nodiscard]] bool has_scheduling() const { return has_scheduling_; }
    /// Of calls that wait, by cause: all that is known without the scheduler.
    std::map<std::string_view, Histogram> calls;
    /// With it: what threads were blocked for. "not in a call": a page fault, a signal, or a call that is not in the recording.
    std::map<std::string_view, Cause> blocked;
    Times all;
    std::map<Tid, Times> by_thread;
    std::uint64_t lost = 0;

private:
    struct Thread {
        enum class State : std::uint8_t { unknown, running, ready, asleep, held } state = State::unknown;
        MonotonicTime since;
        bool uninterruptible = false;
    };
    struct Call {
        MonotonicTime from, to;
        std::string_view cause;
    };

    void lay_over(const Scheduling& stretch, const std::function<bool(Tid)>& is_traced);
    void leaves(Tid tid, MonotonicTime time, std::int64_t state);
    void woken(Tid tid, MonotonicTime time, Tid by);
    void arrives(Tid tid, MonotonicTime time);
    void was_blocked(Tid tid, const Thread& thread, MonotonicTime until, Tid by);

    bool has_scheduling_ = false;
    std::deque<Scheduling> pending_;
    std::unordered_map<Tid, std::deque<Call>> calls_;  ///< kept where the scheduler's stretches come, until these are past them
    std::unordered_map<Tid, Thread> threads_;
    std::map<Tid, std::string> comms_;
};

}  // namespace shimtrace::output
