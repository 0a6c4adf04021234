#include "tracer/snapshot/time_share.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::host;
using namespace std::chrono_literals;

TEST_CASE("some at once, and then a twentieth of the time") {
    TimeShare share;
    MonotonicTime now{100s};
    int looks = 0;
    for (; share.left(now); ++looks) {
        REQUIRE(looks < 100);
        share.spent(now, now + 1ms);
        now = now + 1ms;
    }
    CHECK(looks >= 50);
    CHECK(looks <= 53);
    looks = 0;
    for (const MonotonicTime end = now + 1s; now < end; now = now + 1ms)
        if (share.left(now)) {
            share.spent(now, now + 1ms);
            ++looks;
        }
    CHECK(looks >= 45);
    CHECK(looks <= 50);
}

TEST_CASE("one look that took long is rested from, and rest is not saved up without end") {
    TimeShare share;
    MonotonicTime now{100s};
    share.spent(now, now + 1s);
    now = now + 1s;
    CHECK_FALSE(share.left(now + 18s));
    CHECK(share.left(now + 20s));
    now = now + 1h;
    share.spent(now, now + 60ms);
    CHECK_FALSE(share.left(now + 61ms));
}
