// PTRACE_SEIZE with an end.
#pragma once

#include <shimtrace/types.hpp>

#include <csignal>
#include <ctime>

namespace shimtrace::host {

/// Seizes threads of the thread that it was made in, one after the other.
class SeizeInTime {
public:
    explicit SeizeInTime(Nanoseconds patience = std::chrono::milliseconds(100));
    ~SeizeInTime();
    SeizeInTime(const SeizeInTime&) = delete;
    SeizeInTime& operator=(const SeizeInTime&) = delete;

    /// 0, or the errno of PTRACE_SEIZE. ETIMEDOUT: the thread's process is in the midst of an exec that does not get on, as the file that
    /// it executes does not come. An attach then waits for the end of that, and after a signal's handler begins again
    /// (linux/kernel/ptrace.c, ptrace_attach: cred_guard_mutex, ERESTARTNOINTR).
    int operator()(Tid tid, unsigned long options);

private:
    void wind_up();

    Nanoseconds patience_;
    timer_t timer_{};
    bool made_ = false;
    sigset_t mask_{};
    MonotonicTime wound_up_{};
};

}  // namespace shimtrace::host
