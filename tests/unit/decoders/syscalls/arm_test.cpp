// What aarch64 and 32-bit ARM have otherwise than x86.
#include "decoders/syscalls/render.hpp"
#include "decoders/syscalls/table.hpp"
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <string>

using namespace shimtrace;
using test::Traced;

namespace {

Traced on(Arch arch) {
    Traced traced;
    traced.enter.arch = traced.exit.arch = arch;
    return traced;
}

}  // namespace

TEST_CASE("aarch64's open has its own bits for directories, links, direct I/O and large files") {
    constexpr std::uint64_t directory = 040000, no_follow = 0100000, direct = 0200000, large = 0400000;
    Traced call = on(Arch::aarch64);
    call.call("openat", {0xffffff9c, call.memory.put({"/x", 3}), directory | no_follow | direct | large});
    CHECK(call.returns(3) == "openat(AT_FDCWD, \"/x\", O_RDONLY|O_DIRECT|O_LARGEFILE|O_NOFOLLOW|O_DIRECTORY) = 3");
    Traced temporary = on(Arch::aarch64);
    temporary.call("openat", {0xffffff9c, temporary.memory.put({"/t", 3}), 2 | 020000000 | directory, 0600});
    CHECK(temporary.returns(3) == "openat(AT_FDCWD, \"/t\", O_RDWR|O_TMPFILE, 0600) = 3");
}

TEST_CASE("aarch64's epoll_event is not packed") {
    struct {
        std::uint32_t events = 1, padding = 0xffffffff;
        std::uint64_t data = 5;
    } event;
    Traced call = on(Arch::aarch64);
    call.call("epoll_ctl", {4, 1, 5, call.memory.put_value(event)});
    CHECK(call.returns(0) == "epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN, data={u32=5, u64=5}}) = 0");
}

TEST_CASE("aarch64's clone has tls before child_tidptr, and its stat another order") {
    Traced clone = on(Arch::aarch64);
    clone.call("clone", {0x01280000, 0x1000, 0, 0x7000, 0x8000});  // CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID
    const std::string line = clone.returns(7);
    CHECK(line.find("tls=0x7000") != std::string::npos);
    CHECK(line.find("child_tidptr=0x8000") != std::string::npos);

    std::array<std::byte, 144> stat{};
    const auto put = [&](std::size_t at, auto value) { std::memcpy(stat.data() + at, &value, sizeof value); };
    put(16, std::uint32_t{0100644});  // asm-generic/stat.h: st_mode
    put(48, std::uint64_t{4711});     // st_size
    Traced call = on(Arch::aarch64);
    const std::uint64_t place = call.memory.put(std::string(reinterpret_cast<const char*>(stat.data()), stat.size()));
    call.call("fstat", {3, place});
    CHECK(call.returns(0) == "fstat(3, {st_mode=S_IFREG|0644, st_size=4711, ...}) = 0");
}

TEST_CASE("what only ARM's kernels have is named, and no other number is taken for it") {
    CHECK(decoders::syscall_name(Arch::arm, 0xf0002) == "cacheflush");
    CHECK(decoders::syscall_name(Arch::arm, 0xf0005) == "set_tls");
    CHECK(decoders::syscall_number(Arch::arm, "get_tls") == 0xf0006);
    for (const std::int64_t number : {0xf0000, 0xf0007, 0xf0010, 1010, 1013, 1023, 1024}) {
        CAPTURE(number);
        CHECK_FALSE(decoders::syscall_name(Arch::arm, number));
    }
    CHECK_FALSE(decoders::syscall_name(Arch::aarch64, 0xf0005));
    Traced flush = on(Arch::arm);
    flush.call("cacheflush", {0x10000, 0x11000, 0});
    CHECK(flush.returns(0) == "cacheflush(0x10000, 0x11000, 0) = 0");
}

TEST_CASE("32-bit ARM's calls have their names, and are raw where a number of 64 bits is passed in its way") {
    CHECK(decoders::syscall_name(Arch::arm, 5) == "open");
    CHECK(decoders::syscall_name(Arch::arm, 322) == "openat");
    CHECK(decoders::syscall_name(Arch::arm, 297) == "recvmsg");
    CHECK_FALSE(decoders::syscall_number(Arch::arm, "socketcall"));
    Traced read = on(Arch::arm);
    read.call("pread64", {3, 0x1000, 5, 0, 0x11, 2});
    CHECK(read.returns(0) == "pread64(0x3, 0x1000, 0x5, 0, 0x11, 0x2) = 0");
    Traced waits = on(Arch::arm);
    waits.call("wait4", {~std::uint64_t{0} & 0xffffffff, 0, 0, 0});
    CHECK(waits.returns(7) == "wait4(-1, NULL, 0, NULL) = 7");
}
