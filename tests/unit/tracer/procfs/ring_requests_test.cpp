#include "tracer/procfs/ring_requests.hpp"

#include <linux/io_uring.h>

#include <doctest/doctest.h>

#include <vector>

using namespace shimtrace;
using namespace shimtrace::host;

TEST_CASE("the operations that wait for a descriptor, as a ring's fdinfo lists them") {
    CHECK(
        waiting_operations("SQEs:\t0\nPollList:\n  op=22, task_works=0\n  op=22, task_works=0\n  op=27, task_works=1\nNAPI:\tdisabled\n") ==
        std::vector<std::uint8_t>{IORING_OP_READ, IORING_OP_RECV});
    CHECK(waiting_operations("SQEs:\t0\nPollList:\nCqOverflowList:\n").empty());
    CHECK(waiting_operations("").empty());
}

TEST_CASE("the entries of a ring that may be such an operation, each descriptor once") {
    std::vector<io_uring_sqe> entries(5);
    for (io_uring_sqe& entry : entries) entry = {};
    entries[0].opcode = IORING_OP_READ, entries[0].fd = 6, entries[0].user_data = 17;
    entries[1].opcode = IORING_OP_READ, entries[1].fd = 6;
    entries[2].opcode = IORING_OP_WRITE, entries[2].fd = 7;
    entries[3].opcode = IORING_OP_READ, entries[3].fd = 8, entries[3].flags = IOSQE_FIXED_FILE;
    entries[4].opcode = IORING_OP_READ, entries[4].fd = -1;
    const std::vector<std::uint8_t> reads{IORING_OP_READ};
    const auto found = possible_requests(std::as_bytes(std::span(entries)), reads);
    REQUIRE(found.size() == 1);
    CHECK(found.front().fd == Fd{6});
    CHECK(found.front().events == IORING_OP_READ);
    CHECK(found.front().data == 17);
    CHECK(possible_requests(std::as_bytes(std::span(entries)).first(70), reads).size() == 1);
    CHECK(possible_requests({}, reads).empty());
}
