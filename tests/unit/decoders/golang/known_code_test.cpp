#include "decoders/golang/known_code.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::golang;

TEST_CASE("what is at a place is looked up once, and stays where it is") {
    Lookups<int> known;
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
    Lookups<int> known;
    std::size_t kept = 0;
    for (std::uint64_t place = 0; place < 100'000; ++place) kept += known.find(place, [] { return 1; }) != nullptr ? 1 : 0;
    CHECK(kept > 1000);
    CHECK(kept < 100'000);
    CHECK(known.find(5, [] { return 2; }) != nullptr);
    CHECK(known.find(99'999, [] { return 2; }) == nullptr);
}
