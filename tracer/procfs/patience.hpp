// How long a process is waited for on a machine that may be busy: what counts is the time that it had, not the time that went by.
#pragma once

#include <shimtrace/types.hpp>

#include <optional>
#include <string_view>

namespace shimtrace::host {

/// What a thread has had of the CPUs since it began.
struct CpuTime {
    Nanoseconds on_cpu{};
    Nanoseconds waited_for{};  ///< ready to run, and another ran
};

/// /proc/PID/schedstat: "1234567 89012 34". nullopt: not of this form; kernels without CONFIG_SCHED_INFO have no such file.
std::optional<CpuTime> parse_schedstat(std::string_view text);

struct TimeWaited {
    Nanoseconds passed{};  ///< since it was asked
    CpuTime had{};         ///< since then
    bool ready = false;    ///< it runs, or waits for a CPU: for how long the kernel will tell once it has one
};

/// How much longer an answer is waited for by one who has `patience`; nullopt: no longer. Waiting for a CPU does not count, up to a second
/// in all; nor does running, up to ten times the patience.
std::optional<Nanoseconds> more_time(Nanoseconds patience, const TimeWaited& waited);

}  // namespace shimtrace::host
