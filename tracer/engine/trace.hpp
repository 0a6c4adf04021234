// A live session: seize or start, follow, stop, resume, let go. Nothing else in shimtrace knows ptrace.
#pragma once

#include "decoders/syscalls/capture.hpp"
#include "tracer/engine/inherited.hpp"

#include <shimtrace/call_set.hpp>
#include <shimtrace/error.hpp>
#include <shimtrace/event_sink.hpp>
#include <shimtrace/session_observer.hpp>

#include <atomic>
#include <bitset>
#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::engine {

/// A process that will exec the command once it is traced. launch() owns the descriptors.
struct WaitingCommand {
    Tid tid;
    int go;     ///< a byte lets it go on
    int error;  ///< what it tells when it could not exec
};

struct TraceRequest {
    std::vector<Pid> attach;                       ///< whole thread groups, their threads to come included
    std::vector<Tid> attach_threads;               ///< single threads (strace's -p without -f)
    std::vector<std::string> command;              ///< argv of a command to start; PATH is searched
    std::vector<std::string> environment_changes;  ///< strace's -E: "NAME=VALUE" or "NAME"
    std::optional<WaitingCommand> waiting;         ///< who becomes the command; nullopt: a child
    Inherited inherited;                           ///< handed over to the command; empty: it gets what this process has
    /// New threads, forks, vforks, clones are traced too. Without it: new threads of `attach`, and nothing else that is born.
    bool follow = false;
    CallSet calls = CallSet::every();                   ///< that are reported; others run unreported. Calls that no table has always are
    std::bitset<65> signals = std::bitset<65>{}.set();  ///< reported signals
    bool capture_stacks = false;                        ///< -k
    bool resolve_descriptors = false;                   ///< -y, -yy, roles
    bool task_names = false;                            ///< -Y: tasks are named as they are called now
    bool instruction_pointers = false;                  ///< -i
    bool system_times = false;                          ///< -c: fill Event::system_time
    decoders::CaptureLimits limits;
    Nanoseconds blocked_after{};  ///< report calls that have blocked for that long, then at twice that …; 0: never
    /// Started commands that are followed, and whose calls are narrowed: let the kernel skip unreported calls. Such a filter
    /// outlives its tracer, and its calls fail without one. So such a command is not let go at a StopRequest: it is served on,
    /// unreported, until it ends; and it is killed with shimtrace (PTRACE_O_EXITKILL).
    bool seccomp_filter = false;
    bool detach_on_exec = false;  ///< who executes another program than the command's first one is let go
    bool colocate = false;        ///< share one CPU with the tracees; a kill -9 of shimtrace would leave them there

    [[nodiscard]] bool attaches() const { return !attach.empty() || !attach_threads.empty(); }
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

/// What a target can notice of a session: time. Calls that were blocking when it came or ended are restarted by the kernel,
/// with what was left of their timeouts, and so are those that return EINTR to any other wake-up (epoll_wait, semop,
/// sigtimedwait, io_getevents …). EINTR is seen, as with any tracer, only by: those of the latter that wait with a timespec
/// timeout, and socket calls under SO_RCVTIMEO or SO_SNDTIMEO. (epoll_wait's timeout in milliseconds is a register, which is set to
/// what is left until the call returns.)
///
/// Calls sink.session() first and sink.end() last, unless nothing could be traced. While it runs it uses SIGURG; the
/// calling thread must have no other children that it waits for.
///
/// Runs the session until the targets are gone or `stop` is set. Every thread is detached and running as before when it
/// returns, whatever the reason. Errors: no target could be attached, the command could not be started.
Result<TraceResult> trace(const TraceRequest& request, SessionInfo session, SessionObserver& observer, EventSink& sink, StopRequest& stop);

}  // namespace shimtrace::engine
