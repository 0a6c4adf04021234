// --exec: a program that is told of each hang on its standard input. It runs beside the looks, one at a time, and never holds them up.
#pragma once

#include "tracer/monitor/metrics.hpp"

#include <shimtrace/types.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace shimtrace::monitor {

class HangHandler {
public:
    /// `command`: a program and its arguments; no shell reads it.
    HangHandler(std::vector<std::string> command, Nanoseconds timeout);
    /// What is queued is still told, for some seconds.
    ~HangHandler();
    void tell(std::string line);
    /// Since the start, by why: "start", "status", "timeout", "dropped".
    [[nodiscard]] Counted failures() const;

private:
    void serve();
    const char* run(const std::string& line);  ///< why it failed; nullptr: it did not

    std::vector<std::string> command_;
    Nanoseconds timeout_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::string> queue_;
    bool ending_ = false;
    MonotonicTime end_by_{};
    Counted failures_;
    std::thread thread_;
};

}  // namespace shimtrace::monitor
