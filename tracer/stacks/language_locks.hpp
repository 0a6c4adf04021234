// Which locks of its language a live program's threads wait for, read from its memory without stopping it.
#pragma once

#include <shimtrace/snapshot.hpp>

namespace shimtrace::stacks {

/// Where the process runs Python or a JVM, `language_lock` of those of its threads that wait for one.
void read_language_locks(Process& process);

}  // namespace shimtrace::stacks
