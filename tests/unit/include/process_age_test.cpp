#include <shimtrace/process_age.hpp>

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace std::chrono_literals;

namespace {

Process started_at(std::uint64_t ticks) {
    Process process;
    process.start_time = ticks;
    return process;
}

Snapshot taken_at(std::chrono::seconds awake, std::chrono::seconds suspended) {
    Snapshot snapshot;
    snapshot.taken_monotonic = MonotonicTime(awake);
    snapshot.suspended = suspended;
    snapshot.clock_ticks_per_second = 100;
    return snapshot;
}

}  // namespace

TEST_CASE("a process is as old as its host has run and slept since it began") {
    CHECK(age_s(started_at(10'000), taken_at(1000s, 0s)) == 900);
    // Began at 100 s, the host slept for an hour, was awake for 900 s: the kernel counts start times with the sleep.
    CHECK(age_s(started_at(10'000), taken_at(1000s, 3600s)) == 4500);
    // Began after the sleep: without it, it would be of the future, and 0 seconds old.
    CHECK(age_s(started_at(400'000), taken_at(1000s, 3600s)) == 600);
    CHECK(age_s(started_at(500'000), taken_at(1000s, 3600s)) == 0);
    CHECK_FALSE(age_s(started_at(0), taken_at(1000s, 0s)));
}
