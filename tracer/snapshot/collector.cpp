#include "tracer/snapshot/collector.hpp"
#include "tracer/procfs/clock.hpp"

#include "decoders/kernel/served_file_systems.hpp"
#include "decoders/syscalls/call_facts.hpp"
#include "tracer/procfs/cgroups.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/observer.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/procfs/ring_requests.hpp"
#include "tracer/threads/in_parallel.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>

namespace shimtrace::host {

namespace {

std::unexpected<Error> was_interrupted() {
    return fail("look at all processes", ECANCELED);
}

/// Of the rings in whose io_uring_enter a thread sleeps: what has been asked of them, likely.
void add_ring_requests(const ProcDirectory& directory, Process& process) {
    for (const Thread& thread : process.threads) {
        const auto* facts = thread.state == ProcessState::running ? nullptr : decoders::call_facts(thread.arch, thread.syscall);
        if (!facts || facts->name != "io_uring_enter") continue;
        const auto ring = std::ranges::find(process.fds, Fd{static_cast<std::int32_t>(thread.args[0])}, &FdEntry::fd);
        if (ring == process.fds.end() || ring->target.kind != OpenFileKind::io_uring || !ring->target.interest.empty()) continue;
        if (auto request = pending_request(directory, process.pid, ring->fd)) ring->target.interest.push_back(std::move(*request));
    }
}

}  // namespace

Result<Snapshot> Collector::take(const SnapshotScope& scope, const Choice& choose) {
    interrupted_ = scope.interrupted;
    tell_work_ = scope.tell_work;
    snapshot_.host = host_info();
    snapshot_.observer = observer();
    snapshot_.taken = real_now();
    snapshot_.taken_monotonic = monotonic_now();
    snapshot_.suspended = suspended_time();
    snapshot_.clock_ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));

    const auto pids = proc_.numbers();
    if (!pids) return fail("list the processes in /proc", pids.error());
    {
        const HostCgroupPaths as_init_sees_them;
        read_table(*pids, scope.all_descriptors);
    }
    if (interrupted()) return was_interrupted();
    snapshot_.targets = scope.detailed;
    if (choose) {
        const Chosen chosen = choose(snapshot_, mounts_);
        snapshot_.targets.insert(snapshot_.targets.end(), chosen.processes.begin(), chosen.processes.end());
        for (const Chosen::Daemon& daemon : chosen.daemons) {
            snapshot_.targets.push_back(daemon.pid);
            ends_of_daemons_.emplace(daemon.pid, std::set<Fd>(daemon.ends.begin(), daemon.ends.end()));
            if (daemon.retries_lock) retriers_.push_back(daemon.pid);
        }
    }
    index_.emplace(snapshot_.processes);
    detailed_.assign(snapshot_.processes.size(), false);
    const Positions inner = process_tree(snapshot_.processes, *index_, snapshot_.targets);
    if (!scope.all_descriptors) read_descriptors_of(inner);
    for (const Process& process : snapshot_.processes) holders_.add(process);

    read_mounts(inner);
    read_details(inner, scope.kernel_stacks);
    read_sockets(inner);
    read_sockets_of_peers(inner);
    follow_forwarders(inner);
    find_lock_owners(inner);
    const bool locks_known = read_locks_waited_for(inner);
    fuse_servers_ = find_fuse_servers(proc_, snapshot_.processes, scratch_);
    bind_tracers_and_servers();
    bind_fanotify();
    bind_fault_handlers();
    bind_lock_owners();
    bind_lock_holders(inner);
    const auto whole = [&] {
        return related_processes({snapshot_.processes, *index_, holders_, sockets_, bound_, ends_of_daemons_}, inner);
    };
    Positions all = whole();
    read_mounts(all);
    read_details(all, scope.kernel_stacks);
    if (!locks_known && read_locks_waited_for(all)) {
        all = whole();
        read_details(all, scope.kernel_stacks);
    }
    const std::size_t known_holders = lock_holders_.size();
    bind_lock_holders(all);
    if (lock_holders_.size() != known_holders) {
        all = whole();
        read_details(all, scope.kernel_stacks);
    }
    name_faulting_files(all);
    read_sockets(all);
    bind_sockets();
    if (interrupted()) return was_interrupted();

    add_facts_of_sockets();
    add_ends(all);
    list_pipes(all);
    list_sockets(all);
    list_locks(all);
    list_cgroups(all);
    list_mount_holders();
    list_mounts(all);  // the tables are given away
    list_block_devices();
    snapshot_.read_errors = errors_.texts();
    return std::move(snapshot_);
}

