#include "tracer/procfs/program_output.hpp"

#include <array>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace shimtrace::host {
namespace {

using Clock = std::chrono::steady_clock;

/// The program, its output in a pipe. -1: it could not be started.
pid_t start(std::vector<std::string>& command, int& output) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    // The thread that asks may have all signals blocked: its program is to have none.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = -1;
    const int failed = posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output = ends[0];
    if (failed == 0) return child;
    close(ends[0]);
    return -1;
}

/// All that it writes until its end; empty where it is not done in time.
std::string read_until(int output, Clock::time_point end) {
    constexpr std::size_t most = 4096;
    std::string text;
    while (text.size() < most) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) return {};
        pollfd waited{output, POLLIN, 0};
        const int ready = poll(&waited, 1, static_cast<int>(left));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return {};
        std::array<char, 512> buffer;
        const ssize_t got = read(output, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

/// Its wait status; one that has not ended by then is killed.
int reap(pid_t child, Clock::time_point end) {
    constexpr auto nap = std::chrono::milliseconds(1);  // it mostly ends as it closes its output; a pidfd wants Linux 5.3
    int status = 0;
    while (true) {
        const bool in_time = Clock::now() < end;
        if (!in_time) kill(child, SIGKILL);
        const pid_t ended = waitpid(child, &status, in_time ? WNOHANG : 0);
        if (ended == child) return status;
        if (ended < 0 && errno != EINTR) return -1;
        if (ended == 0) std::this_thread::sleep_for(nap);
    }
}

}  // namespace

std::optional<std::string> program_output(std::vector<std::string> command, std::chrono::milliseconds deadline) {
    if (command.empty()) return std::nullopt;
    int output = -1;
    const pid_t child = start(command, output);
    if (child < 0) return std::nullopt;
    const Clock::time_point end = Clock::now() + deadline;
    std::string text = read_until(output, end);
    close(output);
    const int status = reap(child, text.empty() ? Clock::now() : end);
    if (text.empty() || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return text;
}

}  // namespace shimtrace::host
