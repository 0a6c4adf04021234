#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/render.hpp"
#include "decoders/syscalls/row.hpp"
#include "decoders/syscalls/table.hpp"
#include "decoders/syscalls/transfer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace shimtrace;

namespace {

/// A call of i386 that returns 1, what it points to in memory at address 0x2000, at exit.
std::string i386_call(std::string_view name, std::array<std::uint64_t, 6> args, std::span<const std::byte> pointed_to = {}) {
    Event enter, exit;
    enter.arch = exit.arch = Arch::i386;
    enter.number = *decoders::syscall_number(Arch::i386, name);
    enter.args = args;
    exit.result = 1;
    exit.memory.add(RemoteAddress{0x2000}, pointed_to);
    enter.memory.add(RemoteAddress{0x2000}, pointed_to);
    decoders::RenderStyle full;
    full.abbreviate = false;
    const auto call = decoders::render_call(enter, exit, full, {});
    return call.on_entry + call.on_exit;
}

template <typename Word, std::size_t count>
std::string i386_call(std::string_view name, std::array<std::uint64_t, 6> args, const std::array<Word, count>& pointed_to) {
    return i386_call(name, args, std::as_bytes(std::span(pointed_to)));
}

}  // namespace

TEST_CASE("i386's calls have the arguments of the 64-bit ones") {
    CHECK(i386_call("open", {1, 0, 0x1b6}) == "open(0x1, O_RDONLY)");
    CHECK(i386_call("waitpid", {1, 0, 2}) == "waitpid(1, NULL, WSTOPPED)");
    CHECK(i386_call("pread64", {3, 0, 5, 0x11, 2}) == "pread64(3, NULL, 5, 8589934609)");
    CHECK(i386_call("mmap2", {0, 4096, 1, 2, 0xffffffff, 2}) == "mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, -1, 0x2000)");
    CHECK(i386_call("chown", {0, 0xffff, 7}) == "chown(NULL, -1, 7)");
}

TEST_CASE("i386's calls that pass their arguments otherwise are raw") {
    CHECK(i386_call("socketcall", {1, 0}) == "socketcall(0x1, 0)");
    CHECK(i386_call("mmap", {1}) == "mmap(0x1)");
    CHECK(i386_call("lookup_dcookie", {1, 2, 0x2000, 3}) == "lookup_dcookie(0x1, 0x2, 0x2000, 0x3)");
}

TEST_CASE("i386's structs of 32-bit numbers") {
    const std::array<std::uint32_t, 4> four{1, 2, 3, 0xfffffffc};
    CHECK(i386_call("setitimer", {0, 0x2000, 0}, four) ==
          "setitimer(ITIMER_REAL, {it_interval={tv_sec=1, tv_usec=2}, it_value={tv_sec=3, tv_usec=4294967292}}, NULL)");
    CHECK(i386_call("times", {0x2000}, std::array<std::uint32_t, 4>{1, 2, 3, 4}) ==
          "times({tms_utime=1 /* 0.01 s */, tms_stime=2 /* 0.02 s */, tms_cutime=3 /* 0.03 s */, tms_cstime=4 /* 0.04 s */})");
    CHECK(i386_call("ugetrlimit", {4, 0x2000}, std::array<std::uint32_t, 2>{5, 0xffffffff}) ==
          "ugetrlimit(RLIMIT_CORE, {rlim_cur=5, rlim_max=RLIM_INFINITY})");
    std::array<std::uint32_t, 18> usage;
    std::iota(usage.begin(), usage.end(), 1);
    CHECK(i386_call("getrusage", {0, 0x2000}, usage) ==
          "getrusage(RUSAGE_SELF, {ru_utime={tv_sec=1, tv_usec=2}, ru_stime={tv_sec=3, tv_usec=4}, ru_maxrss=5, ru_ixrss=6, ru_idrss=7, "
          "ru_isrss=8, ru_minflt=9, ru_majflt=10, ru_nswap=11, ru_inblock=12, ru_oublock=13, ru_msgsnd=14, ru_msgrcv=15, ru_nsignals=16, "
          "ru_nvcsw=17, ru_nivcsw=18})");
    CHECK(i386_call("sigaltstack", {0x2000, 0}, std::array<std::uint32_t, 3>{0x3000, 2, 4096}) ==
          "sigaltstack({ss_sp=0x3000, ss_flags=SS_DISABLE, ss_size=4096}, NULL)");
    CHECK(i386_call("get_robust_list", {0, 0x2000, 0x2000}, std::array<std::uint32_t, 2>{12, 99}) == "get_robust_list(0, [0xc], [12])");
}

