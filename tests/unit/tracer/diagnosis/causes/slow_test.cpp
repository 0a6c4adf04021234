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
