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

bool much(const std::optional<std::uint64_t>& hundredths) {
    return hundredths && *hundredths >= worth_a_word * 100 && *hundredths <= 10'000;
}

void add_pressure(Slowness& slow, const std::optional<std::uint64_t>& hundredths, std::string_view what) {
    if (much(hundredths)) slow.reasons.push_back(fmt::format("{} {} % of the last 10 s", what, (*hundredths + 50) / 100));
}

/// "; of the whole host some thread did 95 % of the last 10 s": then it is not the container's own limit.
std::string of_host(const std::optional<std::uint64_t>& hundredths) {
    return much(hundredths) ? fmt::format("; of the whole host some thread did {} % of the last 10 s", (*hundredths + 50) / 100)
                            : std::string();
}

/// What a thread did between two looks, as a share of that time, in per cent.
struct Share {
    std::uint64_t per_cent = 0;
    const Thread* thread = nullptr;
};

/// Between looks that lie closer together chance tells more than the thread.
constexpr Nanoseconds long_enough = std::chrono::milliseconds(100);

/// Figures may be a recording's, and so any.
Nanoseconds grown(Nanoseconds before, Nanoseconds now) {
    Nanoseconds::rep difference = 0;
    return __builtin_sub_overflow(now.count(), before.count(), &difference) ? Nanoseconds{} : Nanoseconds(difference);
}

Nanoseconds between_looks(const Thread& thread) {
    return grown(thread.first.at.time_since_epoch(), thread.second->at.time_since_epoch());
}

std::uint64_t per_cent_of(Nanoseconds part, Nanoseconds whole) {
    return part <= Nanoseconds{} ? 0
                                 : static_cast<std::uint64_t>(
                                       std::min(1.0, static_cast<double>(part.count()) / static_cast<double>(whole.count())) * 100 + 0.5);
}

std::uint64_t waited_for_cpu(const Thread& thread, Nanoseconds between) {
    const Progress &before = thread.first, &now = *thread.second;
    // What is added up when it gets a CPU is not told of one that gets none.
    const bool told = now.run_delay != Nanoseconds{} || now.on_cpu != Nanoseconds{};
    if (told && thread.state == ProcessState::running && now.on_cpu == before.on_cpu && now.run_delay == before.run_delay) return 100;
    return per_cent_of(grown(before.run_delay, now.run_delay), between);
}

std::uint64_t waited_for_io(const Thread& thread, Nanoseconds between) {
    return per_cent_of(grown(thread.first.io_delay, thread.second->io_delay), between);
}

template <typename Measure>
Share most_of(const Facts& facts, const Scope& scope, Measure measure) {
    Share most;
    for (const Pid pid : scope.processes) {
        const Process* process = facts.process(pid);
        if (process == nullptr) continue;
        for (const Thread& thread : process->threads) {
            if (!thread.second || between_looks(thread) < long_enough) continue;
            const std::uint64_t share = measure(thread, between_looks(thread));
            if (share > most.per_cent) most = {share, &thread};
        }
    }
    return most;
}

void add_share(Slowness& slow, const Share& share, std::string_view what, const std::string& remark) {
    if (share.thread == nullptr || share.per_cent < worth_a_word) return;
    const double seconds = std::chrono::duration<double>(between_looks(*share.thread)).count();
    slow.reasons.push_back(fmt::format("{}[{}] {} {} % of the last {:.1f} s{}", printable(share.thread->comm, 32), share.thread->tid.value,
                                       what, share.per_cent, seconds, remark));
}

/// Pages are given back before new ones come: by the thread that needs them, while it does nothing else (linux/mm/vmscan.c).
void add_reclaim(Slowness& slow, const Facts& facts, const Scope& scope) {
    for (const Pid pid : scope.processes) {
        const Process* process = facts.process(pid);
        if (process == nullptr) continue;
        for (const Thread& thread : process->threads)
            if (std::ranges::any_of(thread.kernel_stack,
                                    [](const std::string& function) { return function.starts_with("try_to_free_"); })) {
                slow.reasons.push_back(fmt::format("{}[{}] gives memory back before it gets some (direct reclaim)",
                                                   printable(thread.comm, 32), thread.tid.value));
                return;
            }
    }
}

void add_limit_hits(Slowness& slow, const Cgroup& group) {
    const auto limit =
        group.memory_high && (!group.memory_max || *group.memory_high < *group.memory_max) ? group.memory_high : group.memory_max;
    if (!limit || !group.memory_limit_hits || *group.memory_limit_hits == 0) return;
    const bool full = group.memory_current >= *limit - *limit / 10;
    slow.second_look_tells |= full && !group.memory_limit_hits_before;
    if (!group.memory_limit_hits_before || *group.memory_limit_hits <= *group.memory_limit_hits_before) return;
    slow.reasons.push_back(fmt::format("at its limit of {} MiB of memory: {} times between two looks pages had to be given back first ({})",
                                       *limit >> 20, *group.memory_limit_hits - *group.memory_limit_hits_before,
                                       printable(group.path, 100)));
}

/// Who runs or would like to: whether it gets a CPU two looks tell.
bool wants_cpu(const Facts& facts, const Scope& scope) {
    return std::ranges::any_of(scope.processes, [&](Pid pid) {
        const Process* process = facts.process(pid);
        return process != nullptr && std::ranges::any_of(process->threads, [](const Thread& thread) {
                   return thread.state == ProcessState::running && !thread.second && thread.first.on_cpu != Nanoseconds{};
               });
    });
}

}  // namespace

Slowness slowness(const Facts& facts, const Scope& scope) {
    Slowness slow;
    const Process* process = nullptr;
    for (const Pid pid : scope.processes)
        if (process == nullptr) process = facts.process(pid);
    if (process == nullptr) return slow;
    const Pressure& host = facts.snapshot().pressure;
    for (std::string path = process->cgroup; path.size() > 1; path.resize(std::min(path.rfind('/'), path.size()))) {
        const Cgroup* group = facts.cgroup(path);
        if (group == nullptr) continue;
        if (auto words = throttled(*group)) slow.reasons.push_back(std::move(*words));
        slow.second_look_tells |= group->throttling && group->throttling->throttled_periods != 0 && !group->throttling_before;
        add_limit_hits(slow, *group);
    }
    add_share(slow, most_of(facts, scope, waited_for_cpu), "starved: waited for a CPU", of_host(host.cpu));
    add_share(slow, most_of(facts, scope, waited_for_io), "waited for disks", of_host(host.io));
    add_reclaim(slow, facts, scope);
    if (const Cgroup* own = facts.cgroup(process->cgroup)) {
        add_pressure(slow, own->cpu_pressure, "some thread waited for a CPU");
        add_pressure(slow, own->memory_pressure, "some thread waited for memory");
        add_pressure(slow, own->io_pressure, "some thread waited for I/O");
    }
    slow.second_look_tells |= wants_cpu(facts, scope);
    return slow;
}

}  // namespace shimtrace::diagnosis
