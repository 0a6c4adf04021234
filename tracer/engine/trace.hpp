// A live session: seize or start, follow, stop, resume, let go. Nothing else in shimtrace knows ptrace.
#pragma once

#include "decoders_syscalls/capture.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/observer.hpp>
#include <shimtrace/stream.hpp>

#include <atomic>
#include <bitset>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

namespace shimtrace::engine {

/// Which calls are reported. Numbers past the end are of no known call and always reported.
using SyscallSet = std::bitset<1024>;

struct TraceRequest {
    std::vector<Pid> attach;                       ///< whole thread groups
    std::vector<Tid> attach_threads;               ///< single threads (strace's -p without -f)
    std::vector<std::string> command;              ///< argv of a command to start; PATH is searched
    std::vector<std::string> environment_changes;  ///< strace's -E: "NAME=VALUE" or "NAME"
    bool follow = false;                           ///< new threads, forks, vforks, clones are traced too
    SyscallSet x86_64_calls = SyscallSet{}.set();  ///< reported calls by number; others run unreported
    SyscallSet i386_calls = SyscallSet{}.set();
    std::bitset<65> signals = std::bitset<65>{}.set();  ///< reported signals
    bool capture_stacks = false;                        ///< -k
    bool resolve_descriptors = false;                   ///< -y, -yy, roles
    bool instruction_pointers = false;                  ///< -i
    bool system_times = false;                          ///< -c: fill Event::system_time
    decoders::CaptureLimits limits;
    Nanoseconds blocked_after{};  ///< report calls that have blocked for that long, then at twice that …; 0: never
    bool seccomp_filter = false;  ///< started commands: let the kernel skip unreported calls
    bool colocate = false;        ///< share a CPU with the tracee
};

/// Set by whoever wants the session to end (a signal handler, a closed pipe). Wakes a waiting engine by wake().
class StopRequest {
public:
    void stop();  ///< async-signal-safe
    [[nodiscard]] bool stopped() const;
    StopRequest();
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;
    [[nodiscard]] int wake_fd() const { return fd_; }  ///< an eventfd: readable once stopped

    /// The timer whose signal interrupts the engine's wait: stop() sets it off.
    void rings(timer_t timer);
    void rings_nothing();

private:
    int fd_ = -1;
    std::atomic<bool> stopped_{false};
    std::atomic<bool> armed_{false};
    timer_t timer_{};
};

struct TraceResult {
    int exit_status = 0;         ///< of the started command: as its shell would show it (128 + signal where killed)
    int killed_by = 0;           ///< the signal that killed the started command; 0: none
    std::vector<Error> skipped;  ///< threads that could not be attached
};

/// Runs the session until the targets are gone or `stop` is set. Every thread is detached and running as before when it
/// returns, whatever the reason. Errors: no target could be attached, the command could not be started.
Result<TraceResult> trace(const TraceRequest& request, SessionInfo session, SessionObserver& observer, StreamSink& sink, StopRequest& stop);

}  // namespace shimtrace::engine
