#include "tracer/engine/launch.hpp"

#include "tracer/engine/ptrace_calls.hpp"
#include "tracer/engine/wait_status.hpp"
#include "tracer/procfs/seize.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace shimtrace::engine {

namespace {

/// What the child has to tell when it could not exec.
struct Failure {
    enum class Step : std::int32_t { filter, exec } step;
    std::int32_t number;
};

bool executable(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

std::vector<std::string> changed_environment(const std::vector<std::string>& changes) {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry; ++entry) variables.emplace_back(*entry);
    for (const std::string& change : changes) {
        const std::string name = change.substr(0, change.find('='));
        std::erase_if(variables, [&](const std::string& variable) { return variable.substr(0, variable.find('=')) == name; });
        if (change.size() != name.size()) variables.push_back(change);
    }
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (std::string& text : strings) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// Installs the filter. no_new_privs is set only where the kernel insists: it takes effect on every program started later.
int install(std::span<const sock_filter> filter) {
    const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) return 0;
    if (errno != EACCES) return errno;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

/// Everything that the child needs, made before the fork: only async-signal-safe calls come after.
struct Plan {
    std::string path;
    std::vector<std::string> words, variables;
    std::vector<char*> argv, envp;
    std::span<const sock_filter> filter;
    std::span<const int> ignored_signals;
    cpu_set_t cpus{};
    bool pinned = false;
    std::array<int, 2> go{-1, -1};     ///< the child waits here until it is seized
    std::array<int, 2> error{-1, -1};  ///< closed by a successful exec
};

[[noreturn]] void become(Plan& plan) {
    close(plan.go[1]);
    char byte = 0;
    while (read(plan.go[0], &byte, 1) < 0 && errno == EINTR) {
    }
    if (plan.pinned) sched_setaffinity(0, sizeof plan.cpus, &plan.cpus);
    for (const int signal : plan.ignored_signals) ::signal(signal, SIG_IGN);
    Failure failure{Failure::Step::filter, 0};
    if (!plan.filter.empty()) failure.number = install(plan.filter);
    if (failure.number == 0) {
        execve(plan.path.c_str(), plan.argv.data(), plan.envp.data());
        failure = {Failure::Step::exec, errno};
    }
    [[maybe_unused]] const ssize_t written = write(plan.error[1], &failure, sizeof failure);
    _exit(127);
}

/// Seizes the child and has it stop, before it is let past the pipe.
int seize_child(Tid child, unsigned long options) {
    if (const int number = host::SeizeInTime()(child, options); number != 0) return number;
    interrupt(child);
    int status = 0;
    while (waitpid(child.value, &status, __WALL) < 0) {
        if (errno != EINTR) return errno;
    }
    return WaitStatus(status).ended() ? ESRCH : 0;
}

}  // namespace

Result<std::string> find_command(const std::string& name) {
    if (name.empty()) return fail("start a command", ENOENT, "its name is empty");
    if (name.find('/') != std::string::npos) {
        if (access(name.c_str(), F_OK) != 0) return fail("start " + name, errno);
        return name;
    }
    const char* variable = getenv("PATH");
    std::string_view path = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        const auto colon = path.find(':');
        const std::string_view folder = path.substr(0, colon);
        const std::string candidate = (folder.empty() ? "." : std::string(folder)) + "/" + name;
        if (executable(candidate)) return candidate;
        if (colon == std::string_view::npos) break;
        path.remove_prefix(colon + 1);
    }
    return fail("start " + name, ENOENT, "no such executable in PATH");
}

Launched::~Launched() {
    if (error_fd_ >= 0) close(error_fd_);
}

std::optional<Error> Launched::failure(const std::vector<std::string>& command) const {
    Failure failure{};
    const ssize_t got = read(error_fd_, &failure, sizeof failure);
    if (got != sizeof failure) return std::nullopt;
    const bool by_filter = failure.step == Failure::Step::filter;
    return Error{(by_filter ? "install the seccomp filter for " : "start ") + command.front(), failure.number,
                 failure.number == ENOEXEC ? "a script needs a #! line" : ""};
}

Result<Launched> launch(const TraceRequest& request, unsigned long options, std::span<const sock_filter> filter, int cpu) {
    auto path = find_command(request.command.front());
    if (!path) return std::unexpected(path.error());
    Plan plan{.path = *path,
              .words = request.command,
              .variables = changed_environment(request.environment_changes),
              .filter = filter,
              .ignored_signals = request.inherited.ignored_signals};
    plan.argv = pointers(plan.words);
    plan.envp = pointers(plan.variables);
    if (cpu >= 0) {
        CPU_SET(static_cast<unsigned>(cpu), &plan.cpus);
        plan.pinned = true;
    }
    if (pipe2(plan.go.data(), O_CLOEXEC) != 0) return fail("make a pipe", errno);
    if (pipe2(plan.error.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        const int number = errno;
        close(plan.go[0]);
        close(plan.go[1]);
        return fail("make a pipe", number);
    }

    const pid_t child = fork();
    const int fork_error = errno;
    if (child == 0) become(plan);
    close(plan.go[0]);
    close(plan.error[1]);
    Launched launched(Tid{child}, plan.error[0]);
    const int number = child < 0 ? fork_error : seize_child(launched.tid(), options);
    if (number != 0 && child > 0) kill(child, SIGKILL);  // our own child, which has not become the command yet
    close(plan.go[1]);
    if (number == 0) {
        hand_over(request.inherited.descriptors);
        return launched;
    }
    if (child > 0) waitpid(child, nullptr, __WALL);
    return fail((child < 0 ? "fork for " : "trace ") + request.command.front(), number,
                child < 0 ? "" : "ptrace is forbidden here: a seccomp profile, or the lack of CAP_SYS_PTRACE in a container");
}

}  // namespace shimtrace::engine
