// What interrupts a sleeping wait: a time that has come, or somebody's wish to end the session.
#pragma once

#include "tracer/engine/trace.hpp"

#include <csignal>
#include <ctime>

namespace shimtrace::engine {

/// One POSIX timer whose signal goes to the thread that made it. A signal that arrives just before waitid(2) sleeps would be
/// missed; therefore the timer, once it has expired, fires again and again until it is set anew. While no time is set and
/// nobody wants the end, nothing wakes. A ring that is not taken before the next has idle CPUs halt again.
/// One at a time: the signal's handler is the program's.
class Alarm {
public:
    explicit Alarm(StopRequest& stop);
    ~Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    /// Rings at that time unless it is set to ring earlier.
    void ring_by(MonotonicTime time);
    /// MonotonicTime::max(): not at all.
    void set(MonotonicTime time);
    /// Whether it has rung since this was asked last.
    bool take_ring();

private:
    StopRequest& stop_;
    timer_t timer_{};
    MonotonicTime set_for_ = MonotonicTime::max();
    struct sigaction former_action_ {};
    sigset_t former_mask_{};
};

}  // namespace shimtrace::engine
