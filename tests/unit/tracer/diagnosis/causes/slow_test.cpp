#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/graph/snapshot_delta.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

struct Throttled {
    Snapshot first, second;

    explicit Throttled(std::uint64_t used_up, std::optional<std::uint64_t> pressure = std::nullopt) {
        Host host;
        Process& init = host.container(790, 812, "c1");
        Cgroup group;
        group.path = init.cgroup;
        group.throttling = CpuThrottling{.at = MonotonicTime(1000s), .periods = 100, .throttled_periods = 50, .throttled = 1s};
        group.cpu_pressure = pressure;
        first = host.build();
        first.cgroups = {group};
        second = first;
        second.taken_monotonic += 2s;
        second.cgroups[0].throttling =
            CpuThrottling{.at = MonotonicTime(1002s), .periods = 120, .throttled_periods = 50 + used_up, .throttled = 2s};
        diagnosis::merge_progress(second, first);
    }
};

Diagnosis of(const Snapshot& snapshot) {
    return diagnosis::diagnose(snapshot, {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}}).front();
}

}  // namespace

TEST_CASE("a healthy container that is throttled is said to be slow, and why") {
    const Diagnosis diagnosis = of(Throttled(17).second);
    CHECK(diagnosis.cause == "healthy");
    CHECK_FALSE(diagnosis.stuck);
    CHECK(diagnosis.summary.find("; slow: throttled in 17 of 20 periods of its CPU quota") != std::string::npos);
}

TEST_CASE("a quota that is seldom used up is no word worth; whether it is now, two looks tell") {
    CHECK(of(Throttled(2).second).summary.find("slow") == std::string::npos);
    const Diagnosis first = of(Throttled(17).first);
    CHECK(first.summary.find("slow") == std::string::npos);
    CHECK(first.unsettled);
    CHECK_FALSE(of(Throttled(17).second).unsettled);
}

TEST_CASE("pressure is said where it is high") {
    CHECK(of(Throttled(0, 8312).second).summary.find("; slow: some thread waited for a CPU 83 % of the last 10 s") != std::string::npos);
    CHECK(of(Throttled(0, 512).second).summary.find("slow") == std::string::npos);
}

namespace {

/// A container's thread between two looks.
Snapshot between(const Progress& first, const Progress& second, ProcessState state = ProcessState::running) {
    Host host;
    Process& init = host.container(790, 812, "c1");
    init.threads.front().state = state;
    init.threads.front().syscall = -1;
    init.threads.front().first = first;
    Snapshot earlier = host.build(), later = earlier;
    later.taken_monotonic += 2s;
    for (Process& process : later.processes)
        if (process.pid == Pid{812}) process.threads.front().first = second;
    diagnosis::merge_progress(later, earlier);
    return later;
}

}  // namespace

TEST_CASE("who waits for a CPU most of the time is said to be starved") {
    const Progress before{.at = MonotonicTime(1000s), .context_switches = 10, .cpu_ticks = 5, .on_cpu = 1s, .run_delay = 1s};
    Progress now = before;
    now.at += 2s;
    now.context_switches = 90;
    now.on_cpu += 300ms;
    now.run_delay += 1660ms;
    CHECK(of(between(before, now)).summary.find("starved: waited for a CPU 83 % of the last 2.0 s") != std::string::npos);
    now.run_delay = before.run_delay + 100ms;
    CHECK(of(between(before, now)).summary.find("slow") == std::string::npos);
}

TEST_CASE("who could run and did not at all is starved as well: what it waits is added up when it runs") {
    const Progress before{.at = MonotonicTime(1000s), .context_switches = 10, .cpu_ticks = 5, .on_cpu = 1s, .run_delay = 1s};
    Progress now = before;
    now.at += 2s;
    CHECK(of(between(before, now)).summary.find("starved: waited for a CPU 100 %") != std::string::npos);
    Progress untold = before;
    untold.on_cpu = untold.run_delay = {};
    now.on_cpu = now.run_delay = {};
    CHECK(of(between(untold, now)).summary.find("starved") == std::string::npos);
}

TEST_CASE("waiting for disks is said with its share") {
    const Progress before{.at = MonotonicTime(1000s), .context_switches = 10, .cpu_ticks = 5, .on_cpu = 1s, .io_delay = 1s};
    Progress now = before;
    now.at += 2s;
    now.context_switches = 900;
    now.cpu_ticks = 9;
    now.on_cpu += 100ms;
    now.io_delay += 1s;
    CHECK(of(between(before, now)).summary.find("waited for disks 50 % of the last 2.0 s") != std::string::npos);
}

TEST_CASE("a limit of memory that is hit again and again is said to slow down") {
    Throttled looks(0);
    Cgroup& now = looks.second.cgroups[0];
    now.memory_max = 64 << 20;
    now.memory_current = 64 << 20;
    now.memory_limit_hits = 120;
    now.memory_limit_hits_before = 20;
    CHECK(of(looks.second).summary.find("at its limit of 64 MiB of memory: 100 times between two looks") != std::string::npos);
    now.memory_limit_hits = 20;
    CHECK(of(looks.second).summary.find("slow") == std::string::npos);
}
