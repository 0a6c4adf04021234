// A part of the Collector: what is behind a port that a rootless engine has published. Whoever passes on what comes there (rootlesskit,
// slirp4netns, pasta) does so into a network namespace which no address of this host leads to: its arguments name it, or it is its
// children's.
#include "tracer/procfs/foreign_file.hpp"
#include "tracer/snapshot/collector.hpp"
#include "tracer/snapshot/forwarder_arguments.hpp"
#include "tracer/snapshot/socket_ends.hpp"

#include <shimtrace/forwarders.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace shimtrace::host {

namespace {

bool is_stream(const KnownSocket& socket) {
    return socket.kind == OpenFileKind::inet_socket && socket.facts.protocol.starts_with("TCP");
}

/// The file that it runs is the one that whoever is at home in this root has by that name.
bool runs_file_of(Pid at_home, const Process& process) {
    if (!process.exe.starts_with('/')) return false;
    const auto runs = status_of_foreign(process.pid, {.path = "/proc/" + std::to_string(process.pid.value) + "/exe"});
    const auto named = status_of_foreign(at_home, {.path = process.exe, .in_root = true});
    return runs && named && runs->st_dev == named->st_dev && runs->st_ino == named->st_ino;
}

}  // namespace

/// A container can call a process by any name, with any arguments: a forwarder runs the host's file, and is in the host's pid namespace.
/// pasta makes one for itself alone.
bool Collector::is_of_host(const Process& forwarder) const {
    const auto own = index_->find(Pid{self_});
    if (!own) return false;
    const NamespaceInodes& here = snapshot_.processes[*own].ns;
    if (!here.pid || !forwarder.ns.pid) return false;
    if (forwarder.ns.pid != here.pid) {
        const bool is_alone = std::ranges::count(snapshot_.processes, forwarder.ns.pid, [](const Process& one) { return one.ns.pid; }) == 1;
        const bool may_be = names_network(forwarder.comm) == NamesNetwork::by_option_or_last && forwarder.ns_pids.size() == 2;
        if (!may_be || !is_alone || forwarder.ns.net != here.net) return false;
    }
    return runs_file_of(Pid{1}, forwarder) || runs_file_of(Pid{self_}, forwarder);
}

/// The network namespaces that a forwarder may pass on into.
std::set<Inode> Collector::networks_behind(const Process& forwarder) const {
    std::set<Inode> networks;
    if (!is_of_host(forwarder)) return networks;
    const auto add = [&](Inode network) {
        if (network && network != forwarder.ns.net) networks.insert(network);
    };
    const NetworkArgument named = network_argument(names_network(forwarder.comm), forwarder.command_line);
    if (named.pid) {
        // Who started later has got the number of another that is gone.
        const auto position = index_->find(named.pid);
        if (position && snapshot_.processes[*position].start_time <= forwarder.start_time) add(snapshot_.processes[*position].ns.net);
    } else if (!named.path.empty()) {
        const auto nsfs = status_of_foreign(Pid{self_}, {.path = "/proc/self/ns/net"});
        const auto file = status_of_foreign(forwarder.pid, {.path = named.path, .in_root = true});
        if (nsfs && file && file->st_dev == nsfs->st_dev) add(Inode{file->st_ino});
    }
    for (const Process& child : snapshot_.processes)
        if (child.parent == forwarder.pid) add(child.ns.net);
    return networks;
}

namespace {

/// The streams of some network namespaces, by where they are and by a port of theirs.
class StreamsBehind {
public:
    StreamsBehind(const SocketTable& sockets, const std::set<Inode>& networks) {
        for (const auto& [inode, socket] : sockets) {
            if (!is_stream(socket) || !networks.contains(socket.facts.network)) continue;
            const SocketFacts& facts = socket.facts;
            if (facts.state == "LISTEN")
                listeners_.emplace(Place{facts.network, port_of(facts.local)}, &facts);
            else if (!facts.remote.empty())
                connections_.emplace(Place{facts.network, port_of(facts.remote)}, &facts);
        }
        for (const UnacceptedConnection& one : sockets.unaccepted())
            if (networks.contains(one.network)) unaccepted_.emplace(Place{one.network, port_of(one.remote)}, &one);
    }

