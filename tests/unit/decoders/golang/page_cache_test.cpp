#include "decoders/golang/page_cache.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

/// 64 KiB from 0x10000 on, of which the byte at an address is its lowest but one; it counts the questions.
class Counted final : public Memory {
public:
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        ++questions;
        for (ReadRequest& request : requests) {
            request.got = 0;
            for (std::byte& byte : request.into) {
                const std::uint64_t address = request.address.value + request.got;
                if (address < 0x10000 || address >= 0x20000) break;
                byte = static_cast<std::byte>(address >> 8);
                ++request.got;
            }
        }
    }
    mutable int questions = 0;
};

}  // namespace

TEST_CASE("what was read once is not asked for again, and reads as it would without") {
    const Counted memory;
    const PageCache cache(memory);
    CHECK(cache.value<std::uint16_t>(RemoteAddress{0x12ff8}) == 0x2f2f);
    CHECK(cache.value<std::uint16_t>(RemoteAddress{0x12ffe}) == 0x2f2f);
    CHECK(memory.questions == 1);
    CHECK(cache.value<std::uint16_t>(RemoteAddress{0x12fff}) == 0x302f);
    CHECK(memory.questions == 2);
    CHECK_FALSE(cache.value<std::uint64_t>(RemoteAddress{0x1fffc}));
    CHECK_FALSE(cache.value<std::uint64_t>(RemoteAddress{0}));
    CHECK_FALSE(cache.value<std::uint64_t>(RemoteAddress{~std::uint64_t{0}}));
    std::array<std::byte, 16> end{};
    CHECK(cache.read(RemoteAddress{0x1fff8}, end) == 8);
    std::vector<std::byte> all(0x18000);
    CHECK(cache.read(RemoteAddress{0x10000}, all) == 0x10000);
}

TEST_CASE("many requests are one question") {
    const Counted memory;
    const PageCache cache(memory);
    std::array<std::array<std::byte, 32>, 8> into{};
    std::vector<ReadRequest> requests;
    for (std::size_t i = 0; i < into.size(); ++i) requests.push_back({RemoteAddress{0x10ff0 + 0x1000 * i}, into[i]});
    cache.read(std::span(requests));
    CHECK(memory.questions == 1);
    for (const ReadRequest& request : requests) CHECK(request.got == 32);
    CHECK(into[3].back() == std::byte{0x40});
}

TEST_CASE("it keeps no more than some megabytes, and reads what it has forgotten again") {
    class Everywhere final : public Memory {
    public:
        using Memory::read;
        void read(std::span<ReadRequest> requests) const override {
            ++questions;
            for (ReadRequest& request : requests) {
                std::ranges::fill(request.into, static_cast<std::byte>(request.address.value >> 12));
                request.got = request.into.size();
            }
        }
        mutable int questions = 0;
    };
    const Everywhere memory;
    const PageCache cache(memory);
    constexpr int pages = 5000;
    for (std::uint64_t page = 1; page <= pages; ++page)
        REQUIRE(cache.value<std::uint8_t>(RemoteAddress{page * 4096 + 8}) == static_cast<std::uint8_t>(page));
    CHECK(memory.questions == pages);
    CHECK(cache.value<std::uint8_t>(RemoteAddress{pages * 4096}) == static_cast<std::uint8_t>(pages));
    CHECK(memory.questions == pages);
    CHECK(cache.value<std::uint8_t>(RemoteAddress{4096}) == 1);
    CHECK(memory.questions == pages + 1);
}
