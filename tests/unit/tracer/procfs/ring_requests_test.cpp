#include "tracer/procfs/ring_requests.hpp"

#include <linux/io_uring.h>

#include <doctest/doctest.h>

#include <vector>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

constexpr std::size_t page = 4096;
constexpr std::uint32_t places = page / sizeof(io_uring_sqe);

io_uring_sqe read_of(int fd) {
    io_uring_sqe entry{};
    entry.opcode = IORING_OP_READ, entry.fd = fd, entry.user_data = 17;
    return entry;
}

/// A page of entries, whose ring one read waits in.
struct Ring {
    std::vector<io_uring_sqe> entries = std::vector<io_uring_sqe>(places);
    RingState state{.size = places, .taken = 3, .waiting = 1, .operation = IORING_OP_READ};

    Ring() {
        for (io_uring_sqe& entry : entries) entry = {};
        entries[1] = read_of(6);
        entries[2].opcode = IORING_OP_WRITE, entries[2].fd = 7;
    }
    [[nodiscard]] std::optional<InterestEntry> request() const { return likely_request(std::as_bytes(std::span(entries)), state, page); }
};

}  // namespace

TEST_CASE("what a ring's fdinfo tells of the requests that wait for a descriptor, each counted") {
    const RingState ring = ring_state(
        "ino:\t15\nSqMask:\t0x3f\nSqHead:\t99\nSqTail:\t99\nCachedSqHead:\t5\nSQEs:\t0\nPollList:\n  op=22, task_works=0\n"
        "  op=22, task_works=0\nNAPI:\tdisabled\n");
    CHECK(ring.size == 64);
    CHECK(ring.taken == 5);
    CHECK(ring.waiting == 2);
    CHECK(ring.operation == IORING_OP_READ);
    CHECK(ring_state("SQEs:\t0\nPollList:\nCqOverflowList:\n").waiting == 0);
    CHECK(ring_state("").waiting == 0);
}

TEST_CASE("the one entry of a ring that is the operation which waits") {
    Ring ring;
    const auto found = ring.request();
    REQUIRE(found);
    CHECK(found->fd == Fd{6});
    CHECK(found->events == IORING_OP_READ);
    CHECK(found->data == 17);
    ring.entries[1].fd = -1;
    CHECK_FALSE(ring.request());
    CHECK_FALSE(likely_request({}, ring.state, page));
}

TEST_CASE("of several requests that wait none is told, though they look the same") {
    Ring ring;
    ring.state.waiting = 2;
    CHECK_FALSE(ring.request());
}

TEST_CASE("where a place of a ring has been used twice, what waits may have been written over: a read that is done lies beside it") {
    Ring ring;
    ring.state.taken = places + 1;
    CHECK_FALSE(ring.request());
    ring.state.taken = 3;
    ring.entries[0] = read_of(6);  // done, or waits: the same descriptor's, too, says nothing
    CHECK_FALSE(ring.request());
}

TEST_CASE("a read of a fixed file beside one of a descriptor: either may be it") {
    Ring ring;
    ring.entries[0] = read_of(8);
    ring.entries[0].flags = IOSQE_FIXED_FILE;
    CHECK_FALSE(ring.request());
    ring.entries[1] = {};
    CHECK_FALSE(ring.request());
}

TEST_CASE("in a ring of entries of 128 bytes the second half of one is none") {
    Ring wide;
    wide.state.size = places / 2;  // a page of those of 64 bytes as well as of 128
    CHECK_FALSE(wide.request());
    wide.state.size = places;
    wide.entries.resize(2UL * places);
    CHECK_FALSE(wide.request());
}
