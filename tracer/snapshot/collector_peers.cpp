// A part of the Collector: who has the other end of a connection, and who the lock in shared memory, in whatever namespace it is.
#include "tracer/procfs/file_mappings.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/foreign_file.hpp"
#include "tracer/snapshot/collector.hpp"
#include "tracer/snapshot/socket_ends.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/user_lock.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <span>
#include <tuple>
#include <unordered_map>

namespace shimtrace::host {

void Collector::bind_sockets() {
    if (sockets_.size() == bound_sockets_) return;
    bound_sockets_ = sockets_.size();
    bind_inet_ends(sockets_, address_owners_);
    bind_passed_on();
}

/// Where the other end of a connection is not found by its address, that may be another's name for it: in this namespace, or in the one of
/// the process.
void Collector::take_translations_of(const Positions& processes) {
    constexpr std::size_t most_text = std::size_t{4} << 20, most_namespaces = 32;
    std::set<Inode> asked;
    std::vector<std::string> paths;
    for (const std::size_t position : processes) {
        const Process& process = snapshot_.processes[position];
        const bool lost = std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
            const KnownSocket* socket = is_socket(entry.target.kind) ? sockets_.find(entry.target.inode) : nullptr;
            return socket && socket->kind == OpenFileKind::inet_socket && !socket->facts.remote.empty() && !socket->facts.peer_inode;
        });
        if (!lost) continue;
        if (paths.empty()) paths.emplace_back("net/nf_conntrack");
        if (asked.insert(process.ns.net).second && paths.size() < most_namespaces)
            paths.push_back(std::to_string(process.pid.value) + "/net/nf_conntrack");
    }
    std::vector<Translation> all;
    for (const std::string& path : paths)
        if (const auto text = proc_.read_records(path.c_str(), scratch_, most_text)) {
            const bool whole = text->size() < most_text;
            // The last line of a part may end in the midst of a port.
            const std::string_view lines = whole ? *text : std::string_view(*text).substr(0, text->rfind('\n') + 1);
            if (!whole) errors_.add("whose connections have other addresses: not all of " + path + " was read");
            for (Translation& one : parse_translations(lines)) all.push_back(std::move(one));
        }
    if (all.empty()) return;
    take_translations(sockets_, all);
    bound_sockets_ = 0;
    bind_sockets();
}

