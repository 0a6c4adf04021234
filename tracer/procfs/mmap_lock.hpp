// The lock of a process's mappings, which whoever reads its memory waits for.
#pragma once

#include "tracer/procfs/read_errors.hpp"

#include <shimtrace/shared_text.hpp>
#include <shimtrace/types.hpp>

#include <vector>

namespace shimtrace::host {

/// Reading a process's memory, and so cmdline and environ, waits for its mmap lock. A thread that sleeps uninterruptibly
/// in the middle of changing its mappings holds it, and whoever asks would hang with it (as ps does).
bool may_hold_mmap_lock(const std::vector<SharedText>& stack);

/// `what` of the process was not read for that. `asked`: it was tried, and no answer came in time.
void note_locked(ReadErrors& errors, Pid pid, const char* what, bool asked);

}  // namespace shimtrace::host
