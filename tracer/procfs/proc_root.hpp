// Where the processes are that this program can name to the kernel. Under `unshare --pid` without --mount-proc /proc shows another pid
// namespace: what it calls 5 is not what ptrace calls 5.
#pragma once

#include <shimtrace/types.hpp>

#include <string>

namespace shimtrace::host {

/// Where tracing reads processes from now on: a procfs of our own pid namespace, where the one at /proc is another's. False: there is
/// none to be had. To be called before any thread starts.
bool use_own_proc();

/// In a copy of this process, which keeps few descriptors: ours is descriptor `kept` from now on. False: we have none of our own.
bool keep_own_proc_as(int kept);

/// "/proc", or what stands for it.
const std::string& proc_root();

/// "/proc/PID/NAME"
std::string proc_path(Pid pid, const std::string& name = {});

}  // namespace shimtrace::host