void Collector::read_sockets_of_peers(const Positions& processes) {
    bind_sockets();
    take_translations_of(processes);
    std::set<std::string> addresses;
    for (const std::size_t position : processes)
        for (const FdEntry& entry : snapshot_.processes[position].fds) {
            const KnownSocket* socket = is_socket(entry.target.kind) ? sockets_.find(entry.target.inode) : nullptr;
            if (!socket || socket->kind != OpenFileKind::inet_socket || socket->facts.remote.empty() || socket->facts.peer_inode) continue;
            const std::string& remote = socket->facts.stands_for.empty() ? socket->facts.remote : socket->facts.stands_for;
            if (std::string host = host_of(remote); !is_loopback(host)) addresses.insert(std::move(host));
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

/// Who names a socket's file that no known socket is bound to: its server is in a network namespace that was not looked at.
void Collector::read_sockets_named() {
    const bool names_one = std::ranges::any_of(snapshot_.processes, [&](const Process& process) {
        return std::ranges::any_of(process.threads, [&](const Thread& thread) {
            const decoders::Waits waits = decoders::waits_of(thread.arch, thread.syscall, thread.args);
            const bool by_address = waits.how == decoders::WaitsFor::connects || waits.how == decoders::WaitsFor::writes;
            if (!by_address || waits.fd < 0 || !thread.path_argument.starts_with('/')) return false;
            const auto own = std::ranges::find(process.fds, Fd{static_cast<std::int32_t>(thread.args[static_cast<std::size_t>(waits.fd)])},
                                               &FdEntry::fd);
            const KnownSocket* client = own == process.fds.end() ? nullptr : sockets_.find(own->target.inode);
            return client && !client->facts.peer_inode;
        });
    });
    if (!names_one) return;
    std::vector<NetworkNamespace> others;
    for (const Process& process : snapshot_.processes)
        if (process.ns.net && process.state != ProcessState::zombie && visited_.insert(process.ns.net).second)
            others.push_back({process.pid, process.ns.net});
    for (std::string& gap : dump_sockets_of(others, sockets_)) errors_.add(std::move(gap));
}

void Collector::bind_named_sockets() {
    read_sockets_named();
    // Each socket is looked at once, however many threads name one.
    std::map<std::pair<std::uint64_t, std::uint64_t>, Inode> by_file;
    std::unordered_multimap<std::string_view, Inode> by_name;
    for (const auto& [inode, socket] : sockets_) {
        const bool takes = socket.facts.state == "LISTEN" || socket.facts.type == SOCK_DGRAM;
        if (socket.kind != OpenFileKind::unix_socket || !takes || socket.facts.local.empty()) continue;
        by_name.emplace(socket.facts.local, Inode{inode});
        if (socket.file) by_file.emplace(std::pair{socket.file_device, socket.file.value}, Inode{inode});
    }
    std::size_t questions = 0;
    const auto find_named = [&](Pid pid, Inode network, const std::string& name) -> Inode {
        constexpr std::size_t most_questions = 64;
        // The name is one in its own root, and the server may have bound another: the file is what tells.
        if (name.starts_with('/') && questions < most_questions) {
            ++questions;
            if (const auto file = status_of_foreign(pid, {.path = name, .in_root = true})) {
                const auto found = by_file.find({file->st_dev, file->st_ino});
                return found == by_file.end() ? Inode{} : found->second;
            }
        }
        // By the name alone only within a network namespace, as abstract ones are: elsewhere it may be any stranger's.
        const auto [first, last] = by_name.equal_range(name);
        const auto found = std::find_if(first, last, [&](const auto& one) {
            const KnownSocket* socket = sockets_.find(one.second);
            return socket && socket->facts.network == network;
        });
        return found == last ? Inode{} : found->second;
    };
    for (const Process& process : snapshot_.processes)
        for (const Thread& thread : process.threads) {
            const decoders::Waits waits = decoders::waits_of(thread.arch, thread.syscall, thread.args);
            const bool by_address = waits.how == decoders::WaitsFor::connects || waits.how == decoders::WaitsFor::writes;
            if (!by_address || waits.fd < 0 || thread.path_argument.empty()) continue;
            const Inode server = find_named(process.pid, process.ns.net, thread.path_argument);
            if (!server) continue;
            const Fd fd{static_cast<std::int32_t>(thread.args[static_cast<std::size_t>(waits.fd)])};
            const auto own = std::ranges::find(process.fds, fd, &FdEntry::fd);
            KnownSocket* client = own == process.fds.end() ? nullptr : sockets_.find(own->target.inode);
            if (client && !client->facts.peer_inode) client->facts.peer_inode = server;
            for (const Holder& holder : holders_.of_socket(server)) bind(process.pid, holder.pid);
        }
}

namespace {

constexpr std::size_t most_maps = std::size_t{1} << 22;

/// The lock that a thread waits for, where others may have it in their memory too.
std::optional<decoders::UserLock> shared_lock(const Thread& thread) {
    if (!thread.futex || !decoders::is_shared_futex(thread.args)) return std::nullopt;
    return decoders::user_lock(*thread.futex, thread.args);
}

}  // namespace

std::vector<Pid> Collector::who_maps(const FutexMemory& memory, const Positions& processes, MonotonicTime end, bool& all) {
    constexpr std::size_t at_once = 64;
    std::vector<Pid> found;
    for (std::size_t first = 0; first < processes.size(); first += at_once) {
        if (monotonic_now() > end) {
            all = false;
            break;
        }
        const auto some = std::span(processes).subspan(first, std::min(at_once, processes.size() - first));
        std::vector<std::string> names;
        for (const std::size_t position : some) names.push_back(std::to_string(snapshot_.processes[position].pid.value) + "/maps");
        std::vector<FileWanted> wanted;
        for (const std::string& name : names) wanted.push_back({.name = name.c_str(), .most = most_maps, .records = true});
        const auto texts = read_in_time(proc_, concern_of(snapshot_.processes[some.front()].pid) + "'s mappings and others'", wanted);
        for (std::size_t i = 0; i < some.size(); ++i) {
            if (texts[i] && maps_file(*texts[i], memory.device, memory.inode)) found.push_back(snapshot_.processes[some[i]].pid);
            // Some hosts' pid 1 keeps itself to itself, from root as well; it shares no lock.
            const bool is_hidden_init = snapshot_.processes[some[i]].pid.value == 1 && !texts[i] && texts[i].error() == EACCES;
            all &= texts[i] || texts[i].error() == ENOENT || texts[i].error() == ESRCH || is_hidden_init;
        }
    }
    return found;
}

void Collector::find_lock_owners(const Positions& processes) {
    constexpr Nanoseconds enough = std::chrono::milliseconds(200);
    const MonotonicTime end = monotonic_now() + enough;
    std::map<std::tuple<std::uint64_t, Inode, std::int32_t>, FutexMemory> told;  // by file and owner: many may wait for one lock
    for (const std::size_t position : processes) {
        std::string own_maps;
        for (Thread& thread : snapshot_.processes[position].threads) {
            const auto lock = shared_lock(thread);
            const Process& waiter = snapshot_.processes[position];
            if (!lock) continue;
            if (own_maps.empty())
                if (const auto directory = proc_.directory(waiter.pid.value))
                    own_maps = read_in_time(*directory, waiter.pid, {.name = "maps", .most = most_maps, .records = true}).value_or("");
            const auto mapping = mapping_at(own_maps, RemoteAddress{thread.args[0]});
            if (!mapping || !mapping->shared || !mapping->inode) continue;
            FutexMemory& futex = *thread.futex;
            futex.shared = true;
            futex.device = mapping->device;
            futex.inode = mapping->inode;
            futex.path = mapping->path;
            const auto [known, fresh] = told.try_emplace({futex.device, futex.inode, lock->owner}, futex);
            if (fresh) {
                // Who is called by that number in its own namespace is asked first; where none of those has it, everybody.
                Positions likely, others;
                for (std::size_t i = 0; i < snapshot_.processes.size(); ++i) {
                    const Process& other = snapshot_.processes[i];
                    if (kernel_threads_[i] || other.state == ProcessState::zombie || other.pid.value == self_) continue;
                    const bool is_called_so = !other.ns_pids.empty() && other.ns_pids.back() == lock->owner;
                    (is_called_so ? likely : others).push_back(i);
                }
                bool all = true;
                known->second.mapped_by = who_maps(futex, likely, end, all);
                if (known->second.mapped_by.empty()) known->second.mapped_by = who_maps(futex, others, end, all);
                known->second.mappings_known = all;
            }
            futex.mappings_known = known->second.mappings_known;
            for (const Pid pid : known->second.mapped_by)
                if (pid != waiter.pid) futex.mapped_by.push_back(pid);
            for (const Pid pid : futex.mapped_by) bind(waiter.pid, pid);
        }
    }
}

}  // namespace shimtrace::host
