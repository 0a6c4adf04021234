// How a Snapshot is put together: one pass over /proc for everybody, then a closer look at those concerned.
#pragma once

#include "tracer/procfs/cgroups.hpp"
#include "tracer/procfs/mounts.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/procfs/read_errors.hpp"
#include "tracer/procfs/socket_table.hpp"
#include "tracer/snapshot/holders.hpp"
#include "tracer/snapshot/host_descriptors.hpp"
#include "tracer/snapshot/host_tasks.hpp"
#include "tracer/snapshot/related_processes.hpp"
#include "tracer/snapshot/take_snapshot.hpp"

#include <unistd.h>

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::host {

/// Used once.
class Collector {
public:
    /// `proc`: the host's /proc, or a made one (then sockets and cgroups are still the live host's).
    explicit Collector(ProcDirectory proc) : proc_(std::move(proc)) {}
    Result<Snapshot> take(const SnapshotScope& scope, const Choice& choose = {});

private:
    using Positions = std::vector<std::size_t>;

    // Everybody.
    void read_table(const std::vector<std::int32_t>& pids, bool descriptors);
    /// `at_once`: whose are known already.
    void read_all_descriptors(std::span<TableRow* const> rows, HostDescriptors at_once);
    /// Of the process's namespace; nullptr: it is gone.
    const MountTables::Table* mounts_of(const Process& process);
    /// The same of many, with few questions.
    void read_mounts(const Positions& processes);
    /// Reads /proc/locks only where somebody waits for one: the kernel stops all file locking for that, for 10 to 30 ms
    /// (fs/locks.c: locks_start takes a write lock on all CPUs). Whether it was read.
    bool read_locks_waited_for(const Positions& processes);
    void read_locks();
    /// `from` waits for `to`, whatever else connects them.
    void bind(Pid from, Pid to);
    void bind_tracers_and_servers();
    // Those concerned. What was read before is not read again.
    void read_details(const Positions& processes, bool kernel_stacks);
    /// Of many at once, by several threads. `all`: of those whose threads are known.
    void read_details_of(std::size_t position, bool kernel_stacks, HostThreads& all, ReadErrors& errors);
    /// `errors`: one for each of the processes.
    void read_moved_again(const Positions& processes, bool kernel_stacks, std::vector<ReadErrors>& errors);
    void read_sockets(const Positions& processes);
    /// The sockets of the namespaces to whose addresses these processes have connections.
    void read_sockets_of_peers(const Positions& processes);
    void take_translations_of(const Positions& processes);
    // (collector_forwarders.cpp)
    [[nodiscard]] bool is_of_host(const Process& forwarder) const;
    [[nodiscard]] std::set<Inode> networks_behind(const Process& forwarder) const;
    /// The sockets behind those who pass on what these processes send into another namespace.
    void follow_forwarders(const Positions& processes);
    void bind_passed_on();
    void bind_sockets();
    /// Who connects, or sends, to a unix socket by its name waits for whoever has that: it becomes its peer.
    void read_sockets_named();
    void bind_named_sockets();
    /// The processes that may hold the locks of shared memory that these processes wait for.
    void find_lock_owners(const Positions& processes);
    /// Which of them have the file of that memory mapped; `all` becomes false where some could not be asked before `end`.
    std::vector<Pid> who_maps(const FutexMemory& memory, const Positions& processes, MonotonicTime end, bool& all);
    void read_descriptors_of(const Positions& processes);
    // What was read, put together.
    void add_facts_of_sockets();
    void add_ends(const Positions& processes);
    void list_pipes(const Positions& processes);
    void list_sockets(const Positions& processes);
    void list_locks(const Positions& processes);
    void list_mounts(const Positions& processes);
    void mark_frozen_mounts(const Positions& processes);
    void list_cgroups(const Positions& processes);
    CgroupRoots cgroup_roots();
    // What the kernel tells of itself (collector_kernel.cpp).
    void bind_fanotify();
    void bind_fault_handlers();
    /// A page fault has no path: what is mapped of a FUSE or network file system is told as its file.
    void name_faulting_files(const Positions& processes);
    /// Who sleeps in the function, to everybody who has a file that may wake them.
    void bind_sleepers(std::string_view function, bool (*may_wake)(const OpenFile&));
    void bind_lock_owners();
    // (collector_locks.cpp)
    void read_unusual_sleepers(bool of_kernel);
    /// Of those processes whose threads wait for a lock of the kernel's: who has it, by the stacks of all.
    void bind_lock_holders(const Positions& processes);
    void list_block_devices();
    void list_mount_holders();
    /// Of a container that is gone, held by nobody's descriptors and directories.
    struct UnheldMount {
        std::string point;
        Inode seen_in;  ///< the mount namespace
    };
    /// Each process's mappings are read once, however many such mounts there are.
    void list_mapped_below(const std::vector<UnheldMount>& mounts);

    [[nodiscard]] bool interrupted() const { return interrupted_ && interrupted_(); }

    ProcDirectory proc_;
    std::function<bool()> interrupted_;
    TellWork tell_work_;
    std::int32_t self_ = ::getpid();  ///< our own descriptors are nobody's other end
    Snapshot snapshot_;
    std::string scratch_;
    ReadErrors errors_;
    std::optional<ProcessIndex> index_;
    std::vector<bool> kernel_threads_, leaders_gone_, detailed_;  ///< by position in snapshot_.processes
    MountTables mounts_;
    SocketTable sockets_;
    std::set<Inode> visited_;  ///< network namespaces whose sockets are known
    AddressOwners address_owners_;
    /// The end of whoever asks, that of who passes packets on, and that of whom they come to.
    struct PassedOn {
        Inode asks, taken, end;
    };
    std::vector<PassedOn> passed_on_;
    std::size_t bound_sockets_ = 0;  ///< so many were in the table when their ends were told
    HolderIndex holders_;
    std::vector<FuseServer> fuse_servers_;
    std::vector<FileLock> locks_;
    std::vector<HungTask> hung_tasks_;
    /// A thread's kernel stack, and whose it is.
    struct Sleeper {
        std::size_t position;
        std::vector<SharedText> stack;
    };
    std::vector<Sleeper> sleepers_;
    bool kernel_sleepers_read_ = false, sleepers_read_ = false;
    std::set<std::size_t> lock_holders_;  ///< by position: kernel threads among them are looked at closer, too
    std::unordered_map<Pid, std::vector<Pid>> bound_;
    std::unordered_map<Pid, std::set<Fd>> ends_of_daemons_;
    std::vector<Pid> retriers_;  ///< of a file's lock
};

}  // namespace shimtrace::host
