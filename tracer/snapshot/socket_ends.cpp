#include "tracer/snapshot/socket_ends.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::host {

namespace {

/// "10.0.0.5:80" of "[::ffff:10.0.0.5]:80": the two ends may see one address in two ways.
std::string plain_address(std::string_view address) {
    constexpr std::string_view mapped = "[::ffff:";
    if (!address.starts_with(mapped) || address.find('.') == address.npos) return std::string(address);
    std::string text(address.substr(mapped.size()));
    if (const std::size_t bracket = text.find(']'); bracket != text.npos) text.erase(bracket, 1);
    return text;
}

std::string ends_key(std::string_view protocol, Inode network, std::string_view one, std::string_view other) {
    std::string text(protocol.starts_with("TCP") ? "T" : "U");
    text += std::to_string(network.value);
    for (const std::string_view part : {one, other}) (text += ' ') += part;
    return text;
}

bool is_stream(const SocketFacts& facts) {
    return facts.protocol.starts_with("TCP");
}

bool takes_part(const KnownSocket& socket) {
    return socket.kind == OpenFileKind::inet_socket && (is_stream(socket.facts) || socket.facts.protocol.starts_with("UDP"));
}

/// One socket, or a mark that several fit.
struct Only {
    Inode inode;
    bool several = false;

    void add(Inode another) {
        several |= inode && inode != another;
        inode = another;
    }
    [[nodiscard]] Inode get() const { return several ? Inode{} : inode; }
};

class Ends {
public:
    Ends(const SocketTable& sockets, const AddressOwners& owners) : owners_(owners) {
        constexpr Inode any_network;
        for (const auto& [inode, socket] : sockets) {
            const SocketFacts& facts = socket.facts;
            if (!takes_part(socket)) continue;
            const std::string local = plain_address(facts.local), remote = plain_address(facts.remote);
            const bool listens = facts.state == "LISTEN" || (!is_stream(facts) && remote.empty());
            if (listens) {
                listeners_[ends_key(facts.protocol, facts.network, local, {})].add(facts.inode);
            } else if (!remote.empty()) {
                connected_[ends_key(facts.protocol, facts.network, local, remote)].add(facts.inode);
                anywhere_[ends_key(facts.protocol, any_network, local, remote)].add(facts.inode);
                if (is_loopback(host_of(local))) continue;
                connected_[ends_key(facts.protocol, any_network, local, remote)].add(facts.inode);
                by_remote_[ends_key(facts.protocol, any_network, {}, remote)].add(facts.inode);
            }
        }
        for (const UnacceptedConnection& one : sockets.unaccepted())
            unaccepted_.insert(ends_key(one.protocol, one.network, plain_address(one.local), plain_address(one.remote)));
    }

    /// By both addresses.
    [[nodiscard]] Inode exact(const SocketFacts& facts) const {
        const std::string local = plain_address(facts.local), remote = plain_address(facts.remote);
        if (const Inode near = find(connected_, ends_key(facts.protocol, facts.network, remote, local)); near && near != facts.inode)
            return near;
        if (is_loopback(host_of(remote))) return {};
        const Inode far = find(connected_, ends_key(facts.protocol, {}, remote, local));
        return far != facts.inode ? far : Inode{};
    }

    /// By both addresses, as the other end has them where they are translated.
    [[nodiscard]] Inode behind_translation(const KnownSocket& socket) const {
        const SocketFacts& facts = socket.facts;
        if (facts.stands_for.empty()) return {};
        // In whichever namespace: a loopback address, too, is one that the kernel's list has.
        const Inode found = find(anywhere_, ends_key(facts.protocol, {}, facts.stands_for, socket.seen_as));
        if (found && found != facts.inode) return found;
        // A stream that is not accepted yet lies in the listener's queue, under the addresses that the other end knows.
        SocketFacts asked = facts;
        asked.remote = facts.stands_for;
        if (is_stream(facts)) asked.local = socket.seen_as;
        return listener(asked);
    }

    /// The one that listens where this connects to, or has a connection of it in its queue.
    [[nodiscard]] Inode listener(const SocketFacts& facts) const {
        const std::string remote = plain_address(facts.remote), host = host_of(remote);
        if (is_loopback(host)) return listener_in(facts, facts.network, remote);
        for (auto owner = owners_.lower_bound({host, Inode{}}); owner != owners_.end() && owner->first == host; ++owner)
            if (const Inode found = listener_in(facts, owner->second, remote)) return found;
        return {};
    }

