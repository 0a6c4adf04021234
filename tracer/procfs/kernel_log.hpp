// The kernel's log, and what it says of tasks that hang.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// All that is in it, a line each, as syslog(2) gives it; it stays there. Empty: not permitted.
std::string read_kernel_log();

/// What khungtaskd said last of each task (linux/kernel/hung_task.c), in all its wordings up to Linux 6.18. A name in it is what some
/// process calls itself: whoever believes an owner compares it with the process of that number.
std::vector<HungTask> parse_hung_tasks(std::string_view log);

}  // namespace shimtrace::host
