#include <array>

#include <shimtrace/captured_memory.hpp>

#include <doctest/doctest.h>

using namespace shimtrace;

TEST_CASE("a captured piece is found by any address inside it, and no further than it was read") {
    CapturedMemory memory;
    const std::array<std::byte, 4> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    memory.add(RemoteAddress{0x1000}, bytes);

    CHECK(memory.at(RemoteAddress{0x1002}, 10)->size() == 2);
    CHECK(memory.value<std::uint8_t>(RemoteAddress{0x1003}) == 4);
    CHECK_FALSE(memory.value<std::uint16_t>(RemoteAddress{0x1003}));
    CHECK_FALSE(memory.at(RemoteAddress{0x0fff}, 1));
    CHECK_FALSE(memory.at(RemoteAddress{0x1005}, 1));
}

TEST_CASE("a piece that was grown keeps only what was read") {
    CapturedMemory memory;
    memory.grow(RemoteAddress{0x2000}, 64);
    memory.shrink_last(3);
    CHECK(memory.bytes().size() == 3);
    CHECK(memory.at(RemoteAddress{0x2000}, 64)->size() == 3);
}
