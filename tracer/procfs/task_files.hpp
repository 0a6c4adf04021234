// /proc of one process or thread, for whoever looks at that alone: at an attach, at a stop, for its stacks. What is read of many at once,
// and what may have to wait for an answer, is read elsewhere (process_reader.hpp, files_in_time.hpp).
#pragma once

#include "tracer/procfs/proc_text.hpp"

#include <shimtrace/types.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::host {

/// A file of /proc/TID that comes in one piece, whole; empty where it cannot be read. `name` may name a folder below, "task/5/stat".
std::string task_file(Tid tid, const std::string& name);
/// What a symbolic link of /proc/TID says; empty where it cannot be read.
std::string task_link(Tid tid, const std::string& name);

/// The thread's own: the one of its process sums up the times of all its threads.
std::optional<StatLine> task_stat(Tid tid);
std::optional<StatusText> task_status(Tid tid);

/// The names in a folder of /proc/TID that are numbers ("fd", "task"), as the kernel lists them now.
std::vector<std::int32_t> task_numbers(Tid tid, const char* folder);
/// All processes.
std::vector<Pid> all_processes();
std::vector<Tid> threads_of(Pid pid);
bool is_thread_of(Pid pid, Tid tid);

}  // namespace shimtrace::host
