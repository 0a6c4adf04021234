#include "tracer/output/off_cpu.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::output;
using namespace std::chrono_literals;

namespace {

constexpr Tid reader{10}, writer{20};
constexpr MonotonicTime start{1000s};

bool is_reader(Tid tid) {
    return tid == reader;
}

Event entered(Nanoseconds after) {
    Event event;
    event.kind = EventKind::syscall_enter;
    event.tid = reader;
    event.time = start + after;
    return event;
}

/// The reader runs for 10 ms, sleeps for 50, waits for a CPU for 5, and runs.
Scheduling stretch() {
    Scheduling told{.first = start};
    told.tasks = {{reader, Pid{10}, "reader"}, {writer, Pid{20}, "writer"}};
    told.events = {{.after = 0ms, .to = reader},
                   {.after = 10ms, .from = reader, .state = 1},
                   {.waking = true, .after = 60ms, .from = writer, .to = reader},
                   {.after = 65ms, .to = reader},
                   {.after = 70ms, .from = reader, .state = 0x100}};
    return told;
}

}  // namespace

TEST_CASE("off the CPU: for which call, for how long, woken by whom, and how long a CPU was waited for") {
    OffCpu times;
    times.expect_scheduling();
    times.scheduling(stretch());  // it may come before its calls
    times.call(entered(9ms), start + 66ms, "pipe");
    times.end(is_reader);
    CHECK(times.all.on_cpu == 15ms);
    CHECK(times.all.ready == 5ms);
    CHECK(times.all.preempted == 1);
    REQUIRE(times.blocked.contains("pipe"));
    CHECK(times.blocked.at("pipe").waits.total() == 50ms);
    CHECK(times.blocked.at("pipe").wakers == std::map<std::string, std::uint64_t>{{"writer[20]", 1}});
    CHECK(times.calls.at("pipe").count() == 1);
}

TEST_CASE("off the CPU outside of any call that is known says so") {
    OffCpu times;
    times.expect_scheduling();
    times.call(entered(80ms), start + 90ms, "pipe");
    times.scheduling(stretch());
    times.advance(start + 100ms, is_reader);
    CHECK(times.blocked.empty());  // its calls may still come
    times.advance(start + 10s, is_reader);
    REQUIRE(times.blocked.contains("not in a call"));
    CHECK(times.blocked.at("not in a call").waits.total() == 50ms);
}

TEST_CASE("a gap in what the scheduler told is bridged by nothing") {
    OffCpu times;
    times.expect_scheduling();
    Scheduling first = stretch();
    first.events.resize(2);  // it sleeps
    Scheduling after{.first = start + 5s};
    after.lost = 7;
    after.events = {{.after = 0ms, .to = reader}};
    times.scheduling(first);
    times.scheduling(after);
    times.end(is_reader);
    CHECK(times.blocked.empty());
    CHECK(times.lost == 7);
}

TEST_CASE("times of a hostile recording overflow nothing") {
    OffCpu times;
    times.expect_scheduling();
    Scheduling told = stretch();
    told.first = MonotonicTime::max();
    times.scheduling(told);
    told.first = MonotonicTime::min();
    told.events.back().after = Nanoseconds::min();
    times.scheduling(told);
    times.advance(MonotonicTime::max(), is_reader);
    times.end(is_reader);
    CHECK(times.all.on_cpu >= Nanoseconds{});
}

TEST_CASE("without the scheduler, the calls that wait are added up by cause") {
    OffCpu times;
    times.call(entered(0ms), start + 30ms, "lock");
    times.call(entered(40ms), start + 50ms, "lock");
    times.call(entered(60ms), start + 70ms, "");
    times.scheduling(stretch());
    times.end(is_reader);
    CHECK_FALSE(times.has_scheduling());
    CHECK(times.calls.at("lock").total() == 40ms);
    CHECK(times.calls.size() == 1);
    CHECK(times.blocked.empty());
}
