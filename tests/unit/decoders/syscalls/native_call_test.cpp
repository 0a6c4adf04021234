#include "decoders/syscalls/native_call.hpp"
#include "decoders/syscalls/table.hpp"
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace shimtrace;
using shimtrace::decoders::native_call;
using shimtrace::test::FakeMemory;

namespace {

/// "write 1 2 3": the 64-bit call's name and its first `shown` arguments; "none".
std::string native(const char* name, std::array<std::uint64_t, 6> args, std::size_t shown, const Memory& memory = FakeMemory(),
                   Arch arch = Arch::i386) {
    const auto call = native_call(arch, *decoders::syscall_number(arch, name), args, &memory);
    if (!call) return "none";
    std::string text(*decoders::syscall_name(Arch::x86_64, call->number));
    for (std::size_t i = 0; i < shown; ++i) text += " " + std::to_string(call->args[i]);
    return text;
}

}  // namespace

TEST_CASE("a 32-bit call is the 64-bit one of its name, or of the name that it has there") {
    CHECK(native("write", {1, 2, 3}, 3) == "write 1 2 3");
    CHECK(native("waitpid", {5, 6, 7}, 3) == "wait4 5 6 7");
    CHECK(native("_newselect", {5, 6}, 2) == "select 5 6");
    CHECK(native("futex_time64", {4096, 0}, 2) == "futex 4096 0");
    CHECK(native("umount2", {4096}, 1) == "umount2 4096");
    CHECK(native("stat64", {4096}, 1) == "stat 4096");
    CHECK(native("vm86", {}, 0) == "none");
    CHECK(native("readv", {3}, 1, FakeMemory(), Arch::x32) == "readv 3");
    CHECK_FALSE(native_call(Arch::i386, 5000, {}, nullptr));
    CHECK(native_call(Arch::x86_64, 5000, {7}, nullptr)->number == 5000);
}

TEST_CASE("a 32-bit fcntl that waits for a lock is one") {
    CHECK(native("fcntl64", {3, 14, 4096}, 3) == "fcntl 3 7 4096");
    CHECK(native("fcntl64", {3, 7}, 2) == "fcntl 3 7");
    CHECK(native("fcntl64", {3, 38}, 2) == "fcntl 3 38");
}

TEST_CASE("calls in another's clothes are what they do, with the arguments that stand in memory") {
    FakeMemory memory;
    const auto words = memory.put_value(std::array<std::uint32_t, 4>{8, 4096, 16, 0});
    CHECK(native("socketcall", {3, words}, 3, memory) == "connect 8 4096 16");
    CHECK(native("socketcall", {10, words}, 3, memory) == "recvfrom 8 4096 16");
    CHECK(native("socketcall", {3, 0x1000}, 3, memory) == "none");
    CHECK(native("socketcall", {11, words}, 3, memory) == "none");  // sendto has six
    CHECK(native("socketcall", {0, words}, 3, memory) == "none");
    CHECK(native("socketcall", {21, words}, 3, memory) == "none");
    CHECK(native("ipc", {12 | 1 << 16, 7, 100, 0, 4096, 3}, 1, memory) == "msgrcv 7");
    CHECK(native("ipc", {99}, 0, memory) == "none");
    const auto select = memory.put_value(std::array<std::uint32_t, 5>{2, 4096, 0, 0, 0});
    CHECK(native("select", {select}, 2, memory) == "select 2 4096");
}

TEST_CASE("an auxiliary vector tells the width of its program") {
    const std::array<std::uint64_t, 4> wide{33, 0x7fff12345000, 0, 0};
    const std::array<std::uint32_t, 4> narrow{32, 0xf7f12345, 0, 0};
    CHECK_FALSE(decoders::is_auxv_of_32_bit(std::as_bytes(std::span(wide))));
    CHECK(decoders::is_auxv_of_32_bit(std::as_bytes(std::span(narrow))));
    CHECK_FALSE(decoders::is_auxv_of_32_bit({}));
}
