// Whose memory a thread works on, when it is not its own: by a file below /proc.
#pragma once

#include <shimtrace/snapshot.hpp>

namespace shimtrace::kernel {

/// The file of the thread's call is one below /proc/PID, whoever's, whose reading takes a memory map: maps, mem, cmdline …
bool is_at_memory_file(const Process& process, const Thread& thread);
/// The process below whose /proc/PID the file of the thread's call lies (ps reads /proc/812/cmdline); 0: it is no such call.
Pid remote_memory(const Process& process, const Thread& thread);
/// The process has one of that one's files open whose reading takes its memory map: /proc/PID/maps, mem, cmdline …
bool reads_memory_of(const Process& process, Pid whose);

}  // namespace shimtrace::kernel
