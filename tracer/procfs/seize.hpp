// PTRACE_SEIZE with an end.
#pragma once

#include <shimtrace/types.hpp>

namespace shimtrace::host {

/// 0, or the errno of PTRACE_SEIZE. ETIMEDOUT: the thread's process is in the midst of an exec that does not get on, as the file that it
/// executes does not come. An attach then waits for the end of that, and after a signal's handler begins again
/// (linux/kernel/ptrace.c, ptrace_attach: cred_guard_mutex, ERESTARTNOINTR).
int seize_in_time(Tid tid, unsigned long options, Nanoseconds patience = std::chrono::milliseconds(100));

}  // namespace shimtrace::host
