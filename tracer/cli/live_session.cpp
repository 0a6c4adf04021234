#include "tracer/cli/live_session.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/process_reader.hpp"

#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/session_roles.hpp"
#include "tracer/output/tee.hpp"
#include "tracer/snapshot/live_observer.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/stacks/native.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

namespace shimtrace::cli {

namespace {

engine::StopRequest* interrupted_session = nullptr;  // a signal handler has no other way to its session
std::atomic<bool> command_ended = false;

void on_signal(int) {
    if (interrupted_session != nullptr) interrupted_session->stop();
}

/// While the started command lives, a terminal's Ctrl-C is its own: it reaches the command as well, and the session ends when the
/// command does. What else is traced (`-p PID -- CMD`) may live on.
void on_interrupt(int signal) {
    if (command_ended) on_signal(signal);
}

/// Standard error for a signal's handler: it must not wait, least of all for a reader of the trace itself.
int unwaiting_stderr = -1;

/// A tracer that is stopped leaves whatever it is attached to stopped, each thread at its next call.
void on_suspend(int) {
    constexpr std::string_view text = "shimtrace: not suspended, as what is traced would stop as well; SIGTERM lets it go\n";
    const int former_errno = errno;
    [[maybe_unused]] const ssize_t written = ::write(unwaiting_stderr, text.data(), text.size());
    errno = former_errno;
}

/// Sees the started command end: it is the first task of its session.
class CommandWatch final : public EventSink {
public:
    void event(const Event& event) override {
        if (event.kind == EventKind::attached && !command_) command_ = event.tid;
        const bool ended = event.kind == EventKind::exited || event.kind == EventKind::killed;
        if (ended && command_ == event.tid) command_ended = true;
    }

private:
    std::optional<Tid> command_;
};

/// Ctrl-C, SIGTERM, SIGHUP end the session; a closed pipe is an error of write(2); Ctrl-Z does not suspend us where we are attached to
/// others than the command that we start. Restored at the end of the scope.
class SignalHandling {
public:
    SignalHandling(engine::StopRequest& stop, bool started_command, bool attached) {
        interrupted_session = &stop;
        struct sigaction action {};
        action.sa_handler = on_signal;
        set(SIGTERM, action);
        set(SIGHUP, action);
        // A handler and not SIG_IGN: what is ignored here would stay ignored in the command (execve(2)).
        action.sa_handler = [](int) {};
        set(SIGPIPE, action);
        if (attached) {
            // Opened anew: whoever shares the descriptor is not to find it non-blocking. A socket cannot be; then nothing is said.
            unwaiting_stderr = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC);
            action.sa_handler = on_suspend;
            action.sa_flags = SA_RESTART;
            set(SIGTSTP, action);
            action.sa_flags = 0;
            action.sa_handler = SIG_IGN;  // a terminal that stops writers in the background (stty tostop)
            if (!started_command) set(SIGTTOU, action);
        }
        action.sa_handler = started_command ? on_interrupt : on_signal;
        set(SIGINT, action);
        set(SIGQUIT, action);
    }
    ~SignalHandling() {
        for (const auto& [signal, before] : before_) ::sigaction(signal, &before, nullptr);
        interrupted_session = nullptr;
        if (unwaiting_stderr >= 0) ::close(std::exchange(unwaiting_stderr, -1));
    }
    SignalHandling(const SignalHandling&) = delete;
    SignalHandling& operator=(const SignalHandling&) = delete;

private:
    void set(int signal, const struct sigaction& action) {
        struct sigaction before {};
        ::sigaction(signal, &action, &before);
        before_.emplace_back(signal, before);
        const bool ends_session = action.sa_handler == on_signal;
        if (!ends_session && before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);  // under nohup and its like
    }
    std::vector<std::pair<int, struct sigaction>> before_;
};

SessionInfo describe_session(const TracePlan& plan) {
    SessionInfo info;
    info.host = host::host_info();
    info.real_anchor = host::real_now();
    info.monotonic_anchor = host::monotonic_now();
    info.writer = "shimtrace " SHIMTRACE_VERSION;
    info.command_line = plan.request.command;
    info.started_command = !plan.request.command.empty();
    info.follows = plan.request.follow;
    for (const Pid pid : plan.request.attach) info.targets.push_back(leader(pid));
    info.targets.insert(info.targets.end(), plan.request.attach_threads.begin(), plan.request.attach_threads.end());
    return info;
}

host::ObserverHooks role_hooks(containerd::SessionRoles& roles) {
    host::ObserverHooks hooks;
    hooks.target_role = [&roles](Pid holder, const OpenFile& target) { return roles.target(holder, target); };
    hooks.process_role = [&roles](const Process& process) { return roles.process(process); };
    return hooks;
}

host::ObserverHooks no_hooks() {
    host::ObserverHooks hooks;
    hooks.other_ends = false;
    return hooks;
}

}  // namespace

