// Small rules that many calls share: memory that cannot be read, sizes that are wrong, widths of numbers, names of commands.
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include "decoders/constants/ioctl_names.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shimtrace;
using test::minus_one;
using test::Traced;

namespace {

std::string ioctl_that(std::uint32_t command, std::uint64_t argument, std::int64_t result, Traced& traced) {
    traced.call("ioctl", {3, command, argument});
    return traced.returns(result);
}

std::string ioctl_that_takes(std::uint32_t command, std::string_view bytes) {
    Traced traced;
    return ioctl_that(command, traced.memory.put(bytes), 0, traced);
}

template <typename T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

TEST_CASE("a string whose end cannot be read is an address") {
    Traced traced;
    const std::string page(4096, 'x');
    const std::uint64_t start = traced.memory.put(page);
    traced.call("unlink", {start + 4090});
    CHECK(traced.returns(0) == "unlink(0x10ffa) = 0");
}

TEST_CASE("a set of signals of a wrong size is an address") {
    Traced traced;
    const std::uint64_t set = traced.memory.put_value(std::uint64_t{1});
    traced.call("rt_sigsuspend", {set, 4});
    CHECK(traced.returns(-4).starts_with("rt_sigsuspend(0x10000, 4)"));
}

TEST_CASE("options of sockets that are structs") {
    Traced traced;
    const std::array<std::int32_t, 2> linger{1, 5};
    const std::uint64_t at = traced.memory.put_value(linger);
    traced.call("setsockopt", {3, 1, 13, at, 8});
    CHECK(traced.returns(0) == "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0");
    traced.call("setsockopt", {3, 1, 13, at, 4});
    CHECK(traced.returns(-22).starts_with("setsockopt(3, SOL_SOCKET, SO_LINGER, 0x10000, 4)"));
}

TEST_CASE("credentials of a peer are shown as far as there was room") {
    Traced traced;
    const std::array<std::uint32_t, 3> credentials{7, 1000, 0xffffffff};
    const std::uint64_t at = traced.memory.put_value(credentials), length = traced.memory.put_value(std::int32_t{12});
    traced.call("getsockopt", {3, 1, 17, at, length});
    CHECK(traced.returns(0) == "getsockopt(3, SOL_SOCKET, SO_PEERCRED, {pid=7, uid=1000, gid=-1}, [12]) = 0");
}

TEST_CASE("what a wait was given: where it lies, as strace has it, when the call failed; with our notes always") {
    const auto said = [](bool roles) {
        Traced traced;
        traced.style.roles = roles;
        const std::uint64_t timeout = traced.memory.put_value(std::array<std::int64_t, 2>{1, 2});
        const std::uint64_t mask = traced.memory.put_value(std::uint64_t{1} << 9);
        traced.call("epoll_pwait2", {3, 0x10, 8, timeout, mask, 8});
        return traced.returns(-4);
    };
    CHECK(said(false) == "epoll_pwait2(3, 0x10, 8, 0x10000, 0x12000, 8) = -1 EINTR (Interrupted system call)");
    CHECK(said(true) == "epoll_pwait2(3, 0x10, 8, {tv_sec=1, tv_nsec=2}, [USR1], 8) = -1 EINTR (Interrupted system call)");
}

TEST_CASE("a set of descriptors that cannot be read whole names none") {
    Traced traced;
    traced.call("select", {65, traced.memory.put_value(std::uint64_t{8}), 0, 0, 0});
    std::vector<Fd> fds;
    decoders::descriptors(traced.enter, nullptr, fds);
    CHECK(fds.empty());
    traced.call("select", {64, traced.memory.put_value(std::uint64_t{8}), 0, 0, 0});
    decoders::descriptors(traced.enter, nullptr, fds);
    CHECK(fds == std::vector<Fd>{Fd{3}});
}

TEST_CASE("requests of asynchronous I/O: a read, a write with its bytes, a vector, and what is none") {
    struct Request {
        std::uint64_t data = 0;
        std::uint32_t key = 0, how = 0;
        std::uint16_t operation = 0, priority = 0;
        std::uint32_t fd = 5;
        std::uint64_t buffer = 0, length = 0;
        std::int64_t offset = 0;
        std::uint64_t reserved = 0;
        std::uint32_t flags = 0, answer = 0;
    };
    static_assert(sizeof(Request) == 64);
    Traced traced;
    const std::uint64_t text = traced.memory.put("hello"), vector = traced.memory.put_value(std::array<std::uint64_t, 2>{text, 5});
    const std::array<std::uint64_t, 5> list{
        traced.memory.put_value(Request{.data = 1, .buffer = 0x40, .length = 8, .offset = -1}),
        traced.memory.put_value(Request{.operation = 1, .buffer = text, .length = 5, .flags = 1, .answer = 6}),
        traced.memory.put_value(Request{.operation = 8, .priority = 7, .buffer = vector, .length = 1}),
        traced.memory.put_value(Request{.operation = 1, .buffer = text, .length = ~std::uint64_t{0}}), 0x30};
    traced.call("io_submit", {9, list.size(), traced.memory.put_value(list)});
    CHECK(traced.returns(4) ==
          "io_submit(0x9, 5, [{aio_data=0x1, aio_lio_opcode=IOCB_CMD_PREAD, aio_fildes=5, aio_buf=0x40, aio_nbytes=8, aio_offset=-1}, "
          "{aio_data=0, aio_lio_opcode=IOCB_CMD_PWRITE, aio_fildes=5, aio_buf=\"hello\", aio_nbytes=5, aio_offset=0, "
          "aio_flags=IOCB_FLAG_RESFD, aio_resfd=6}, {aio_data=0, aio_lio_opcode=IOCB_CMD_PWRITEV, aio_reqprio=7, aio_fildes=5, "
          "aio_buf=[{iov_base=\"hello\", iov_len=5}], aio_offset=0}, {aio_data=0, aio_lio_opcode=IOCB_CMD_PWRITE, aio_fildes=5, "
          "aio_buf=0x10000, aio_nbytes=18446744073709551615, aio_offset=0}, 0x30]) = 4");
    traced.call("io_submit", {9, minus_one, 0x50});
    CHECK(traced.returns(-22).starts_with("io_submit(0x9, -1, 0x50)"));
}

TEST_CASE("commands of ioctl have names") {
    CHECK(decoders::ioctl_name(0x5413) == "TIOCGWINSZ");
    CHECK(decoders::ioctl_name(0xae80) == "KVM_RUN");
    CHECK(decoders::ioctl_name(0x4004691f) == "IPMICTL_SET_MAINTENANCE_MODE_CMD or LIRC_SET_REC_CARRIER_RANGE");
    CHECK(decoders::ioctl_name(0xdeadbeef).empty());
    Traced traced;
    CHECK(ioctl_that(0xae80, 0, 0, traced) == "ioctl(3, KVM_RUN, 0) = 0");
}

TEST_CASE("commands of ioctl to devices have rows") {
    CHECK(ioctl_that_takes(0xc0045706, bytes_of(std::int32_t{60})) == "ioctl(3, WDIOC_SETTIMEOUT, [60]) = 0");
    CHECK(ioctl_that_takes(0x40086602, bytes_of(std::uint32_t{0x30})) == "ioctl(3, FS_IOC_SETFLAGS, [FS_IMMUTABLE_FL|FS_APPEND_FL]) = 0");
    CHECK(ioctl_that_takes(0xc0185879, bytes_of(std::array<std::uint64_t, 3>{16, 4096, 1})) ==
          "ioctl(3, FITRIM, {start=0x10, len=4096, minlen=1}) = 0");
    CHECK(ioctl_that_takes(0x80247009, bytes_of(std::array<std::int32_t, 9>{1, 2, 3, 4, 5, 6, 7, 8, 9})) ==
          "ioctl(3, RTC_RD_TIME, {tm_sec=1, tm_min=2, tm_hour=3, tm_mday=4, tm_mon=5, tm_year=6, ...}) = 0");
    CHECK(ioctl_that_takes(0x80045707, "ab") == "ioctl(3, WDIOC_GETTIMEOUT, 0x10000) = 0");
    Traced traced;
    CHECK(ioctl_that(0x80045707, 0x10000, -25, traced).starts_with("ioctl(3, WDIOC_GETTIMEOUT, 0x10000)"));
    CHECK(ioctl_that(0x80045705, 0x10000, 0, traced) == "ioctl(3, WDIOC_KEEPALIVE) = 0");
    CHECK(ioctl_that(0xab07, 12, 0, traced) == "ioctl(3, NBD_SET_SIZE_BLOCKS, 12) = 0");
}
