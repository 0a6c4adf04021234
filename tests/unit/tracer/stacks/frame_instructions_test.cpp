#include "tracer/stacks/frame_instructions.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using shimtrace::stacks::signature_toggles;

namespace {

std::vector<std::size_t> toggles(std::initializer_list<unsigned char> bytes) {
    return signature_toggles(std::as_bytes(std::span(bytes.begin(), bytes.size())));
}

}  // namespace

TEST_CASE("a function of glibc's for aarch64: signed, no longer, and signed again") {
    // Of Debian's libc6 2.43, as readelf --debug-dump=frames reads it.
    CHECK(toggles({0x4b, 0x2d, 0x41, 0x0e, 0x20, 0x9d, 0x04, 0x9e, 0x03, 0x50, 0xde, 0xdd, 0x0e, 0x00,
                   0x41, 0x2d, 0x44, 0x0e, 0x20, 0x9d, 0x04, 0x9e, 0x03, 0x2d, 0x00, 0x00, 0x00}) == std::vector<std::size_t>{1, 15, 23});
}

TEST_CASE("an operand that has a toggle's value is none") {
    CHECK(toggles({0x0e, 0x2d, 0x02, 0x2d, 0x03, 0x2d, 0x2c, 0x05, 0x2d, 0x2d, 0x2d}) == std::vector<std::size_t>{10});
    CHECK(toggles({0x0f, 0x02, 0x2d, 0x2d, 0x10, 0x1e, 0x01, 0x2d, 0x2c}) == std::vector<std::size_t>{8});  // expressions
    CHECK(toggles({0x0e, 0xad, 0x80, 0x2d, 0x2d}) == std::vector<std::size_t>{4});                          // a number of three bytes
}

TEST_CASE("what is not known, or cut off, ends them") {
    CHECK(toggles({0x2d, 0x3c, 0x2d}) == std::vector<std::size_t>{0});
    CHECK(toggles({0x2d, 0x04, 0x2d}) == std::vector<std::size_t>{0});
    CHECK(toggles({0x2d, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x2d}) == std::vector<std::size_t>{0});
    CHECK(toggles({0x2d, 0x0e, 0x80}) == std::vector<std::size_t>{0});
    CHECK(toggles({}).empty());
}
