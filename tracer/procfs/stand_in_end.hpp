// For who waits for any child (ptrace): whose end it has seen; and for who becomes another program.
#pragma once

#include <shimtrace/types.hpp>

namespace shimtrace::host {

/// Whether this child of ours, which has been waited for, was a stand-in (stand_in.hpp); it is forgotten then.
bool was_stand_in(Pid pid);

/// Ends all stand-ins, before there are other threads: none is a child of this process any more, and whoever asks next makes new ones. One
/// that sleeps where no signal ends it is waited for in vain, for a moment, and left behind.
void end_stand_ins();

}  // namespace shimtrace::host