namespace {

/// What one worker has read: its share of the process table.
struct Share {
    std::vector<TableRow> rows;
    ReadErrors errors;
};

/// `seen` is called with each process, `interrupted` asked before.
void read_share(const ProcDirectory& proc, std::span<const std::int32_t> pids, HostProcesses& at_once,
                const std::function<bool()>& interrupted, const std::function<void()>& seen, Share& share) {
    std::string scratch;
    for (const std::int32_t pid : pids) {
        if (interrupted && interrupted()) return;
        if (seen) seen();
        auto row = at_once.take(proc, Pid{pid});
        if (!row)
            if (const auto directory = proc.directory(pid)) row = read_table_row(*directory, scratch, share.errors);
        if (row) share.rows.push_back(std::move(*row));
    }
    read_programs(proc, share.rows, scratch, share.errors);
}

void read_again(const ProcDirectory& proc, Share& share, const std::set<Pid>& outdated) {
    std::vector<TableRow> again;
    std::string scratch;
    std::erase_if(share.rows, [&](const TableRow& row) {
        if (!outdated.contains(row.process.pid)) return false;
        const auto directory = proc.directory(row.process.pid.value);
        if (auto fresh = directory ? read_table_row(*directory, scratch, share.errors) : std::nullopt) again.push_back(std::move(*fresh));
        return true;
    });
    read_programs(proc, again, scratch, share.errors);
    std::ranges::move(again, std::back_inserter(share.rows));
}

/// Whose descriptors are to be read, and what is known of them already.
struct Asked {
    TableRow* row;
    std::optional<HostDescriptors::Table> known;
};

/// What one worker has read of descriptors.
struct DescriptorShare {
    MountTables mounts;
    ReadErrors errors;
};

void read_descriptors_aside(const ProcDirectory& proc, std::span<Asked> asked, const std::function<bool()>& interrupted,
                            DescriptorShare& share) {
    constexpr std::size_t most_in_all = 500'000, few = 1024;  ///< then only of those that have few all are read
    std::vector<const Process*> with_mounts;
    for (const Asked& one : asked)
        if (!one.known || !one.known->unfinished.empty()) with_mounts.push_back(&one.row->process);
    share.mounts.read(proc, with_mounts);
    std::size_t read = 0;
    std::string scratch;
    for (Asked& one : asked) {
        if (interrupted && interrupted()) return;
        const bool added = one.known && add_descriptors(proc, *one.row, std::move(one.known->entries), one.known->unfinished, share.mounts,
                                                        scratch, share.errors);
        const auto directory = added ? std::nullopt : directory_of(proc, one.row->process, scratch);
        if (directory)
            add_descriptors(*directory, *one.row, share.mounts, scratch, share.errors, read < most_in_all ? most_descriptors : few);
        read += one.row->process.fds.size();
    }
}

template <typename T>
std::span<T> part(std::span<T> whole, std::size_t number, std::size_t parts) {
    const std::size_t first = whole.size() * number / parts, last = whole.size() * (number + 1) / parts;
    return whole.subspan(first, last - first);
}

}  // namespace

void Collector::read_table(const std::vector<std::int32_t>& pids, bool descriptors) {
    // Each read is a walk in the kernel, and processes do not depend on each other: as many readers as there are CPUs.
    constexpr std::size_t worth_a_part = 64, parts_a_worker = 4;
    std::vector<Share> shares(
        std::clamp<std::size_t>(pids.size() / worth_a_part, 1, workers_for(pids.size(), worth_a_part) * parts_a_worker));
    std::atomic<std::uint64_t> done = 0;
    std::function<void()> seen;
    if (tell_work_) seen = [&] { tell_work_({.what = "looking at processes", .done = ++done, .of = pids.size()}); };
    HostProcesses processes = HostProcesses::read(proc_, interrupted_);
    // Who they are is read first: what a program has open is its own, not what it was executed with.
    HostDescriptors at_once;
    in_parallel(shares.size() + 1, 1, [&](std::size_t at) {
        if (at < shares.size())
            read_share(proc_, part(std::span(pids), at, shares.size()), processes, interrupted_, seen, shares[at]);
        else if (descriptors)
            at_once = HostDescriptors::read(interrupted_);
    });
    const std::set<Pid> outdated = processes.outdated(interrupted_);
    for (Share& share : shares) read_again(proc_, share, outdated);
    std::vector<TableRow*> rows;
    for (Share& share : shares)
        for (TableRow& row : share.rows) rows.push_back(&row);
    if (descriptors) read_all_descriptors(rows, std::move(at_once));

    snapshot_.processes.reserve(rows.size());
    for (TableRow* row : rows) {
        snapshot_.processes.push_back(std::move(row->process));
        kernel_threads_.push_back(row->kernel_thread);
        leaders_gone_.push_back(row->leader_gone);
    }
    for (const Share& share : shares) errors_.merge(share.errors);
}

