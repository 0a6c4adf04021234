// The second half of the Collector: the other ends of descriptors, and the lists of objects.
#include "tracer/procfs/cgroups.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/observer.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/snapshot/collector.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace shimtrace::host {
namespace {

/// The other ends at descriptors; Pipe::holders has them all. Thousands of processes may each have thousands of pipes that all of them
/// have.
class EndsAtDescriptors {
public:
    void append(std::vector<Holder>& to, std::span<const Holder> holders) {
        constexpr std::size_t most = 64, most_in_all = std::size_t{1} << 18, few = 2;
        const std::size_t added = std::min(holders.size(), appended_ < most_in_all ? most : few);
        to.insert(to.end(), holders.begin(), holders.begin() + static_cast<std::ptrdiff_t>(added));
        appended_ += added;
    }

private:
    std::size_t appended_ = 0;
};

}  // namespace

void Collector::add_facts_of_sockets() {
    for (std::size_t position = 0; position < snapshot_.processes.size(); ++position) {
        Process& process = snapshot_.processes[position];
        std::optional<ProcDirectory> directory;
        for (FdEntry& entry : process.fds) {
            if (!is_socket(entry.target.kind)) continue;
            if (const KnownSocket* known = sockets_.find(entry.target.inode)) {
                entry.target.kind = known->kind;
                entry.target.socket = known->facts;
                continue;
            }
            if (!detailed_[position]) continue;
            // No sock_diag tells of it (another namespace, a family without one): its protocol's name is known all the same.
            if (!directory)
                if (auto opened = proc_.directory((std::to_string(process.pid.value) + "/fd").c_str())) directory = std::move(*opened);
            if (!directory) continue;
            SocketFacts facts;
            facts.protocol = socket_protocol(*directory, entry.fd);
            if (facts.protocol.empty()) continue;
            facts.inode = entry.target.inode;
            entry.target.kind = kind_of_protocol(facts.protocol);
            entry.target.socket = std::move(facts);
        }
    }
    // The peer's name is what a client's end is known by: its own has none.
    for (Process& process : snapshot_.processes)
        for (FdEntry& entry : process.fds)
            if (auto& facts = entry.target.socket; facts && facts->peer_inode && entry.target.kind == OpenFileKind::unix_socket)
                if (const KnownSocket* peer = sockets_.find(facts->peer_inode)) facts->remote = peer->facts.local;
}

void Collector::add_ends(const Positions& processes) {
    EndsAtDescriptors ends;
    for (const std::size_t position : processes)
        for (FdEntry& entry : snapshot_.processes[position].fds) {
            const auto key = object_of(entry.target);
            if (!key) continue;
            if (!is_socket(entry.target.kind)) {
                ends.append(entry.target.holders, holders_.find(other_side(*key)));
                continue;
            }
            const KnownSocket* known = sockets_.find(entry.target.inode);
            if (!known) continue;
            if (const Inode peer = known->facts.peer_inode) ends.append(entry.target.holders, holders_.of_socket(peer));
        }
}

void Collector::list_pipes(const Positions& processes) {
    std::unordered_set<ObjectKey, ObjectKeyHash> listed;
    std::vector<PipeQuestion> questions;
    for (const std::size_t position : processes)
        for (const FdEntry& entry : snapshot_.processes[position].fds) {
            if (!is_pipe(entry.target.kind)) continue;
            const auto key = object_of(entry.target);
            if (!listed.insert(*key).second) continue;
            const auto holders = holders_.find(*key);
            Pipe& pipe = snapshot_.pipes.emplace_back(Pipe{.inode = entry.target.inode, .device = entry.target.device});
            if (entry.target.kind == OpenFileKind::fifo) pipe.path = entry.target.path;
            pipe.holders.assign(holders.begin(), holders.end());
            questions.push_back({holders, &entry.target});
        }
    const auto fills = ask_pipes(questions);
    for (std::size_t i = 0; i < fills.size(); ++i) {
        if (!fills[i]) continue;
        snapshot_.pipes[i].queued = fills[i]->queued;
        snapshot_.pipes[i].capacity = fills[i]->capacity;
    }
}

void Collector::list_sockets(const Positions& processes) {
    std::set<Inode> wanted;
    for (const std::size_t position : processes)
        for (const FdEntry& entry : snapshot_.processes[position].fds)
            if (const auto& facts = entry.target.socket) {
                wanted.insert(facts->inode);
                if (facts->peer_inode) wanted.insert(facts->peer_inode);
            }
    // Listeners all: whoever waits in connect() has no descriptor of the socket that it waits for.
    for (const auto& [inode, socket] : sockets_)
        if (socket.facts.state == "LISTEN") wanted.insert(Inode{inode});
    snapshot_.sockets.reserve(wanted.size());
    for (const Inode inode : wanted)
        if (const KnownSocket* known = sockets_.find(inode)) snapshot_.sockets.push_back(known->facts);
}

