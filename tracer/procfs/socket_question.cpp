#include "tracer/procfs/socket_question.hpp"

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/duplicate.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

// Some versions of these lack what sys/socket.h defines.
#include <linux/netlink.h>
#include <linux/vm_sockets.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace shimtrace::host {
namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);
};

std::string address_text(const Address& address) {
    const auto family = address.storage.ss_family;
    if (family == AF_UNIX) {
        constexpr std::size_t header = offsetof(sockaddr_un, sun_path);
        if (address.length <= header) return {};
        const char* path = reinterpret_cast<const char*>(&address.storage) + header;
        return unix_address({path, std::min<std::size_t>(address.length, sizeof(sockaddr_un)) - header});
    }
    if (family == AF_INET) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(&address.storage);
        return inet_address(family, &in->sin_addr, in->sin_port);
    }
    if (family == AF_INET6) {
        const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
        return inet_address(family, &in6->sin6_addr, in6->sin6_port);
    }
    if (family == AF_VSOCK) {
        const auto* vm = reinterpret_cast<const sockaddr_vm*>(&address.storage);
        return std::to_string(vm->svm_cid) + ":" + std::to_string(vm->svm_port);
    }
    return {};
}

std::optional<int> option(int socket, int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    return ::getsockopt(socket, level, name, &value, &length) == 0 ? std::optional(value) : std::nullopt;
}

std::string state_of(int socket, OpenFileKind kind, bool connected) {
    if (option(socket, SOL_SOCKET, SO_ACCEPTCONN).value_or(0)) return "LISTEN";
    tcp_info info{};
    socklen_t length = sizeof info;
    if (kind == OpenFileKind::inet_socket && ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0)
        return socket_state_name(info.tcpi_state);
    return kind == OpenFileKind::netlink_socket || kind == OpenFileKind::packet_socket ? "" : connected ? "ESTABLISHED" : "CLOSE";
}

void ask_duplicate(int socket, KnownSocket& known) {
    SocketFacts& facts = known.facts;
    Address local, remote;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&local.storage), &local.length) == 0) facts.local = address_text(local);
    const bool connected = ::getpeername(socket, reinterpret_cast<sockaddr*>(&remote.storage), &remote.length) == 0;
    if (connected) facts.remote = address_text(remote);
    facts.state = state_of(socket, known.kind, connected);
    if (known.kind == OpenFileKind::netlink_socket) {
        facts.netlink_port = reinterpret_cast<const sockaddr_nl*>(&local.storage)->nl_pid;
        facts.netlink_family = netlink_family_name(option(socket, SOL_SOCKET, SO_PROTOCOL).value_or(-1));
        facts.remote.clear();
    }
}

struct SocketAsked {
    Pid pid;
    Fd fd;
    Inode inode;
    OpenFileKind kind{};
};

void put(std::string& bytes, std::string_view text) {
    const std::uint64_t length = text.size();
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length).append(text);
}

std::string take(std::string_view& bytes) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) return {};
    std::memcpy(&length, bytes.data(), sizeof length);
    std::string text(bytes.substr(sizeof length, length));
    bytes.remove_prefix(std::min(bytes.size(), sizeof length + text.size()));
    return text;
}

/// Addresses, state and netlink's names; empty: it is not that socket any more.
Parcel ask_in_place(Parcel request) {
    SocketAsked asked;
    if (request.bytes.size() != sizeof asked) return {};
    std::memcpy(&asked, request.bytes.data(), sizeof asked);
    const OwnedFd socket = duplicate(asked.pid, asked.fd);
    struct stat found;
    if (!socket || ::fstat(socket.get(), &found) != 0 || !S_ISSOCK(found.st_mode) || found.st_ino != asked.inode.value) return {};
    KnownSocket known;
    known.kind = asked.kind;
    ask_duplicate(socket.get(), known);
    Parcel reply;
    for (const std::string& text :
         {known.facts.local, known.facts.remote, known.facts.state, known.facts.netlink_family, std::to_string(known.facts.netlink_port)})
        put(reply.bytes, text);
    return reply;
}

/// A thread in the midst of a send has the socket's lock, for as long as a page of what it sends does not come (net/core/sock.c:
/// lock_sock).
constexpr Nanoseconds socket_patience = std::chrono::milliseconds(20);

}  // namespace

KnownSocket ask_socket(Pid pid, const ProcDirectory& directory, Fd fd, Inode inode) {
    KnownSocket known;
    known.facts.inode = inode;
    known.facts.protocol = socket_protocol(directory, fd);
    known.kind = kind_of_protocol(known.facts.protocol);
    const SocketAsked asked{pid, fd, inode, known.kind};
    if (const auto told = ask("socket " + std::to_string(inode.value), ask_in_place,
                              {std::string(reinterpret_cast<const char*>(&asked), sizeof asked), {}}, socket_patience);
        told && !told->bytes.empty()) {
        std::string_view rest = told->bytes;
        for (std::string* text : {&known.facts.local, &known.facts.remote, &known.facts.state, &known.facts.netlink_family})
            *text = take(rest);
        const std::string port = take(rest);
        std::from_chars(port.data(), port.data() + port.size(), known.facts.netlink_port);
    }
    if (known.kind == OpenFileKind::unix_socket) {
        // Only sock_diag tells a unix socket's peer.
        if (const auto told = ask_unix_socket(inode, pid)) {
            known.facts.peer_inode = told->facts.peer_inode;
            known.facts.state = told->facts.state;
            if (known.facts.local.empty()) known.facts.local = told->facts.local;
        }
    }
    return known;
}

}  // namespace shimtrace::host
