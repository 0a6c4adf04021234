// The few facts of /proc that attaching needs. All else about the host is another module's.
#pragma once

#include <shimtrace/process_state.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::engine {

/// A file of /proc/TID, whole; empty where it cannot be read. `name` may name a folder below, "task/5/stat".
std::string proc_file(Tid tid, const char* name);

/// From /proc/TID/task/TID/stat.
struct TaskStat {
    std::string comm;
    ProcessState state = ProcessState::unknown;
    Pid parent;
    std::uint64_t flags = 0;  ///< PF_*
    int cpu = -1;             ///< where it ran last
};
std::optional<TaskStat> task_stat(Tid tid);

/// A line "NAME:\tVALUE" of /proc/TID/status; empty where there is none.
std::string status_value(Tid tid, const char* name);
/// A number of /proc/TID/status.
std::optional<std::int64_t> status_number(Tid tid, const char* name);

/// The threads of the group that `tid` belongs to, as /proc lists them now.
std::vector<Tid> threads_of(Tid tid);
/// Whether `tid` is a thread of `pid`'s group.
bool is_thread_of(Pid pid, Tid tid);

}  // namespace shimtrace::engine
