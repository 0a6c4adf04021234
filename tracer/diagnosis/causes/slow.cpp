#include "tracer/diagnosis/causes/slow.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace shimtrace::diagnosis {

namespace {

/// Below that nobody calls it slow, in per cent.
constexpr std::uint64_t worth_a_word = 20;

std::optional<std::string> throttled(const Cgroup& group) {
    if (!group.throttling || !group.throttling_before) return std::nullopt;
    const CpuThrottling &now = *group.throttling, &before = *group.throttling_before;
    if (now.periods <= before.periods || now.throttled_periods < before.throttled_periods)
        return std::nullopt;  // another cgroup's of that name
    const std::uint64_t periods = now.periods - before.periods, used_up = now.throttled_periods - before.throttled_periods;
    if (used_up > periods || used_up * 100 < periods * worth_a_word) return std::nullopt;
    return fmt::format("throttled in {} of {} periods of its CPU quota ({})", used_up, periods, printable(group.path, 100));
}

void add_pressure(Slowness& slow, const std::optional<std::uint64_t>& hundredths, std::string_view what) {
    if (hundredths && *hundredths >= worth_a_word * 100 && *hundredths <= 10'000)
        slow.reasons.push_back(fmt::format("{} {} % of the last 10 s", what, (*hundredths + 50) / 100));
}

}  // namespace

Slowness slowness(const Facts& facts, const Scope& scope) {
    Slowness slow;
    const Process* process = nullptr;
    for (const Pid pid : scope.processes)
        if (process == nullptr) process = facts.process(pid);
    if (process == nullptr) return slow;
    for (std::string path = process->cgroup; path.size() > 1; path.resize(std::min(path.rfind('/'), path.size()))) {
        const Cgroup* group = facts.cgroup(path);
        if (group == nullptr) continue;
        if (auto words = throttled(*group)) slow.reasons.push_back(std::move(*words));
        slow.second_look_tells |= group->throttling && group->throttling->throttled_periods != 0 && !group->throttling_before;
    }
    if (const Cgroup* own = facts.cgroup(process->cgroup)) {
        add_pressure(slow, own->cpu_pressure, "some thread waited for a CPU");
        add_pressure(slow, own->memory_pressure, "some thread waited for memory");
        add_pressure(slow, own->io_pressure, "some thread waited for I/O");
    }
    return slow;
}

}  // namespace shimtrace::diagnosis
