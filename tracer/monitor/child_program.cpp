#include "tracer/monitor/child_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

extern char** environ;

namespace shimtrace::monitor {

std::expected<ChildProgram, int> ChildProgram::start(const std::vector<std::string>& command, int input) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t pid = -1;
    const int failed = ::posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return std::unexpected(failed);
    return ChildProgram(pid);
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
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    ::kill(-pid_, SIGKILL);  // what it has left behind in its group
    pid_ = -1;
    return status;
}

void ChildProgram::signal(int number) const {
    if (pid_ > 0) ::kill(-pid_, number);
}

}  // namespace shimtrace::monitor
