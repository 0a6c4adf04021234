#include "decoders/syscalls/unwrapped_call.hpp"
#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/table.hpp"
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace shimtrace;
using shimtrace::decoders::WaitsFor;
using shimtrace::test::FakeMemory;

namespace {

/// "write 1 2 3": the name by which its facts are known, and its first `shown` arguments; "none".
std::string known(const char* name, std::array<std::uint64_t, 6> args, std::size_t shown, const Memory& memory = FakeMemory(),
                  Arch arch = Arch::i386) {
    const auto call = decoders::unwrapped({arch, *decoders::syscall_number(arch, name), args}, &memory);
    const decoders::CallFacts* facts = call ? decoders::call_facts(call->arch, call->number) : nullptr;
    if (!facts) return "none";
    std::string text(facts->name);
    for (std::size_t i = 0; i < shown; ++i) text += " " + std::to_string(call->args[i]);
    return text;
}

}  // namespace

TEST_CASE("what is known of a 32-bit call is known of the 64-bit one of its name, or of the name that it has there") {
    CHECK(known("write", {1, 2, 3}, 3) == "write 1 2 3");
    CHECK(known("waitpid", {5, 6, 7}, 3) == "wait4 5 6 7");
    CHECK(known("_newselect", {5, 6}, 2) == "select 5 6");
    CHECK(known("futex_time64", {4096, 0}, 2) == "futex 4096 0");
    CHECK(known("umount2", {4096}, 1) == "umount2 4096");
    CHECK(known("stat64", {4096}, 1) == "stat 4096");
    CHECK(known("vm86", {}, 0) == "none");
    CHECK(known("readv", {3}, 1, FakeMemory(), Arch::x32) == "readv 3");
    CHECK_FALSE(decoders::call_facts(Arch::i386, 5000));
    CHECK(decoders::unwrapped({Arch::x86_64, 5000, {7}}, nullptr)->number == 5000);
}

TEST_CASE("a 32-bit fcntl that waits for a lock is one") {
    const auto waits = [](Arch arch, const char* name, std::uint64_t command) {
        return decoders::waits_of(arch, *decoders::syscall_number(arch, name), {3, command}).how == WaitsFor::locks;
    };
    CHECK(waits(Arch::i386, "fcntl64", 14));
    CHECK(waits(Arch::i386, "fcntl64", 7));
    CHECK(waits(Arch::i386, "fcntl64", 38));
    CHECK(waits(Arch::x86_64, "fcntl", 7));
    CHECK_FALSE(waits(Arch::x86_64, "fcntl", 14));
    CHECK_FALSE(waits(Arch::x86_64, "fcntl", 3));
}

TEST_CASE("calls in another's clothes are what they do, with the arguments that stand in memory") {
    FakeMemory memory;
    const auto words = memory.put_value(std::array<std::uint32_t, 4>{8, 4096, 16, 0});
    CHECK(known("socketcall", {3, words}, 3, memory) == "connect 8 4096 16");
    CHECK(known("socketcall", {10, words}, 3, memory) == "recvfrom 8 4096 16");
    CHECK(known("socketcall", {3, 0x1000}, 3, memory) == "none");
    CHECK(known("socketcall", {11, words}, 3, memory) == "none");  // sendto has six
    CHECK(known("socketcall", {0, words}, 3, memory) == "none");
    CHECK(known("socketcall", {21, words}, 3, memory) == "none");
    CHECK(known("ipc", {12 | 1 << 16, 7, 100, 0, 4096, 3}, 1, memory) == "msgrcv 7");
    CHECK(known("ipc", {99}, 0, memory) == "none");
    const auto select = memory.put_value(std::array<std::uint32_t, 5>{2, 4096, 0, 0, 0});
    CHECK(known("select", {select}, 2, memory) == "select 2 4096");
}

TEST_CASE("an auxiliary vector tells the width of its program") {
    const std::array<std::uint64_t, 4> wide{33, 0x7fff12345000, 0, 0};
    const std::array<std::uint32_t, 4> narrow{32, 0xf7f12345, 0, 0};
    CHECK_FALSE(decoders::is_auxv_of_32_bit(std::as_bytes(std::span(wide))));
    CHECK(decoders::is_auxv_of_32_bit(std::as_bytes(std::span(narrow))));
    CHECK_FALSE(decoders::is_auxv_of_32_bit({}));
}
