#include "tracer/stacks/recently_used.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::stacks;

TEST_CASE("who has not been asked for the longest goes, not who comes first in order") {
    RecentlyUsed<int, int> kept(3);
    for (int key = 1; key <= 3; ++key) kept.put(key, key * 10);
    REQUIRE(kept.find(1) != nullptr);
    kept.put(4, 40);
    CHECK(kept.find(2) == nullptr);
    REQUIRE(kept.find(1) != nullptr);
    CHECK(*kept.find(1) == 10);
    kept.put(1, 11);
    CHECK(*kept.find(1) == 11);
    CHECK(kept.find(3) != nullptr);
    CHECK(kept.find(4) != nullptr);
}