    /// By this end's own address alone: what it has connected to is another's name for the peer.
    [[nodiscard]] Inode translated(const SocketFacts& facts) const {
        const std::string local = plain_address(facts.local);
        if (!is_stream(facts) || facts.state != "ESTABLISHED" || is_loopback(host_of(local))) return {};
        const Inode found = find(by_remote_, ends_key(facts.protocol, {}, {}, local));
        return found != facts.inode ? found : Inode{};
    }

private:
    using Map = std::unordered_map<std::string, Only>;

    static Inode find(const Map& map, const std::string& wanted) {
        const auto found = map.find(wanted);
        return found == map.end() ? Inode{} : found->second.get();
    }
    [[nodiscard]] Inode listener_in(const SocketFacts& facts, Inode network, const std::string& address) const {
        const bool waits =
            facts.state == "SYN_SENT" || unaccepted_.contains(ends_key(facts.protocol, network, address, plain_address(facts.local)));
        if (is_stream(facts) && !waits) return {};
        const std::string port(port_of(address));
        for (const std::string& name : {address, "0.0.0.0:" + port, "[::]:" + port})
            if (const Inode found = find(listeners_, ends_key(facts.protocol, network, name, {})); found && found != facts.inode)
                return found;
        return {};
    }

    const AddressOwners& owners_;
    Map connected_, anywhere_, by_remote_, listeners_;
    std::unordered_set<std::string> unaccepted_;
};

}  // namespace

std::string_view port_of(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    return colon == address.npos ? std::string_view() : address.substr(colon + 1);
}

std::string host_of(std::string_view address) {
    std::string text = plain_address(address);
    text.resize(std::min(text.rfind(':'), text.size()));
    if (text.starts_with('[')) text = text.substr(1, text.size() - 2);
    return text;
}

bool is_loopback(std::string_view host) {
    return host.starts_with("127.") || host == "::1";
}

void take_translations(SocketTable& sockets, std::span<const Translation> translations) {
    std::unordered_map<std::string, const Translation*> forth, back;
    const auto key = [](char protocol, const std::string& local, const std::string& remote) { return protocol + local + ' ' + remote; };
    // What namespaces with the same addresses tell differently is told by none of them.
    const auto add = [](auto& map, std::string from, const Translation& one) {
        const auto [at, fresh] = map.emplace(std::move(from), &one);
        if (!fresh && at->second && *at->second != one) at->second = nullptr;
    };
    for (const Translation& one : translations) {
        add(forth, key(one.protocol, one.from, one.to), one);
        add(back, key(one.protocol, one.answers_from, one.answers_to), one);
    }
    if (forth.empty()) return;
    for (auto& [inode, socket] : sockets) {
        SocketFacts& facts = socket.facts;
        if (!takes_part(socket) || facts.remote.empty() || facts.peer_inode) continue;
        const std::string own = key(is_stream(facts) ? 'T' : 'U', plain_address(facts.local), plain_address(facts.remote));
        if (const auto found = forth.find(own); found != forth.end() && found->second) {
            facts.stands_for = found->second->answers_from;
            socket.seen_as = found->second->answers_to;
        } else if (const auto answered = back.find(own); answered != back.end() && answered->second) {
            facts.stands_for = answered->second->from;
            socket.seen_as = answered->second->to;
        }
    }
}

void bind_inet_ends(SocketTable& sockets, const AddressOwners& owners) {
    const Ends ends(sockets, owners);
    for (auto& [inode, socket] : sockets) {
        SocketFacts& facts = socket.facts;
        if (!takes_part(socket) || facts.remote.empty() || facts.state == "LISTEN") continue;
        facts.peer_inode = ends.exact(facts);
        if (!facts.peer_inode) facts.peer_inode = ends.behind_translation(socket);
        if (!facts.peer_inode) facts.peer_inode = ends.listener(facts);
        if (facts.peer_inode) continue;
        const Inode other = ends.translated(facts);
        const KnownSocket* found = other ? sockets.find(other) : nullptr;
        if (!found || ends.exact(found->facts)) continue;
        facts.peer_inode = other;
        facts.translated = true;
    }
}

}  // namespace shimtrace::host
