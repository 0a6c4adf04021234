#include "tracer/output/wait_cause.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::output;

namespace {

std::string_view cause(std::int64_t number, OpenFileKind kind = OpenFileKind::unknown, std::uint64_t second = 0) {
    Event enter;
    enter.kind = EventKind::syscall_enter;
    enter.number = number;
    enter.args = {3, second, 0, 0, 0, 0};
    const OpenFile target{.kind = kind};
    return wait_cause(enter, kind == OpenFileKind::unknown ? nullptr : &target);
}

}  // namespace

TEST_CASE("what a call waits for, in a word: by the call, and where that does not tell by what its descriptor leads to") {
    constexpr std::int64_t read = 0, write = 1, nanosleep = 35, getpid = 39, wait4 = 61, fsync = 74, futex = 202, epoll_wait = 232;
    CHECK(cause(read, OpenFileKind::pipe) == "pipe");
    CHECK(cause(write, OpenFileKind::fifo) == "pipe");
    CHECK(cause(read, OpenFileKind::unix_socket) == "peer");
    CHECK(cause(read, OpenFileKind::file) == "disk");
    CHECK(cause(read) == "other");
    CHECK(cause(fsync, OpenFileKind::file) == "disk");
    CHECK(cause(wait4) == "child");
    CHECK(cause(futex) == "lock");
    CHECK(cause(nanosleep) == "sleep");
    CHECK(cause(epoll_wait) == "poll");
    CHECK(cause(getpid).empty());
}
