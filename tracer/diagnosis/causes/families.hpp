// The families of causes, one file each.
#pragma once

#include "tracer/diagnosis/causes/cause.hpp"

#include <vector>

namespace shimtrace::diagnosis {

std::vector<Cause> stdio_causes();    ///< what a container writes is not taken
std::vector<Cause> runtime_causes();  ///< runc is at work, or should be
std::vector<Cause> shim_causes();     ///< the shim and its containerd
std::vector<Cause> kernel_causes();   ///< what only the kernel's own state shows
std::vector<Cause> peer_causes();     ///< a socket's other end, locks of user space, and waits in a ring
std::vector<Cause> process_causes();  ///< a process does not run, does not end, or has ended unheard
std::vector<Cause> holder_causes();   ///< somebody outside keeps what others wait for
std::vector<Cause> daemon_causes();   ///< what a daemon has started or calls
std::vector<Cause> file_causes();     ///< what files contradict: found by the checks that audit makes
std::vector<Cause> other_causes();    ///< healthy, and unknown

}  // namespace shimtrace::diagnosis
