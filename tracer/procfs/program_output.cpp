#include "tracer/procfs/program_output.hpp"

#include "tracer/procfs/child_program.hpp"
#include "tracer/procfs/owned_fd.hpp"

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shimtrace::host {
namespace {

using Clock = std::chrono::steady_clock;

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

/// Its wait status; nullopt: it has not ended by then.
std::optional<int> reap(ChildProgram& child, Clock::time_point end) {
    constexpr auto nap = std::chrono::milliseconds(1);  // it mostly ends as it closes its output; a pidfd wants Linux 5.3
    for (;;) {
        if (const auto status = child.ended()) return status;
        if (Clock::now() >= end) return std::nullopt;
        std::this_thread::sleep_for(nap);
    }
}

}  // namespace

std::optional<std::string> program_output(std::vector<std::string> command, std::chrono::milliseconds deadline) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    const OwnedFd ours(ends[0]);
    OwnedFd theirs(ends[1]);
    auto child = ChildProgram::start(std::move(command), {.output = theirs.get(), .errors = false});
    theirs.reset();
    if (!child) return std::nullopt;
    const Clock::time_point end = Clock::now() + deadline;
    std::string text = read_until(ours.get(), end);
    const auto status = text.empty() ? std::nullopt : reap(*child, end);
    if (!status || !WIFEXITED(*status) || WEXITSTATUS(*status) != 0) return std::nullopt;
    return text;
}

}  // namespace shimtrace::host
