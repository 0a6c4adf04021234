// All threads of a process held still for a moment, and let go again whatever happens.
#pragma once

#include "tracer/procfs/registers.hpp"

#include <shimtrace/types.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::stacks {

struct StoppedThread {
    Tid tid;
    std::optional<host::Registers> registers;  ///< always there
};

/// PTRACE_SEIZE and PTRACE_INTERRUPT: no signal is sent, a group stop stays what it was. The destructor resumes. A thread in state D is
/// left alone, since it would not stop; one that does not stop within the deadline is given up. All calls come from the thread that made
/// it.
class StoppedThreads {
public:
    StoppedThreads(const std::vector<Tid>& tids, Nanoseconds deadline);
    ~StoppedThreads();
    StoppedThreads(const StoppedThreads&) = delete;
    StoppedThreads& operator=(const StoppedThreads&) = delete;

    [[nodiscard]] const std::vector<StoppedThread>& threads() const { return stopped_; }
    /// Why some threads are missing; empty: none is.
    [[nodiscard]] const std::string& missing() const { return missing_; }
    /// Lets all threads go on. Gives back how long they stood still, from the first request to the last release.
    Nanoseconds resume();

private:
    void wait_for_stops(Nanoseconds deadline);

    class Urgency;
    std::unique_ptr<Urgency> urgency_;  ///< while they stand still

    std::vector<Tid> pending_;  ///< seized and interrupted, not seen stopped
    std::vector<StoppedThread> stopped_;
    std::string missing_;
    std::chrono::steady_clock::time_point begin_;
    Nanoseconds duration_{};
    bool resumed_ = false;
};

}  // namespace shimtrace::stacks