void Collector::list_locks(const Positions& processes) {
    std::set<Pid> concerned;
    for (const std::size_t position : processes) concerned.insert(snapshot_.processes[position].pid);
    for (FileLock& lock : locks_) {
        const bool kept =
            concerned.contains(lock.holder) || std::ranges::any_of(lock.waiters, [&](Pid waiter) { return concerned.contains(waiter); });
        if (kept) snapshot_.locks.push_back(std::move(lock));
    }
}

void Collector::list_mounts(const Positions& processes) {
    std::set<Inode> listed;
    for (const std::size_t position : processes) {
        const Process& process = snapshot_.processes[position];
        if (!detailed_[position] || process.state == ProcessState::zombie || !listed.insert(process.ns.mnt).second || !mounts_of(process))
            continue;
        for (Mount& mount : mounts_.take(process.ns.mnt)) {
            mount.seen_from = process.pid;
            add_server(mount, fuse_servers_, snapshot_.processes, scratch_);
            snapshot_.mounts.push_back(std::move(mount));
        }
    }
    mark_frozen_mounts(processes);
}

/// A thread that sleeps in percpu_rwsem_wait under a write waits for a file system to be thawed (fs/super.c, sb_start_write).
void Collector::mark_frozen_mounts(const Positions& processes) {
    std::set<std::uint64_t> frozen;
    for (const std::size_t position : processes) {
        const Process& process = snapshot_.processes[position];
        for (const Thread& thread : process.threads) {
            const auto sleeps_in = [&](std::string_view name) {
                return std::ranges::any_of(thread.kernel_stack,
                                           [&](const SharedText& function) { return function.find(name) != std::string::npos; });
            };
            if (thread.state != ProcessState::uninterruptible || !(sleeps_in("percpu_rwsem_wait") || sleeps_in("percpu_down_read")))
                continue;
            if (!(sleeps_in("write") || sleeps_in("mnt_want") || sleeps_in("fault"))) continue;
            const auto entry = std::ranges::find(process.fds, Fd{static_cast<std::int32_t>(thread.args[0])}, &FdEntry::fd);
            if (entry != process.fds.end() && entry->target.device) frozen.insert(entry->target.device);
        }
    }
    for (Mount& mount : snapshot_.mounts) mount.frozen = frozen.contains(mount.device);
}

/// As this process has them mounted, or, where it is in a container, which has its own cgroup alone or none, as the host's processes have.
CgroupRoots Collector::cgroup_roots() {
    const auto own = proc_.read_records("self/mountinfo", scratch_, std::size_t{16} << 20);
    const CgroupRoots here = own ? find_cgroup_roots(parse_mountinfo(*own, Pid{})) : CgroupRoots{};
    const auto self = index_->find(Pid{self_});
    const NamespaceInodes ours = self ? snapshot_.processes[*self].ns : NamespaceInodes{};
    if (is_host_cgroup_namespace(ours.cgroup) && !here.freezer.empty()) return here;
    std::set<Inode> asked;
    for (const Process& process : snapshot_.processes) {
        if (!is_host_cgroup_namespace(process.ns.cgroup) || process.ns_pids.size() != 1 || !asked.insert(process.ns.mnt).second) continue;
        const auto* table = mounts_of(process);
        if (!table) continue;
        CgroupRoots roots = find_cgroup_roots(table->mounts);
        for (std::string* mount : {&roots.freezer, &roots.memory, &roots.pids, &roots.cpu})
            if (!mount->empty()) mount->insert(0, "/proc/" + std::to_string(process.pid.value) + "/root");
        if (!roots.freezer.empty() && ::access(roots.freezer.c_str(), X_OK) == 0) return roots;
    }
    return here;
}

void Collector::list_cgroups(const Positions& processes) {
    std::set<std::string> paths;
    for (const std::size_t position : processes)
        if (const std::string& path = snapshot_.processes[position].cgroup; !path.empty()) paths.insert(path);
    if (paths.empty()) return;
    snapshot_.cgroups = read_cgroups(cgroup_roots(), {paths.begin(), paths.end()}, scratch_);
    const auto pressure = [&](const char* name) {
        const auto text = proc_.read(name, scratch_);
        return text ? parse_pressure(*text) : std::nullopt;
    };
    snapshot_.pressure = {pressure("pressure/cpu"), pressure("pressure/memory"), pressure("pressure/io")};
}

}  // namespace shimtrace::host
