#include "tracer/procfs/child_program.hpp"

#include "tracer/procfs/owned_fd.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace shimtrace::host {

namespace {

/// In the copy: of what follows, nothing allocates or locks. posix_spawn cannot ask for the parent's death to be told.
[[noreturn]] void become(char* const* arguments, const ChildStreams& streams, pid_t parent, int failure) {
    const auto put = [](int fd, int flags, int at) {
        const int source = fd >= 0 ? fd : ::open("/dev/null", flags | O_CLOEXEC);
        if (source == at)
            ::fcntl(at, F_SETFD, 0);
        else
            ::dup2(source, at);
    };
    ::setpgid(0, 0);
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    if (streams.ends_with_us) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (streams.ends_with_us && ::getppid() != parent) ::_exit(1);
    put(streams.input, O_RDONLY, STDIN_FILENO);
    put(streams.output, O_WRONLY, STDOUT_FILENO);
    if (!streams.errors) put(-1, O_WRONLY, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvp(arguments[0], arguments);
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(failure, &error, sizeof error);
    ::_exit(127);
}

}  // namespace

std::expected<ChildProgram, int> ChildProgram::start(std::vector<std::string> command, const ChildStreams& streams) {
    if (command.empty()) return std::unexpected(EINVAL);
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(errno);
    const OwnedFd failed(ends[0]);
    OwnedFd failure(ends[1]);
    // No handler of ours runs in the copy before it is rid of them.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t parent = ::getpid(), pid = ::fork();
    if (pid == 0) become(arguments.data(), streams, parent, failure.get());
    const int fork_error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return std::unexpected(fork_error);
    ::setpgid(pid, pid);  // so that it is so, whoever of the two comes first
    failure.reset();
    ChildProgram program(pid);
    int error = 0;
    ssize_t got = 0;
    while ((got = ::read(failed.get(), &error, sizeof error)) < 0 && errno == EINTR) {
    }
    if (got == sizeof error) return std::unexpected(error);
    return program;
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

ChildProgram& ChildProgram::operator=(ChildProgram&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
}

ChildProgram::~ChildProgram() {
    if (pid_ < 0) return;
    signal(SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::optional<int> ChildProgram::ended() {
    if (pid_ < 0) return std::nullopt;
    // As long as it is not reaped its number, and its group's, is nobody else's.
    siginfo_t told{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &told, WEXITED | WNOHANG | WNOWAIT) != 0 || told.si_pid != pid_) return std::nullopt;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

void ChildProgram::signal(int number) const {
    if (pid_ > 0) ::kill(-pid_, number);
}

}  // namespace shimtrace::host