void Collector::read_all_descriptors(std::span<TableRow* const> rows, HostDescriptors at_once) {
    std::vector<Asked> asked;
    for (TableRow* row : rows) {
        Process& process = row->process;
        if (process.pid.value == self_) continue;
        process.fds_known = row->kernel_thread || process.state == ProcessState::zombie;
        if (process.fds_known) continue;
        asked.push_back({row, row->leader_gone ? std::nullopt : at_once.take(process)});
    }
    constexpr std::size_t worth_a_thread = 64;
    std::vector<DescriptorShare> shares(workers_for(asked.size(), worth_a_thread));
    in_parallel(shares.size(), 1, [&](std::size_t at) {
        read_descriptors_aside(proc_, part(std::span(asked), at, shares.size()), interrupted_, shares[at]);
    });
    for (DescriptorShare& share : shares) {
        mounts_.merge(std::move(share.mounts));
        errors_.merge(share.errors);
    }
}

const MountTables::Table* Collector::mounts_of(const Process& process) {
    const Inode home = process.ns.mnt;
    const auto ask = [&](const Process& who) {
        const auto directory = directory_of(proc_, who, scratch_);
        if (!directory || !mounts_.of(*directory, who, errors_).mounts.empty()) return;
        // Its first thread may have exited before the others.
        if (const auto thread = living_thread(*directory, scratch_)) mounts_.of(*thread, who, errors_);
    };
    if (!mounts_.find(home)) ask(process);
    // Where it is gone, another process of its namespace tells.
    for (const Process& other : snapshot_.processes) {
        if (!home || mounts_.find(home)) break;
        if (other.ns.mnt == home && other.pid != process.pid && other.state != ProcessState::zombie) ask(other);
    }
    return mounts_.find(home);
}

void Collector::read_mounts(const Positions& processes) {
    std::vector<const Process*> asked;
    for (const std::size_t position : processes)
        if (!kernel_threads_[position]) asked.push_back(&snapshot_.processes[position]);
    mounts_.read(proc_, asked);
}

void Collector::read_descriptors_of(const Positions& processes) {
    for (const std::size_t position : processes) {
        const auto directory = proc_.directory(snapshot_.processes[position].pid.value);
        if (!directory || snapshot_.processes[position].pid.value == self_) continue;
        TableRow row{std::move(snapshot_.processes[position]), kernel_threads_[position], leaders_gone_[position]};
        add_descriptors(*directory, row, mounts_, scratch_, errors_);
        snapshot_.processes[position] = std::move(row.process);
    }
}

void Collector::read_details(const Positions& processes, bool kernel_stacks) {
    Positions wanted;
    for (const std::size_t position : processes) {
        const bool is_kernels = kernel_threads_[position] && !lock_holders_.contains(position);
        if (detailed_[position] || is_kernels || snapshot_.processes[position].pid.value == self_) continue;
        detailed_[position] = true;
        wanted.push_back(position);
    }
    constexpr std::size_t worth_a_thread = 8, worth_all = 32;
    HostThreads all;
    std::set<Pid> pids;
    if (wanted.size() >= worth_all) {
        for (const std::size_t position : wanted) pids.insert(snapshot_.processes[position].pid);
        all.read(pids, interrupted_);
    }
    std::vector<ReadErrors> errors(wanted.size());
    std::atomic<std::uint64_t> done = 0;
    in_parallel(wanted.size(), worth_a_thread, [&](std::size_t at) {
        if (interrupted()) return;
        if (tell_work_) tell_work_({.what = "looking closely at processes", .done = ++done, .of = wanted.size()});
        read_details_of(wanted[at], kernel_stacks, all, errors[at]);
    });
    if (!pids.empty()) read_moved_again(wanted, kernel_stacks, errors);
    for (const ReadErrors& each : errors) errors_.merge(each);
}

