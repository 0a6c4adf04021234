#include "tracer/engine/launch.hpp"

#include "tracer/engine/command_process.hpp"
#include "tracer/engine/ptrace_calls.hpp"
#include "tracer/engine/wait_status.hpp"
#include "tracer/procfs/seize.hpp"
#include "tracer/procfs/stand_in_end.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace shimtrace::engine {

namespace {

/// Seizes the process and has it stop, before it is let past the pipe.
int seize_command(Tid child, unsigned long options) {
    if (const int number = host::SeizeInTime()(child, options); number != 0) return number;
    interrupt(child);
    int status = 0;
    while (waitpid(child.value, &status, __WALL) < 0) {
        if (errno != EINTR) return errno;
    }
    return WaitStatus(status).ended() ? ESRCH : 0;
}

Error untraceable(const TraceRequest& request, int number) {
    return {"trace " + request.command.front(), number,
            "ptrace is forbidden here: a seccomp profile, or the lack of CAP_SYS_PTRACE in a container"};
}

void let_go_on(int go) {
    [[maybe_unused]] const ssize_t written = write(go, "", 1);
    close(go);
}

/// `cpu` -1: it runs anywhere.
void keep_on(Tid tid, int cpu) {
    if (cpu < 0) return;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<unsigned>(cpu), &cpus);
    sched_setaffinity(tid.value, sizeof cpus, &cpus);
}

/// The process that has waited for its tracer already.
Result<Launched> seize_waiting(const TraceRequest& request, unsigned long options, int cpu) {
    const WaitingCommand& waiting = *request.waiting;
    Launched launched(waiting.tid, waiting.error);
    keep_on(waiting.tid, cpu);
    if (const int number = seize_command(waiting.tid, options); number != 0) {
        close(waiting.go);
        return std::unexpected(untraceable(request, number));
    }
    let_go_on(waiting.go);
    hand_over(request.inherited.descriptors);
    return launched;
}

}  // namespace

Launched::~Launched() {
    if (error_fd_ >= 0) close(error_fd_);
}

std::optional<Error> Launched::failure(const std::vector<std::string>& command) const {
    ExecFailure failure{};
    const ssize_t got = read(error_fd_, &failure, sizeof failure);
    if (got != sizeof failure) return std::nullopt;
    const bool by_filter = failure.step == ExecFailure::Step::filter;
    return Error{(by_filter ? "install the seccomp filter for " : "start ") + command.front(), failure.number,
                 failure.number == ENOEXEC ? "a script needs a #! line" : ""};
}

Result<WaitingCommand> leave_tracee(const TraceRequest& request, TracerPlace place) {
    auto command = plan_command(request, {});
    if (!command) return std::unexpected(command.error());
    command->offers_itself = true;
    host::end_stand_ins();  // the command would have them as children
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    const Tid self{getpid()};
    const pid_t between = fork();
    if (between < 0) return fail("fork for " + request.command.front(), errno);
    if (between > 0) {
        int status = 0;
        while (waitpid(between, &status, 0) < 0 && errno == EINTR) {
        }
        if (status != 0) return fail("fork for " + request.command.front(), EAGAIN);
        become(*command);
    }
    if (const pid_t tracer = fork(); tracer != 0) _exit(tracer < 0 ? 1 : 0);
    if (place == TracerPlace::own_group) setpgid(0, 0);
    if (place == TracerPlace::own_session) setsid();
    close(command->go[0]);
    close(command->error[1]);
    return WaitingCommand{.tid = self, .go = command->go[1], .error = command->error[0]};
}

Result<Launched> launch(const TraceRequest& request, unsigned long options, std::span<const sock_filter> filter, int cpu) {
    if (request.waiting) return seize_waiting(request, options, cpu);
    auto command = plan_command(request, filter);
    if (!command) return std::unexpected(command.error());
    const pid_t child = fork();
    const int fork_error = errno;
    if (child == 0) become(*command);
    close(command->go[0]);
    close(command->error[1]);
    Launched launched(Tid{child}, command->error[0]);
    const int number = child < 0 ? fork_error : seize_command(launched.tid(), options);
    if (number == 0) {
        keep_on(launched.tid(), cpu);
        let_go_on(command->go[1]);
        hand_over(request.inherited.descriptors);
        return launched;
    }
    close(command->go[1]);  // our own child, which has not become the command yet, ends
    if (child < 0) return fail("fork for " + request.command.front(), number);
    kill(child, SIGKILL);
    waitpid(child, nullptr, __WALL);
    return std::unexpected(untraceable(request, number));
}

}  // namespace shimtrace::engine
