#include "tracer/procfs/child_program.hpp"

#include "tracer/procfs/owned_fd.hpp"
#include "tracer/procfs/whole_file.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

using namespace shimtrace::host;

namespace {

/// Its status, within a minute.
int status_of(ChildProgram& program) {
    for (int n = 0; n < 6000; ++n) {
        if (const auto status = program.ended()) return *status;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return -1;
}

std::string written_by(std::vector<std::string> command, bool ends_with_us = false) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const OwnedFd ours(ends[0]);
    OwnedFd theirs(ends[1]);
    auto program = ChildProgram::start(std::move(command), {.output = theirs.get(), .ends_with_us = ends_with_us});
    REQUIRE(program);
    theirs.reset();
    const auto text = read_whole(ours.get(), 65536);
    CHECK(status_of(*program) == 0);
    return text.value_or("?");
}

}  // namespace

TEST_CASE("a program has its own streams and its own group, and its status is told once") {
    CHECK(written_by({"sh", "-c", "echo it; cat"}) == "it\n");
    CHECK(written_by({"sh", "-c", "[ \"$(ps -o pgid= -p $$ | tr -d ' ')\" = $$ ] && echo own"}) == "own\n");
    auto failing = ChildProgram::start({"sh", "-c", "exit 3"});
    REQUIRE(failing);
    CHECK(WEXITSTATUS(status_of(*failing)) == 3);
    CHECK(!failing->ended());
}

TEST_CASE("a program that is not there is an error, not a program that fails") {
    const auto started = ChildProgram::start({"/not/there"});
    REQUIRE(!started);
    CHECK(started.error() == ENOENT);
    CHECK(ChildProgram::start({}).error() == EINVAL);
}

TEST_CASE("what a program leaves behind in its group goes with it") {
    const std::string left = written_by({"sh", "-c", "sleep 1000 >/dev/null & echo $!"});
    const pid_t pid = std::stoi(left);
    bool gone = false;
    for (int n = 0; n < 6000 && !gone; ++n) {
        gone = ::kill(pid, 0) != 0 && errno == ESRCH;
        // Where nobody adopts orphans it stays as a zombie.
        if (const OwnedFd stat(::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC)); stat)
            gone = gone || read_whole(stat.get(), 65536).value_or("").find(") Z ") != std::string::npos;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(gone);
}

TEST_CASE("a program that ends with us is asked to end as soon as we are gone, whatever ended us") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const OwnedFd ours(ends[0]);
    OwnedFd theirs(ends[1]);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const auto program = ChildProgram::start({"sleep", "1000"}, {.output = theirs.get(), .ends_with_us = true});
        theirs.reset();
        ::raise(SIGKILL);
    }
    theirs.reset();
    CHECK(read_whole(ours.get(), 16) == "");  // nobody has it open any more
    ::waitpid(parent, nullptr, 0);
}

TEST_CASE("a file is read whole, or told to be too long") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    CHECK(write_whole(ends[1], std::string(10000, 'x')) == 0);
    ::close(ends[1]);
    const OwnedFd reading(ends[0]);
    CHECK(read_whole(reading.get(), 10000, 5).value_or("").size() == 10000);
    const OwnedFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    CHECK(read_whole(file.get(), 1000).error() == EFBIG);
    CHECK(read_whole(-1, 10).error() == EBADF);
    CHECK(write_whole(-1, "x") == EBADF);
}
