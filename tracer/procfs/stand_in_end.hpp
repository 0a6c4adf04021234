// For who waits for any child (ptrace): whose end it has seen.
#pragma once

#include <shimtrace/types.hpp>

namespace shimtrace::host {

/// Whether this child of ours, which has been waited for, was a stand-in (stand_in.hpp); it is forgotten then.
bool was_stand_in(Pid pid);

}  // namespace shimtrace::host