/// Between the look at all threads and that at their memory some time has passed.
void Collector::read_moved_again(const Positions& processes, bool kernel_stacks, std::vector<ReadErrors>& errors) {
    std::unordered_map<Tid, std::uint64_t> switches;
    for (const std::size_t position : processes)
        for (const Thread& thread : snapshot_.processes[position].threads)
            if (thread.futex || !thread.polled.empty() || !thread.path_argument.empty())
                switches.emplace(thread.tid, thread.first.context_switches);
    const std::set<Pid> moved = who_has_moved(switches, interrupted_);
    HostThreads nobody;
    for (std::size_t i = 0; i < processes.size(); ++i)
        if (moved.contains(snapshot_.processes[processes[i]].pid)) read_details_of(processes[i], kernel_stacks, nobody, errors[i]);
}

void Collector::read_details_of(std::size_t position, bool kernel_stacks, HostThreads& all, ReadErrors& errors) {
    Process& process = snapshot_.processes[position];
    std::string scratch;
    const auto directory = directory_of(proc_, process, scratch);
    if (!directory) return;
    process.threads = read_threads(*directory, process.pid, {.kernel_stacks = kernel_stacks}, scratch, errors, all.take(process));
    if (kernel_threads_[position])
        for (Thread& thread : process.threads) thread.syscall = -1;  // /proc shows them in call 0
    read_accounts(*directory, process, scratch);
    const auto thread = leaders_gone_[position] ? living_thread(*directory, scratch) : std::nullopt;
    if (const auto fdinfo = (thread ? *thread : *directory).directory("fdinfo"))
        for (FdEntry& entry : process.fds)
            if (fdinfo_tells(entry.target)) add_fdinfo(*fdinfo, process.pid, entry.fd, entry.target, scratch);
    add_ring_requests(*directory, process);
    name_interest(process.fds);
}

void Collector::read_sockets(const Positions& processes) {
    if (visited_.empty()) {
        const auto self = proc_.link("self/ns/net");
        const Inode own{self ? bracketed_number(*self, "net:[").value_or(0) : 0};
        visited_.insert(own);
        for (std::string& gap : dump_sockets(sockets_, own)) errors_.add(std::move(gap));
    }
    // Most containers have a namespace of their own, and many no socket in it.
    std::set<Inode> with_sockets;
    for (const Process& process : snapshot_.processes) {
        const auto is_one = [](const FdEntry& entry) { return is_socket(entry.target.kind); };
        if (!process.fds_known || std::ranges::any_of(process.fds, is_one)) with_sockets.insert(process.ns.net);
    }
    const auto visit = [&](auto is_wanted) {
        std::vector<NetworkNamespace> to_visit;
        for (const std::size_t position : processes) {
            const Process& process = snapshot_.processes[position];
            if (!process.ns.net || process.state == ProcessState::zombie || !is_wanted(process.ns.net)) continue;
            if (visited_.insert(process.ns.net).second) to_visit.push_back({process.pid, process.ns.net});
        }
        for (std::string& gap : dump_sockets_of(to_visit, sockets_)) errors_.add(std::move(gap));
    };
    visit([&](Inode network) { return with_sockets.contains(network); });
    // A socket is of the namespace that it was made in, whoever has it now.
    const auto has_unknown = [&](std::size_t position) {
        return std::ranges::any_of(snapshot_.processes[position].fds, [&](const FdEntry& entry) {
            return is_socket(entry.target.kind) && sockets_.find(entry.target.inode) == nullptr;
        });
    };
    if (std::ranges::any_of(processes, has_unknown)) visit([](Inode) { return true; });
}

namespace {

bool has_open(const Process& process, const FileLock& lock) {
    return std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
        return entry.target.inode == lock.inode && (entry.target.device == lock.device || entry.target.device == 0);
    });
}

/// In fcntl or flock, that is; a futex has no file.
bool waits_in_file_lock(const Thread& thread) {
    const decoders::Waits waits = decoders::waits_of(thread.arch, thread.syscall, thread.args);
    return waits.how == decoders::WaitsFor::locks && waits.fd >= 0;
}