TEST_CASE("i386's locks, by the command's width") {
    const std::array<std::uint16_t, 12> flock64{1, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0};
    const std::array<std::uint16_t, 8> flock{1, 0, 5, 0, 6, 0, 7, 0};
    const std::string_view shown = "{l_type=F_WRLCK, l_whence=SEEK_SET, l_start=5, l_len=6, l_pid=7})";
    CHECK(i386_call("fcntl64", {3, 12, 0x2000}, flock64) == "fcntl64(3, F_GETLK64, " + std::string(shown));
    CHECK(i386_call("fcntl64", {3, 36, 0x2000}, flock64) == "fcntl64(3, F_OFD_GETLK, " + std::string(shown));
    CHECK(i386_call("fcntl", {3, 5, 0x2000}, flock) == "fcntl(3, F_GETLK, " + std::string(shown));
}

TEST_CASE("times that have 64 bits have them in i386's calls, too") {
    const std::array<std::uint64_t, 2> time{1, 2};
    const std::array<std::uint32_t, 2> narrow{1, 2};
    CHECK(i386_call("nanosleep", {0x2000, 0}, narrow) == "nanosleep({tv_sec=1, tv_nsec=2}, NULL)");
    CHECK(i386_call("clock_nanosleep_time64", {1, 0, 0x2000, 0}, time) ==
          "clock_nanosleep_time64(CLOCK_MONOTONIC, 0, {tv_sec=1, tv_nsec=2}, NULL)");
    CHECK(i386_call("epoll_pwait2", {3, 0, 1, 0x2000, 0, 8}, time) == "epoll_pwait2(3, NULL, 1, {tv_sec=1, tv_nsec=2}, NULL, 8)");
    CHECK(i386_call("futex", {0x3000, 0, 5, 0x2000}, narrow) == "futex(0x3000, FUTEX_WAIT, 5, {tv_sec=1, tv_nsec=2})");
    CHECK(i386_call("futex_time64", {0x3000, 0, 5, 0x2000}, time) == "futex_time64(0x3000, FUTEX_WAIT, 5, {tv_sec=1, tv_nsec=2})");
    CHECK(decoders::has_wide_times("futex_waitv"));
    CHECK(decoders::has_wide_times("futex_wait"));
}

TEST_CASE("what i386's readv moved") {
    Event enter, exit;
    enter.arch = exit.arch = Arch::i386;
    enter.number = *decoders::syscall_number(Arch::i386, "readv");
    enter.args = {3, 0x2000, 2};
    const std::array<std::uint32_t, 4> iovec{0x3000, 2, 0x4000, 5};
    enter.memory.add(RemoteAddress{0x2000}, std::as_bytes(std::span(iovec)));
    exit.result = 5;
    exit.memory.add(RemoteAddress{0x3000}, std::as_bytes(std::span("ab").first(2)));
    exit.memory.add(RemoteAddress{0x4000}, std::as_bytes(std::span("cde").first(3)));
    const auto moved = decoders::moved_parts(enter, exit);
    REQUIRE(moved);
    REQUIRE(moved->parts.size() == 2);
    CHECK(moved->parts[0].size() == 2);
    CHECK(moved->parts[1].size() == 3);
}

TEST_CASE("every i386 call that x86-64 has too is decoded, but those that are known not to be") {
    const auto is_native = [](std::string_view name) { return decoders::syscall_number(Arch::x86_64, name).has_value(); };
    std::string raw;
    for (const std::int64_t number : decoders::syscall_numbers(Arch::i386)) {
        const std::string_view name = *decoders::syscall_name(Arch::i386, number);
        const auto native = decoders::syscall_number(Arch::x86_64, decoders::native_name(name, is_native));
        if (native && decoders::find_row(Arch::x86_64, *native) && !decoders::find_row(Arch::i386, number)) raw.append(name).append(" ");
    }
    CHECK(raw ==
          "oldstat oldfstat sigsuspend getgroups setgroups select oldlstat mmap getresuid getresgid readahead fadvise64 lookup_dcookie "
          "statfs64 fstatfs64 mq_open keyctl sync_file_range fallocate preadv pwritev fanotify_mark preadv2 pwritev2 ");
}
