#include "tracer/snapshot/new_pairs.hpp"

#include <doctest/doctest.h>

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <array>
#include <span>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

constexpr Tid maker{7}, another{8};

OpenFile pipe_of(std::uint64_t inode) {
    OpenFile target;
    target.kind = OpenFileKind::pipe;
    target.inode = Inode{inode};
    return target;
}

PairOwners owners(const NewPairs& pairs, std::uint64_t inode) {
    return pairs.owners(*object_of(pipe_of(inode)));
}

void returned(NewPairs& pairs, std::int64_t number, std::int64_t result = 0) {
    Event enter, exit;
    enter.tid = exit.tid = maker;
    enter.arch = exit.arch = native_arch;
    enter.number = exit.number = number;
    enter.args[0] = 0x1000;
    exit.result = result;
    exit.is_error = result < 0;
    const std::array<std::int32_t, 2> ends{3, 4};
    exit.memory.add(RemoteAddress{0x1000}, std::as_bytes(std::span(ends)));
    pairs.call_returned(enter, exit);
}

/// Pipe 100 has been made, as 3 and 4.
NewPairs with_pipe() {
    NewPairs pairs;
    returned(pairs, SYS_pipe2);
    pairs.is_found(maker, Fd{3}, pipe_of(100));
    return pairs;
}

}  // namespace

TEST_CASE("a pipe that was just made is its maker's alone") {
    NewPairs pairs = with_pipe();
    CHECK(owners(pairs, 100) == PairOwners::maker);
    CHECK(owners(pairs, 101) == PairOwners::any);
    returned(pairs, SYS_write);
    CHECK(owners(pairs, 100) == PairOwners::maker);
}

TEST_CASE("only the ends that the call has made are new, and only to its thread") {
    NewPairs pairs;
    returned(pairs, SYS_pipe2);
    pairs.is_found(maker, Fd{5}, pipe_of(100));
    pairs.is_found(another, Fd{3}, pipe_of(101));
    CHECK(owners(pairs, 100) == PairOwners::any);
    CHECK(owners(pairs, 101) == PairOwners::any);
    returned(pairs, SYS_write);
    pairs.is_found(maker, Fd{3}, pipe_of(102));
    CHECK(owners(pairs, 102) == PairOwners::any);
}

TEST_CASE("a call that failed has made nothing") {
    NewPairs pairs;
    returned(pairs, SYS_pipe2, -24);
    pairs.is_found(maker, Fd{3}, pipe_of(100));
    CHECK(owners(pairs, 100) == PairOwners::any);
}

TEST_CASE("who is born may have what was made before, and nobody beside them") {
    NewPairs pairs = with_pipe();
    pairs.process_started();
    CHECK(owners(pairs, 100) == PairOwners::traced);
    returned(pairs, SYS_pipe2);
    pairs.process_started();
    pairs.is_found(maker, Fd{3}, pipe_of(101));
    CHECK(owners(pairs, 101) == PairOwners::any);
}

TEST_CASE("who is sent a message may be anybody, and so may a child that is not traced") {
    for (const bool shared : {false, true})
        for (const std::int64_t passes : {SYS_sendmsg, SYS_sendmmsg, SYS_io_uring_enter}) {
            NewPairs pairs = with_pipe();
            if (shared) pairs.process_started();
            returned(pairs, passes);
            CHECK(owners(pairs, 100) == PairOwners::any);
        }
    NewPairs pairs = with_pipe();
    Event enter, exit;
    enter.arch = exit.arch = native_arch;
    enter.number = exit.number = SYS_clone;
    enter.args[0] = SIGCHLD;
    pairs.call_returned(enter, exit);
    CHECK(owners(pairs, 100) == PairOwners::maker);
    enter.args[0] = SIGCHLD | CLONE_UNTRACED;
    pairs.call_returned(enter, exit);
    CHECK(owners(pairs, 100) == PairOwners::any);
}
