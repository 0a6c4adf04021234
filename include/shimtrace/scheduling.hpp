// What the scheduler did while a session ran: who ran on which CPU, and who woke whom. Of the whole host: whoever wakes a traced thread may
// be anybody, and may have waited himself.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace {

/// The kernel's sched_switch and sched_waking.
struct SchedulingEvent {
    bool waking = false;     ///< sched_waking; else sched_switch
    std::uint32_t cpu = 0;   ///< where it was seen
    Nanoseconds after{};     ///< since the stretch's `first`
    Tid from;                ///< who leaves the CPU; waking: who wakes, 0: an interrupt on an idle CPU
    Tid to;                  ///< who gets the CPU; waking: who is woken
    std::int64_t state = 0;  ///< switch: `from`'s, as the kernel has it: 0 it would run on, 1 it sleeps, 2 uninterruptibly …
    std::int32_t from_priority = 0, to_priority = 0;  ///< the kernel's; waking: `to_priority` alone
    std::uint32_t target_cpu = 0;                     ///< waking: where it shall run
};

struct ScheduledTask {
    Tid tid;
    Pid pid;  ///< 0: not known
    std::string comm;
};

/// A stretch of it, in the order of time; stands for itself.
struct Scheduling {
    MonotonicTime first;
    std::vector<SchedulingEvent> events;
    std::vector<ScheduledTask> tasks;  ///< whom its events name
    std::uint64_t lost = 0;            ///< so many are missing: they could not be read as fast as they came
};

}  // namespace shimtrace
