// A cgroup: whether it is frozen, and what it is short of; and what the whole host is short of.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace shimtrace {

/// How often a cgroup has used up its quota of CPU time: cpu.stat.
struct CpuThrottling {
    MonotonicTime at;
    std::uint64_t periods = 0, throttled_periods = 0;  ///< since it was made
    Nanoseconds throttled{};                           ///< so long its threads stood still for it, summed over CPUs

    auto operator<=>(const CpuThrottling&) const = default;
};

struct Cgroup {
    std::string path;  ///< as in /proc/PID/cgroup
    bool v2 = false;
    std::string freezer_state;   ///< "THAWED", "FREEZING", "FROZEN"
    bool self_freezing = false;  ///< frozen by itself, not by a parent
    std::string frozen_by;       ///< the ancestor's path whose state freezes this one; itself where self_freezing
    std::uint64_t memory_current = 0;
    std::optional<std::uint64_t> memory_high, memory_max;
    std::uint64_t memory_high_events = 0, oom_events = 0, oom_kill_events = 0;
    bool under_oom = false;  ///< v1: OOM with no killer
    bool oom_kill_disabled = false;
    std::optional<std::uint64_t> pids_current, pids_max;
    std::optional<CpuThrottling> throttling;         ///< nullopt: not told, or it has no quota
    std::optional<CpuThrottling> throttling_before;  ///< at the first look, where two were taken
    /// How much of the last 10 s some thread of it stood still for want of it, in hundredths of a per cent; nullopt: not told (v1).
    std::optional<std::uint64_t> cpu_pressure, memory_pressure, io_pressure;
    /// How often it was at a limit of its memory, and its threads had to give back pages first; nullopt: not told.
    std::optional<std::uint64_t> memory_limit_hits;
    std::optional<std::uint64_t> memory_limit_hits_before;  ///< at the first look, where two were taken
};

/// The whole host's, as Cgroup has it of one.
struct Pressure {
    std::optional<std::uint64_t> cpu, memory, io;
};

}  // namespace shimtrace
