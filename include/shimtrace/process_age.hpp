// How long a process has lived.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace shimtrace {

/// In seconds, a host's sleep included (CLOCK_BOOTTIME: that is what start_time is counted in). nullopt: not known.
inline std::optional<double> age_s(const Process& process, const Snapshot& snapshot) {
    if (process.start_time == 0 || snapshot.clock_ticks_per_second == 0) return std::nullopt;
    const double now = std::chrono::duration<double>(snapshot.taken_monotonic.time_since_epoch() + snapshot.suspended).count();
    const double started = static_cast<double>(process.start_time) / static_cast<double>(snapshot.clock_ticks_per_second);
    return std::max(0.0, now - started);
}

}  // namespace shimtrace
