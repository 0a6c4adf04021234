#include "tracer/procfs/registers.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shimtrace;
using host::Registers;

TEST_CASE("aarch64's registers are told by their places") {
    std::array<std::uint64_t, 34> words{};
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = 100 + i;
    const auto registers = Registers::parse(Arch::aarch64, std::as_bytes(std::span(words)));
    REQUIRE(registers);
    CHECK(registers->pc() == 132);
    CHECK(registers->sp() == 131);
    CHECK(registers->link() == 130);
    CHECK(registers->syscall() == 108);
    CHECK(registers->arguments(Arch::aarch64) == std::array<std::uint64_t, 6>{100, 101, 102, 103, 104, 105});
    CHECK(registers->by_dwarf(29) == 129);
    CHECK(registers->by_dwarf(32) == 132);
    CHECK_FALSE(registers->by_dwarf(33));
    CHECK_FALSE(Registers::parse(Arch::aarch64, std::as_bytes(std::span(words)).first(100)));
}

TEST_CASE("a 32-bit ARM thread's registers are fewer and narrower") {
    std::array<std::uint32_t, 18> words{};
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint32_t>(100 + i);
    words[0] = 0xfffffffc;
    const auto registers = Registers::parse(Arch::aarch64, std::as_bytes(std::span(words)));
    REQUIRE(registers);
    CHECK(registers->pc() == 115);
    CHECK(registers->sp() == 113);
    CHECK(registers->syscall() == 107);
    CHECK(registers->result(Arch::arm) == -4);
}

TEST_CASE("x86-64's registers, by the kernel's order and by DWARF's") {
    std::array<std::uint64_t, 27> words{};
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = 100 + i;
    const auto registers = Registers::parse(Arch::x86_64, std::as_bytes(std::span(words)));
    REQUIRE(registers);
    CHECK(registers->pc() == 116);
    CHECK(registers->sp() == 119);
    CHECK_FALSE(registers->link());
    CHECK(registers->arguments(Arch::x86_64) == std::array<std::uint64_t, 6>{114, 113, 112, 107, 109, 108});
    CHECK(registers->by_dwarf(7) == 119);
    CHECK(registers->by_dwarf(16) == 116);
    CHECK_FALSE(registers->by_dwarf(17));
}
