// The processes and threads of all the host, asked of the kernel at once where that is permitted and the kernel can (tracer/bpf).
#pragma once

#include "tracer/bpf/tasks.hpp"
#include "tracer/procfs/kernel_functions.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/process_reader.hpp"

#include <shimtrace/processes.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

/// Rows of the process table.
class HostProcesses {
public:
    /// Nobody where it is not permitted, or cut short.
    static HostProcesses read(const ProcDirectory& proc, const std::function<bool()>& interrupted);
    /// The process's row, for once: as read_table_row() has it. nullopt: only /proc tells of it. Processes may be taken by several threads
    /// at once.
    std::optional<TableRow> take(const ProcDirectory& proc, Pid pid);
    /// Those of which this told what is not so any more, or perhaps never was: all of them are to be read again. Asked when everything else
    /// of them has been read, so that no process has another's command line, nor that of a program before its own.
    [[nodiscard]] std::set<Pid> outdated(const std::function<bool()>& interrupted) const;

private:
    /// What has to be the same at the end.
    struct Seen {
        std::uint64_t start_time = 0;  ///< nanoseconds
        bpf::KernelPlace exe, cwd, root;
        std::uint64_t cgroups = 0;
        Inode mounts, network;
        bool operator==(const Seen&) const = default;
    };
    struct Told {
        Seen seen;
        std::array<Pid, 4> asked{};  ///< who was asked for its paths and its cgroup
        std::optional<TableRow> row;
    };
    static Seen seen_of(const bpf::TaskRow& told);

    std::unordered_map<Pid, Told> told_;
    Inode own_mounts_;
};

/// All threads of some processes.
class HostThreads {
public:
    /// Nobody's where it is not permitted, or cut short.
    void read(const std::set<Pid>& wanted, const std::function<bool()>& interrupted);
    /// The process's, for once. nullopt: only /proc tells of them. Processes may be asked about by several threads at once.
    std::optional<KnownThreads> take(const Process& process);

private:
    struct Found {
        std::uint64_t start_time = 0;  ///< nanoseconds; 0: not seen
        bool whole = true;
        std::vector<KnownThread> threads;
    };
    std::unordered_map<Pid, Found> found_;
    KernelFunctions functions_;
};

/// Of those whose threads were told so, who has threads that have moved since: what their memory said may be of another call than theirs.
std::set<Pid> who_has_moved(const std::unordered_map<Tid, std::uint64_t>& context_switches, const std::function<bool()>& interrupted);

}  // namespace shimtrace::host
