// Mounts as each mount namespace has them, and who serves those that a process serves (FUSE).
#pragma once

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/read_errors.hpp"

#include <shimtrace/snapshot.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

/// mountinfo of each mount namespace, read once.
class MountTables {
public:
    struct Table {
        std::vector<Mount> mounts;
        FragileMounts fragile;
    };
    /// The tables of many processes' namespaces with few questions, as far as they are there at once and of the usual size; `proc`: the
    /// directory that theirs are in. What is not read then, of() reads.
    void read(const ProcDirectory& proc, std::span<const Process* const> processes);
    /// The table of the process's namespace, read through that process where it was not read before.
    const Table& of(const ProcDirectory& directory, const Process& process, ReadErrors& errors);
    /// nullptr: not read.
    [[nodiscard]] const Table* find(Inode mount_namespace) const;
    /// Of one that is not asked for again; empty: it was not read.
    [[nodiscard]] std::vector<Mount> take(Inode mount_namespace);

    /// Adds those that are not here.
    void merge(MountTables&& other) { tables_.merge(other.tables_); }

private:
    void read_together(const ProcDirectory& proc, std::span<const Process* const> processes);
    const Table& add(Inode mount_namespace, std::string_view text, Pid seen_from);

    static constexpr std::size_t most_in_all = 400'000;  ///< whoever likes makes namespaces, with a hundred thousand mounts each
    std::unordered_map<Inode, Table> tables_;
    std::size_t read_ = 0;  ///< mounts
};

/// A descriptor of /dev/fuse: its holder serves a file system, or has not mounted one yet.
struct FuseServer {
    Pid pid;
    std::uint64_t connection = 0;  ///< the minor of the file system's device; 0: the kernel does not tell (before 6.17)
};
std::vector<FuseServer> find_fuse_servers(const ProcDirectory& proc, const std::vector<Process>& processes, std::string& scratch);

/// Fills fuse_server and fuse_waiting of a FUSE mount, and fuse_server of an autofs.
void add_server(Mount& mount, const std::vector<FuseServer>& servers, const std::vector<Process>& everybody, std::string& scratch);

}  // namespace shimtrace::host
