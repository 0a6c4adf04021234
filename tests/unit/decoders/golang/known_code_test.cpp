#include "decoders/golang/known_code.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace shimtrace::golang;

TEST_CASE("what is at a place is looked up once, and stays where it is") {
    Allowance allowance(std::size_t{64} << 20);
    Lookups<int> known(allowance);
    int looked_up = 0;
    const auto make = [&] { return ++looked_up; };
    const int* first = known.find(7, make);
    REQUIRE(first != nullptr);
    for (std::uint64_t place = 100; place < 1000; ++place) CHECK(known.find(place, make) != nullptr);
    CHECK(known.find(7, make) == first);
    CHECK(*first == 1);
    CHECK(looked_up == 901);
}

TEST_CASE("there is an end to what is kept: the rest is its user's own") {
    Allowance allowance(std::size_t{64} << 20);
    Lookups<int> known(allowance);
    std::size_t kept = 0;
    for (std::uint64_t place = 0; place < 100'000; ++place) kept += known.find(place, [] { return 1; }) != nullptr ? 1 : 0;
    CHECK(kept > 1000);
    CHECK(kept < 100'000);
    CHECK(known.find(5, [] { return 2; }) != nullptr);
    CHECK(known.find(99'999, [] { return 2; }) == nullptr);
}

TEST_CASE("there is an end to the bytes that are kept, whatever a program's names are like") {
    const auto frames = [] {
        shimtrace::GoFrame frame;
        frame.function = std::string(1000, 'f');
        frame.file = std::string(1000, 'p');
        return std::vector{frame};
    };
    KnownCode code;
    std::size_t kept = 0;
    for (std::uint64_t place = 0; place < 10'000; ++place) kept += code.sources.find(place, frames) != nullptr ? 1 : 0;
    CHECK(kept > 100);
    CHECK(kept * 2000 < std::size_t{2} << 20);
    CHECK(code.resolved.find(1, [] { return ResolvedCode{}; }) == nullptr);
    CHECK(code.sources.find(5, frames) != nullptr);
}
