// One process and its threads from an open /proc/PID.
#pragma once

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/host_root.hpp"
#include "tracer/procfs/kernel_functions.hpp"
#include "tracer/procfs/mounts.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/read_errors.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::host {

struct TableRow {
    Process process;
    bool kernel_thread = false;
    bool leader_gone = false;  ///< its first thread has exited, others run on: what /proc/PID does not show any more, theirs does
};
/// A process as the process table shows it: no command line, no environment, no threads, no descriptors, no accounts. nullopt: it is gone.
std::optional<TableRow> read_table_row(const ProcDirectory& directory, std::string& scratch, ReadErrors& errors);
/// The command lines and environments, which lie in the processes' memory, of many with few questions. `proc`: the directory that theirs
/// are in.
void read_programs(const ProcDirectory& proc, std::span<TableRow> rows, std::string& scratch, ReadErrors& errors);
/// What is known of the program that a process runs.
struct KnownProgram {
    const Process* forked_from = nullptr;  ///< it has executed nothing since this one forked it: it runs what that runs
    bool just_executed = false;            ///< it is held at its exec: nobody has touched its new memory, and nobody can make a reader wait
};
/// Of that only who it is: name, numbers, parent, start time, executable, working directory, command line, pid and mount namespaces.
std::optional<TableRow> read_identity(const ProcDirectory& directory, std::string& scratch, ReadErrors& errors,
                                      const KnownProgram& program = {});

/// Its /proc/PID; nullopt: it is gone, and its number perhaps another's.
std::optional<ProcDirectory> directory_of(const ProcDirectory& proc, const Process& process, std::string& scratch);

/// The identity of a live process, from /proc/PID; nullopt: it is gone.
std::optional<Process> read_process(Pid pid);

/// Adds the descriptors, `most` of them; fds_known tells whether all could be read.
void add_descriptors(const ProcDirectory& directory, TableRow& row, MountTables& mounts, std::string& scratch, ReadErrors& errors,
                     std::size_t most = most_descriptors);
/// The same, as they were read elsewhere. `unfinished`: those, by position and ascending, of which only /proc tells what they are. False:
/// it is another process by now, and nothing is added.
bool add_descriptors(const ProcDirectory& proc, TableRow& row, std::vector<FdEntry> known, std::span<const std::size_t> unfinished,
                     MountTables& mounts, std::string& scratch, ReadErrors& errors);
/// Adds read_bytes, write_bytes, oom_score_adj.
void read_accounts(const ProcDirectory& directory, Process& process, std::string& scratch);

/// /proc/PID/task/TID of a thread that lives; nullopt: none does.
std::optional<ProcDirectory> living_thread(const ProcDirectory& process, std::string& scratch);

struct ThreadDetail {
    bool kernel_stacks = true;
    bool memory = true;  ///< path arguments and polled descriptors, which lie in the process's memory
};
/// A thread as the kernel's own tables have it.
struct KnownThread {
    Thread thread;                                ///< without its kernel stack, wchan, and what its memory tells
    bool call_known = true;                       ///< false: only /proc tells its call
    std::vector<std::uint64_t> return_addresses;  ///< its kernel stack, innermost first; empty: only /proc tells
};
/// All threads of a process, known at one moment; what of their kernel stacks is not in `functions` they teach it.
struct KnownThreads {
    std::vector<KnownThread> threads;
    KernelFunctions* functions;
};
/// All threads of the process. A thread that ends meanwhile is left out.
std::vector<Thread> read_threads(const ProcDirectory& directory, Pid whose, const ThreadDetail& detail, std::string& scratch,
                                 ReadErrors& errors, std::optional<KnownThreads> known = std::nullopt);

/// What a blocked call's pointers lead to, from memory: Thread::path_argument and Thread::polled.
void read_arguments(Thread& thread, const Memory& memory);
/// What lies around the words that they wait for in futex: Thread::futex. All are of one process.
void read_futexes(std::span<Thread> threads, const Memory& memory);

}  // namespace shimtrace::host
