// The third part of the Collector: who has the other end of a connection, and who the lock in shared memory, in whatever namespace it is.
#include "tracer/procfs/file_mappings.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/foreign_file.hpp"
#include "tracer/snapshot/collector.hpp"
#include "tracer/snapshot/socket_ends.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/user_lock.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace shimtrace::host {

void Collector::bind_sockets() {
    if (sockets_.size() == bound_sockets_) return;
    bound_sockets_ = sockets_.size();
    bind_inet_ends(sockets_, address_owners_);
}

void Collector::read_sockets_of_peers(const Positions& processes) {
    bind_sockets();
    std::set<std::string> addresses;
    for (const std::size_t position : processes)
        for (const FdEntry& entry : snapshot_.processes[position].fds) {
            const KnownSocket* socket = is_socket(entry.target.kind) ? sockets_.find(entry.target.inode) : nullptr;
            if (!socket || socket->kind != OpenFileKind::inet_socket || socket->facts.remote.empty() || socket->facts.peer_inode) continue;
            if (std::string host = host_of(socket->facts.remote); !is_loopback(host)) addresses.insert(std::move(host));
        }
    if (addresses.empty()) return;
    std::vector<NetworkNamespace> everywhere;
    std::set<Inode> listed;
    for (const Process& process : snapshot_.processes)
        if (process.ns.net && process.state != ProcessState::zombie && listed.insert(process.ns.net).second)
            everywhere.push_back({process.pid, process.ns.net});
    OwnersFound found = find_address_owners({addresses.begin(), addresses.end()}, everywhere);
    if (found.unanswered) errors_.add("whose addresses the other ends of connections have: not told by all network namespaces");
    address_owners_ = std::move(found.owners);
    std::vector<NetworkNamespace> owning;
    for (const NetworkNamespace& one : everywhere) {
        const bool owns = std::ranges::any_of(address_owners_, [&](const auto& owner) { return owner.second == one.inode; });
        if (owns && visited_.insert(one.inode).second) owning.push_back(one);
    }
    for (std::string& gap : dump_sockets_of(owning, sockets_)) errors_.add(std::move(gap));
    bound_sockets_ = 0;  // who owns which address tells more of those that were known before, too
    bind_sockets();
}

void Collector::bind_named_sockets() {
    // Each socket is looked at once, however many threads name one.
    std::map<std::pair<std::uint64_t, std::uint64_t>, Inode> by_file;
    std::unordered_map<std::string_view, Inode> by_name;
    for (const auto& [inode, socket] : sockets_) {
        const bool takes = socket.facts.state == "LISTEN" || socket.facts.type == SOCK_DGRAM;
        if (socket.kind != OpenFileKind::unix_socket || !takes || socket.facts.local.empty()) continue;
        by_name.emplace(socket.facts.local, Inode{inode});
        if (socket.file) by_file.emplace(std::pair{socket.file_device, socket.file.value}, Inode{inode});
    }
    std::size_t questions = 0;
    const auto find_named = [&](Pid pid, const std::string& name) -> Inode {
        constexpr std::size_t most_questions = 64;
        // The name is one in its own root, and the server may have bound another: the file is what tells.
        if (name.starts_with('/') && questions < most_questions) {
            ++questions;
            if (const auto file = status_of_foreign(pid, {.path = name, .in_root = true})) {
                const auto found = by_file.find({file->st_dev, file->st_ino});
                return found == by_file.end() ? Inode{} : found->second;
            }
        }
        const auto found = by_name.find(name);
        return found == by_name.end() ? Inode{} : found->second;
    };
    for (const Process& process : snapshot_.processes)
        for (const Thread& thread : process.threads) {
            const decoders::Waits waits = decoders::waits_of(thread.arch, thread.syscall, thread.args);
            const bool by_address = waits.how == decoders::WaitsFor::connects || waits.how == decoders::WaitsFor::writes;
            if (!by_address || waits.fd < 0 || thread.path_argument.empty()) continue;
            const Inode server = find_named(process.pid, thread.path_argument);
            if (!server) continue;
            const Fd fd{static_cast<std::int32_t>(thread.args[static_cast<std::size_t>(waits.fd)])};
            const auto own = std::ranges::find(process.fds, fd, &FdEntry::fd);
            KnownSocket* client = own == process.fds.end() ? nullptr : sockets_.find(own->target.inode);
            if (client && !client->facts.peer_inode) client->facts.peer_inode = server;
            for (const Holder& holder : holders_.of_socket(server)) bind(process.pid, holder.pid);
        }
}

namespace {

/// The lock that a thread waits for, where others may have it in their memory too.
std::optional<decoders::UserLock> shared_lock(const Thread& thread) {
    if (!thread.futex || !decoders::is_shared_futex(thread.args)) return std::nullopt;
    return decoders::user_lock(*thread.futex, thread.args);
}

}  // namespace

void Collector::find_lock_owners(const Positions& processes) {
    constexpr Nanoseconds enough = std::chrono::milliseconds(100);
    const MonotonicTime end = monotonic_now() + enough;
    const auto maps_of = [&](const Process& process) -> std::string {
        const auto directory = proc_.directory(process.pid.value);
        if (!directory) return {};
        return read_in_time(*directory, process.pid, {.name = "maps", .most = std::size_t{1} << 22, .records = true}).value_or("");
    };
    for (const std::size_t position : processes) {
        std::string own_maps;
        for (Thread& thread : snapshot_.processes[position].threads) {
            const auto lock = shared_lock(thread);
            if (!lock) continue;
            const Process& waiter = snapshot_.processes[position];
            if (own_maps.empty()) own_maps = maps_of(waiter);
            const auto mapping = mapping_at(own_maps, RemoteAddress{thread.args[0]});
            if (!mapping || !mapping->shared || !mapping->inode) continue;
            FutexMemory& futex = *thread.futex;
            futex.shared = true;
            futex.device = mapping->device;
            futex.inode = mapping->inode;
            futex.path = mapping->path;
            // Who is called by that number in its own namespace is asked first; where none of those has it, everybody.
            const auto may_be_owner = [&](const Process& other) { return !other.ns_pids.empty() && other.ns_pids.back() == lock->owner; };
            const auto ask = [&](bool likely) {
                for (std::size_t i = 0; i < snapshot_.processes.size(); ++i) {
                    const Process& other = snapshot_.processes[i];
                    if (other.pid == waiter.pid || kernel_threads_[i] || other.state == ProcessState::zombie ||
                        may_be_owner(other) != likely)
                        continue;
                    if (monotonic_now() > end) return false;
                    if (maps_file(maps_of(other), futex.device, futex.inode)) futex.mapped_by.push_back(other.pid);
                }
                return true;
            };
            futex.mappings_known = ask(true) && (!futex.mapped_by.empty() || ask(false));
            for (const Pid pid : futex.mapped_by) bind(waiter.pid, pid);
        }
    }
}

}  // namespace shimtrace::host
