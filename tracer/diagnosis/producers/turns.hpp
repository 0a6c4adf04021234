// Locks that servers take in turns: whoever has one waits for the next connection, for all of them.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

namespace shimtrace::diagnosis {

/// The lock of a file that the process waits for, which another has: as the kernel tells, else by the file; nullptr: none is known.
const FileLock* lock_waited_for(const Facts& facts, const Process& process, const OpenFile* target);

/// The thread waits for a connection at a listener which `waiter` has as well, and at which none waits: the lock that it has is the turn to
/// accept (apache's AcceptMutex, uwsgi's thunder lock), and whoever waits for it has nothing to do.
bool has_turn_to_accept(const Facts& facts, const Process& holder, const Thread& thread, const Process& waiter, const Thread& waiting);
/// The same of a lock that the whole process has.
bool has_turn_to_accept(const Facts& facts, const Process& holder, const Process& waiter, const Thread& waiting);

/// It has run between the looks only since a JVM wakes who waits for a monitor once a second at most, to look again: that is no progress.
bool only_looks_again(const Context& look, const Thread& thread);

}  // namespace shimtrace::diagnosis