std::expected<void, Refusal> resolve_targets(const Globals& globals, const TraceOptions& options, TracePlan& plan) {
    engine::TraceRequest& request = plan.request;
    for (const Pid pid : plan.pids) {
        if (request.follow)
            request.attach.push_back(pid);
        else
            request.attach_threads.push_back(leader(pid));
    }
    const bool wants_roles = !plan.print.plain && !plan.pids.empty();
    if (!options.targets.empty() || wants_roles) {
        auto surveyed = containerd::list_containers(globals.run_dir);
        if (!surveyed) return std::unexpected(Refusal{surveyed.error(), exit_failed});
        plan.surroundings = std::move(*surveyed);
        for (const std::string& text : options.targets) {
            auto found = containerd::find_target(plan.surroundings, text);
            if (!found) {
                Error error = found.error().error;
                // Who has strace in the fingers types the command without the dashes.
                if (!found.error().ambiguous) error.hint += "; a command to start stands behind --";
                return std::unexpected(Refusal{std::move(error), found.error().ambiguous ? exit_usage : exit_failed});
            }
            request.attach.insert(request.attach.end(), found->pids.begin(), found->pids.end());
        }
    }
    if (!request.attaches() && request.command.empty())
        return std::unexpected(Refusal{{.what = "nothing to trace", .hint = "name a TARGET, -p PID, or -- COMMAND"}, exit_usage});
    return {};
}

SessionEnd run_session(const TracePlan& plan, const std::vector<EventSink*>& sinks, engine::StopRequest& stop) {
    if (plan.request.colocate && plan.request.attaches())
        report(
            {.what = "--colocate: a shimtrace that is killed with -9 leaves the target on one CPU", .hint = "taskset -a -p gives it back"},
            exit_done);
    CommandWatch watch;
    std::vector<EventSink*> all(sinks);
    if (!plan.request.command.empty()) all.push_back(&watch);
    command_ended = false;
    output::Tee tee(all);
    const SignalHandling signals(stop, !plan.request.command.empty(), plan.request.attaches());
    containerd::SessionRoles roles(plan.surroundings, host::read_process);
    host::ObserverHooks hooks = plan.print.plain ? no_hooks() : role_hooks(roles);
    stacks::StackReader stack_reader;
    hooks.stack = [&stack_reader](Pid pid, Tid tid, std::vector<StackFrame>& into) { stack_reader.stack_of(pid, tid, into); };
    const auto observer = host::make_session_observer(std::move(hooks));
    const auto result = engine::trace(plan.request, describe_session(plan), *observer, tee, stop);
    if (!result) return {.exit_code = report(result.error(), exit_failed)};
    for (const Error& error : result->skipped) report(error, exit_failed);
    if (plan.request.command.empty()) return {};
    return {.exit_code = result->exit_status, .killed_by = result->killed_by};
}

int end_like_command(const SessionEnd& end) {
    if (end.killed_by == 0) return end.exit_code;
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(end.killed_by, SIG_DFL);
    ::raise(end.killed_by);
    return 128 + end.killed_by;
}

}  // namespace shimtrace::cli
