// Every socket of a network namespace by its inode, from sock_diag(7).
#pragma once

#include "tracer/procfs/address_owners.hpp"

#include <shimtrace/open_file.hpp>

#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shimtrace::host {

struct KnownSocket {
    OpenFileKind kind = OpenFileKind::other_socket;
    SocketFacts facts;
    std::uint64_t file_device = 0;  ///< unix: of the file that it is bound to, which may have other names elsewhere
    Inode file;                     ///< 0: none
    std::string seen_as;            ///< where addresses are translated: what the other end takes for this one's
};

/// A connection of TCP's that a listener has not accepted yet: it has no inode, and nobody a descriptor of it.
struct UnacceptedConnection {
    std::string protocol, local, remote;
    Inode network;
};

class SocketTable {
public:
    /// nullptr: not in a namespace that was dumped, or of a family without sock_diag.
    [[nodiscard]] const KnownSocket* find(Inode inode) const {
        const auto found = by_inode_.find(inode.value);
        return found == by_inode_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] KnownSocket* find(Inode inode) {
        const auto found = by_inode_.find(inode.value);
        return found == by_inode_.end() ? nullptr : &found->second;
    }
    void next_dump(Inode network) { network_ = network; }
    void add(KnownSocket socket) {
        socket.facts.network = network_;
        by_inode_.insert_or_assign(socket.facts.inode.value, std::move(socket));
    }
    /// A client that has connected and that the listener has not accepted yet: its peer has no inode, and for as long as that is
    /// so the listener stands for it.
    void add_pending(Inode client, Inode listener) { pending_.emplace_back(client, listener); }
    void bind_pending() {
        for (const auto& [client, listener] : pending_)
            if (const auto found = by_inode_.find(client.value); found != by_inode_.end() && !found->second.facts.peer_inode)
                found->second.facts.peer_inode = listener;
        pending_.clear();
    }
    void add_unaccepted(UnacceptedConnection connection) {
        connection.network = network_;
        unaccepted_.push_back(std::move(connection));
    }
    /// Adds those of other namespaces.
    void merge(SocketTable&& other) {
        by_inode_.merge(other.by_inode_);
        unaccepted_.insert(unaccepted_.end(), std::make_move_iterator(other.unaccepted_.begin()),
                           std::make_move_iterator(other.unaccepted_.end()));
    }
    [[nodiscard]] const std::vector<UnacceptedConnection>& unaccepted() const { return unaccepted_; }
    [[nodiscard]] std::size_t size() const { return by_inode_.size(); }
    [[nodiscard]] auto begin() const { return by_inode_.begin(); }
    [[nodiscard]] auto end() const { return by_inode_.end(); }
    [[nodiscard]] auto begin() { return by_inode_.begin(); }
    [[nodiscard]] auto end() { return by_inode_.end(); }

private:
    std::unordered_map<std::uint64_t, KnownSocket> by_inode_;
    std::vector<std::pair<Inode, Inode>> pending_;
    std::vector<UnacceptedConnection> unaccepted_;
    Inode network_;
};

/// Adds all sockets of the calling thread's network namespace, whose inode is `network`. Gives the families that could not be read.
std::vector<std::string> dump_sockets(SocketTable& into, Inode network = {});

/// Adds all sockets of these network namespaces. Threads made for it enter them one by one and end; the caller's namespace stays. Gives
/// what could not be read.
std::vector<std::string> dump_sockets_of(const std::vector<NetworkNamespace>& namespaces, SocketTable& into);

/// One unix socket of the calling thread's network namespace; where it is not there, of the namespace that `process` is in.
std::optional<KnownSocket> ask_unix_socket(Inode inode, Pid process = {});

/// "ESTABLISHED": the name of a number of net/tcp_states.h.
std::string socket_state_name(unsigned state);
/// "ROUTE": NETLINK_ROUTE; the number where it has no name.
std::string netlink_family_name(int protocol);

/// A unix socket's address as it is shown: "/path", "@abstract"; empty: unnamed.
std::string unix_address(std::string_view name);
/// "127.0.0.1:80", "[::1]:80".
std::string inet_address(int family, const void* address, std::uint16_t port_in_network_order);

}  // namespace shimtrace::host
