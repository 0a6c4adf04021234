// A part of the Collector: what is behind a port that a rootless engine has published. Whoever passes on what comes there (rootlesskit,
// slirp4netns, pasta) does so into a network namespace which no address of this host leads to: its arguments name it, or it is its
// children's.
#include "tracer/procfs/foreign_file.hpp"
#include "tracer/snapshot/collector.hpp"
#include "tracer/snapshot/socket_ends.hpp"

#include <shimtrace/forwarders.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace shimtrace::host {

namespace {

std::optional<Pid> as_pid(std::string_view word) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() || number <= 0) return std::nullopt;
    return Pid{number};
}

bool is_stream_in(const KnownSocket& socket, const std::set<Inode>& networks) {
    return socket.kind == OpenFileKind::inet_socket && socket.facts.protocol.starts_with("TCP") && networks.contains(socket.facts.network);
}

}  // namespace

/// The network namespaces that a forwarder may pass on into.
std::set<Inode> Collector::networks_behind(const Process& forwarder) {
    constexpr std::size_t most_words = 64;
    std::set<Inode> networks;
    const auto add = [&](Inode network) {
        if (network && network != forwarder.ns.net) networks.insert(network);
    };
    std::size_t words = 0;
    for (const std::string& word : forwarder.command_line) {
        if (++words > most_words) break;
        if (const auto pid = as_pid(word)) {
            if (const auto position = index_->find(*pid)) add(snapshot_.processes[*position].ns.net);
        } else if (word.starts_with('/')) {
            if (const auto file = status_of_foreign(forwarder.pid, {.path = word, .in_root = true})) add(Inode{file->st_ino});
        }
    }
    for (const Process& child : snapshot_.processes)
        if (child.parent == forwarder.pid) add(child.ns.net);
    return networks;
}

/// The end of a connection that came from `port`, as the kernel of one of these namespaces has it; where nobody has accepted it, who
/// listens.
Inode Collector::end_behind(const std::set<Inode>& networks, std::string_view port) const {
    Inode found;
    bool several = false;
    for (const auto& [inode, socket] : sockets_) {
        if (!is_stream_in(socket, networks) || socket.facts.remote.empty() || port_of(socket.facts.remote) != port) continue;
        several |= static_cast<bool>(found);
        found = Inode{inode};
    }
    if (found) return several ? Inode{} : found;
    for (const UnacceptedConnection& one : sockets_.unaccepted()) {
        if (!networks.contains(one.network) || port_of(one.remote) != port) continue;
        for (const auto& [inode, socket] : sockets_)
            if (is_stream_in(socket, networks) && socket.facts.state == "LISTEN" && port_of(socket.facts.local) == port_of(one.local))
                return Inode{inode};
    }
    return {};
}

void Collector::follow_forwarders(const Positions& processes) {
    struct Passed {
        Inode asks, taken;  ///< the client's end, and the forwarder's
        const Process* forwarder;
    };
    std::vector<Passed> all;
    for (const std::size_t position : processes)
        for (const FdEntry& entry : snapshot_.processes[position].fds) {
            const KnownSocket* socket = is_socket(entry.target.kind) ? sockets_.find(entry.target.inode) : nullptr;
            if (!socket || socket->kind != OpenFileKind::inet_socket || !socket->facts.peer_inode) continue;
            for (const Holder& holder : holders_.of_socket(socket->facts.peer_inode)) {
                const auto at = index_->find(holder.pid);
                if (at && forwarding_of(snapshot_.processes[*at].comm) >= Forwarding::into_namespace)
                    all.push_back({entry.target.inode, socket->facts.peer_inode, &snapshot_.processes[*at]});
            }
        }
    if (all.empty()) return;
    std::set<Inode> wanted;
    for (const Passed& one : all) wanted.merge(networks_behind(*one.forwarder));
    std::vector<NetworkNamespace> fresh;
    for (const Process& process : snapshot_.processes)
        if (wanted.contains(process.ns.net) && process.state != ProcessState::zombie && visited_.insert(process.ns.net).second)
            fresh.push_back({process.pid, process.ns.net});
    for (std::string& gap : dump_sockets_of(fresh, sockets_)) errors_.add(std::move(gap));
    for (const Passed& one : all) {
        // One that cannot run is to blame itself.
        const ProcessState state = one.forwarder->state;
        if (forwarding_of(one.forwarder->comm) != Forwarding::by_packets || state == ProcessState::stopped || state == ProcessState::traced)
            continue;
        const KnownSocket* taken = sockets_.find(one.taken);
        const Inode end = taken ? end_behind(networks_behind(*one.forwarder), port_of(taken->facts.remote)) : Inode{};
        if (end) passed_on_.emplace_back(one.asks, end);
    }
    bound_sockets_ = 0;
    bind_sockets();
}

/// Who asks a forwarder of packets has, as it seems to both kernels, a connection with what is behind it.
void Collector::bind_passed_on() {
    for (const auto& [asks, end] : passed_on_) {
        KnownSocket* socket = sockets_.find(asks);
        const KnownSocket* other = sockets_.find(end);
        if (!socket || !other) continue;
        socket->facts.peer_inode = end;
        socket->facts.translated = true;
        socket->facts.stands_for = other->facts.local;
    }
}

}  // namespace shimtrace::host
