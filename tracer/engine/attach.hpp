// Seizing what runs already, and saying clearly why it can't be.
#pragma once

#include "tracer/engine/tracee.hpp"

#include <shimtrace/error.hpp>

#include <optional>

namespace shimtrace::engine {

/// Seizes every thread of a group: /proc/PID/task is read again until a pass finds no thread that is not seized. Threads
/// born to seized threads meanwhile are seized by the kernel, where `options` has PTRACE_O_TRACECLONE.
/// No thread has been stopped when this returns. The error of the first refusal; threads that vanished are none.
std::optional<Error> seize_group(Pid pid, unsigned long options, Tracees& tracees);
std::optional<Error> seize_thread(Tid tid, unsigned long options, Tracees& tracees);

}  // namespace shimtrace::engine
