#include "tracer/procfs/patience.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::host;
using std::chrono::milliseconds;

TEST_CASE("schedstat tells the time on a CPU and the time in wait of one") {
    const auto time = parse_schedstat("1234567 89012 34\n");
    REQUIRE(time);
    CHECK(time->on_cpu == Nanoseconds(1234567));
    CHECK(time->waited_for == Nanoseconds(89012));
    CHECK(!parse_schedstat(""));
    CHECK(!parse_schedstat("12"));
    CHECK(!parse_schedstat("-1 2 3"));
}

TEST_CASE("who sleeps for as long as the patience lasts is not waited for any longer") {
    CHECK(!more_time(milliseconds(100), {.passed = milliseconds(100)}));
    CHECK(!more_time(milliseconds(2), {.passed = milliseconds(3), .had = {milliseconds(1), {}}}));
    CHECK(!more_time(milliseconds(3000), {.passed = milliseconds(3000)}));
}

TEST_CASE("the time in wait of a CPU, and on one, does not count") {
    CHECK(more_time(milliseconds(100), {.passed = milliseconds(100), .had = {{}, milliseconds(60)}}) == milliseconds(60));
    CHECK(more_time(milliseconds(100), {.passed = milliseconds(130), .had = {milliseconds(30), milliseconds(50)}}) == milliseconds(50));
    CHECK(more_time(milliseconds(2), {.passed = milliseconds(300), .ready = true}) > milliseconds(2));
}

TEST_CASE("nobody is waited for without end") {
    CHECK(!more_time(milliseconds(2), {.passed = milliseconds(1000), .ready = true}));
    CHECK(!more_time(milliseconds(100), {.passed = milliseconds(1000), .had = {{}, milliseconds(950)}}));
    CHECK(!more_time(milliseconds(2), {.passed = milliseconds(25), .had = {milliseconds(20), {}}, .ready = true}));
    CHECK(more_time(milliseconds(2), {.passed = milliseconds(999), .ready = true}) == milliseconds(1));
}
