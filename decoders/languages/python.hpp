// What CPython's threads wait for: threading.Lock and RLock, and the interpreter's own lock (GIL), by its objects in memory. Pure.
#pragma once

#include "decoders/languages/threads.hpp"

namespace shimtrace::languages {

/// Tells of each thread in a futex which lock of Python's it is for, and who has that. Whatever is believed is proved by the objects' own
/// types and pointers; of a program that is no Python nothing is told.
void read_python_locks(std::span<Thread> threads, const Words& words);

}  // namespace shimtrace::languages