/// Waits for a lock of a file, as far as can be told from its call or from where it sleeps in the kernel.
bool may_wait_for_lock(const Thread& thread) {
    constexpr auto functions = std::to_array<std::string_view>({"lock_inode_wait", "fcntl_setlk", "break_lease"});
    if (thread.state != ProcessState::sleeping && thread.state != ProcessState::uninterruptible) return false;
    const auto of_locks = [&](const std::string& frame) {
        return std::ranges::any_of(functions, [&](std::string_view name) { return frame.find(name) != std::string::npos; });
    };
    return waits_in_file_lock(thread) || of_locks(thread.wchan) || std::ranges::any_of(thread.kernel_stack, of_locks);
}

/// A waiter for an open file description's lock has no pid in /proc/locks: it is known by the call that it sleeps in.
bool waits_for_lock(const Process& process, const FileLock& lock) {
    return std::ranges::any_of(process.threads, [&](const Thread& thread) {
        if (thread.state != ProcessState::sleeping || !waits_in_file_lock(thread)) return false;
        const Fd fd{static_cast<std::int32_t>(thread.args[0])};
        const auto entry = std::ranges::find(process.fds, fd, &FdEntry::fd);
        return entry != process.fds.end() && entry->target.inode == lock.inode;
    });
}

}  // namespace

bool Collector::read_locks_waited_for(const Positions& processes) {
    // A plugin may try one again and again, so that no thread of it is seen to wait.
    const bool waited_for = std::ranges::any_of(processes, [&](std::size_t position) {
        const Process& process = snapshot_.processes[position];
        return process.role.role == ProcessRole::plugin || std::ranges::any_of(process.threads, may_wait_for_lock);
    });
    if (waited_for || !retriers_.empty()) read_locks();
    return waited_for || !retriers_.empty();
}

void Collector::read_locks() {
    if (const auto text = proc_.read_records("locks", scratch_)) locks_ = parse_locks(*text);
    // The lock of an open file description has no process, and a flock outlives the one that took it: whoever has the file
    // open and does not wait holds it.
    for (const Pid retrier : retriers_)
        for (FileLock& lock : locks_)
            if (lock.holder != retrier && has_open(snapshot_.processes[*index_->find(retrier)], lock)) lock.waiters.push_back(retrier);
    for (FileLock& lock : locks_) {
        if (std::erase_if(lock.waiters, [](Pid waiter) { return waiter.value <= 0; }) != 0)
            for (const Process& process : snapshot_.processes)
                if (waits_for_lock(process, lock)) lock.waiters.push_back(process.pid);
        if (lock.holder.value > 0 && index_->find(lock.holder)) continue;
        if (lock.waiters.empty()) continue;
        for (const Process& process : snapshot_.processes) {
            if (std::ranges::find(lock.waiters, process.pid) != lock.waiters.end()) continue;
            if (has_open(process, lock)) {
                lock.holder = process.pid;
                break;
            }
        }
    }
    for (const FileLock& lock : locks_)
        for (const Pid waiter : lock.waiters) bind(waiter, lock.holder);
}

void Collector::bind(Pid from, Pid to) {
    if (to.value > 0 && from != to) bound_[from].push_back(to);
}

void Collector::bind_tracers_and_servers() {
    // Each mount is looked at once, however many processes there are.
    std::unordered_map<Inode, std::vector<Pid>> servers;
    const auto servers_of = [&](const Process& process) -> const std::vector<Pid>& {
        if (const auto known = servers.find(process.ns.mnt); known != servers.end()) return known->second;
        std::vector<Pid>& found = servers[process.ns.mnt];
        const auto* table = mounts_of(process);
        for (const Mount& mount : table ? table->mounts : std::vector<Mount>()) {
            if (!kernel::is_fuse(mount.type) && !kernel::is_autofs(mount.type)) continue;
            Mount served = mount;
            add_server(served, fuse_servers_, snapshot_.processes, scratch_);
            if (served.fuse_server && std::ranges::find(found, served.fuse_server) == found.end()) found.push_back(served.fuse_server);
        }
        return found;
    };
    for (const Process& process : snapshot_.processes) {
        for (const Thread& thread : process.threads) bind(process.pid, Pid{thread.tracer});
        if (process.threads.empty()) continue;
        for (const Pid server : servers_of(process)) bind(process.pid, server);
    }
    bind_named_sockets();
}

}  // namespace shimtrace::host