    /// The end of a connection that came from `port`; where nobody has accepted it, who listens. What went out from there itself, to a
    /// port of that number, came to no port on which somebody listens. None: there is none, or several.
    [[nodiscard]] Inode end_of(const std::set<Inode>& networks, std::string_view port) const {
        std::set<Inode> ends, waited_for;
        for (const Inode network : networks) {
            const auto [first, last] = connections_.equal_range({network, port});
            for (auto one = first; one != last; ++one)
                if (!listeners_at(network, one->second->local).empty()) ends.insert(one->second->inode);
            const auto [from, to] = unaccepted_.equal_range({network, port});
            for (auto one = from; one != to; ++one) waited_for.merge(listeners_at(network, one->second->local));
        }
        const std::set<Inode>& found = ends.empty() ? waited_for : ends;
        return found.size() == 1 ? *found.begin() : Inode{};
    }

private:
    using Place = std::pair<Inode, std::string_view>;

    [[nodiscard]] std::set<Inode> listeners_at(Inode network, std::string_view local) const {
        std::set<Inode> found;
        const auto [first, last] = listeners_.equal_range({network, port_of(local)});
        for (auto one = first; one != last; ++one) {
            const std::string host = host_of(one->second->local);
            if (host == "0.0.0.0" || host == "::" || host == host_of(local)) found.insert(one->second->inode);
        }
        return found;
    }

    std::multimap<Place, const SocketFacts*> listeners_;
    std::multimap<Place, const SocketFacts*> connections_;
    std::multimap<Place, const UnacceptedConnection*> unaccepted_;
};

}  // namespace

void Collector::follow_forwarders(const Positions& processes) {
    constexpr std::size_t most_forwarders = 16, most_connections = 256;
    struct Passed {
        Inode asks, taken;  ///< the client's end, and the forwarder's
        std::size_t forwarder;
    };
    std::vector<Passed> all;
    std::map<std::size_t, std::set<Inode>> networks;  // by the forwarder's position
    bool whole = true;
    const auto add = [&](Inode asks, Inode taken, std::size_t forwarder) {
        if (!networks.contains(forwarder)) {
            if (networks.size() == most_forwarders || interrupted()) {
                whole = false;
                return;
            }
            networks.emplace(forwarder, networks_behind(snapshot_.processes[forwarder]));
        }
        if (networks.at(forwarder).empty()) return;
        if (all.size() < most_connections)
            all.push_back({asks, taken, forwarder});
        else
            whole = false;
    };
    for (const std::size_t position : processes)
        for (const FdEntry& entry : snapshot_.processes[position].fds) {
            const KnownSocket* socket = is_socket(entry.target.kind) ? sockets_.find(entry.target.inode) : nullptr;
            if (!socket || socket->kind != OpenFileKind::inet_socket || !socket->facts.peer_inode) continue;
            for (const Holder& holder : holders_.of_socket(socket->facts.peer_inode)) {
                const auto at = index_->find(holder.pid);
                if (at && forwarding_of(snapshot_.processes[*at].comm) >= Forwarding::into_namespace)
                    add(entry.target.inode, socket->facts.peer_inode, *at);
            }
        }
    if (!whole) errors_.add("what is behind the ports that rootless engines publish: not all of them were looked at");
    if (all.empty() || interrupted()) return;
    std::set<Inode> wanted;
    for (const auto& [forwarder, behind] : networks) wanted.insert(behind.begin(), behind.end());
    Positions behind;
    for (std::size_t at = 0; at < snapshot_.processes.size(); ++at)
        if (wanted.contains(snapshot_.processes[at].ns.net)) behind.push_back(at);
    read_sockets(behind);
    const StreamsBehind streams(sockets_, wanted);
    for (const Passed& one : all) {
        // One that cannot run is to blame itself.
        const Process& forwarder = snapshot_.processes[one.forwarder];
        if (forwarding_of(forwarder.comm) != Forwarding::by_packets || forwarder.state == ProcessState::stopped ||
            forwarder.state == ProcessState::traced)
            continue;
        const KnownSocket* taken = sockets_.find(one.taken);
        const Inode end = taken && is_stream(*taken) ? streams.end_of(networks.at(one.forwarder), port_of(taken->facts.remote)) : Inode{};
        if (end) passed_on_.push_back({.asks = one.asks, .taken = one.taken, .end = end});
    }
    bound_sockets_ = 0;
    bind_sockets();
}

/// Who asks a forwarder of packets has, as it seems to both kernels, a connection with what is behind it. The forwarder's end alone gives
/// way to that: an end that is known by both its addresses stays.
void Collector::bind_passed_on() {
    for (const PassedOn& one : passed_on_) {
        KnownSocket* socket = sockets_.find(one.asks);
        const KnownSocket* other = sockets_.find(one.end);
        if (!socket || !other || socket->facts.peer_inode != one.taken) continue;
        socket->facts.peer_inode = one.end;
        socket->facts.translated = true;
        socket->facts.stands_for = other->facts.local;
    }
}

}  // namespace shimtrace::host
