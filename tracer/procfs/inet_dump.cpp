#include "tracer/procfs/inet_dump.hpp"

#include "tracer/procfs/stand_in.hpp"

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shimtrace::host {
namespace {

struct Message {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

enum class Answers : std::uint8_t { more, all, refused };

/// What came with one receive: whole messages.
Answers look_through(const char* bytes, std::size_t length) {
    for (std::size_t at = 0; at + sizeof(nlmsghdr) <= length;) {
        nlmsghdr header;
        std::memcpy(&header, bytes + at, sizeof header);
        if (header.nlmsg_type == NLMSG_DONE) return Answers::all;
        if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_len < sizeof header) return Answers::refused;
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
    return Answers::more;
}

std::string dump(const inet_diag_req_v2& wanted) {
    const OwnedFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    Message message{.header = {.nlmsg_len = sizeof(Message),
                               .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                               .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                               .nlmsg_seq = 0,
                               .nlmsg_pid = 0},
                    .body = wanted};
    if (!socket || ::send(socket.get(), &message, sizeof message, 0) != sizeof message) return {};
    std::string all("+");
    std::array<char, std::size_t{64} << 10> part;
    for (;;) {
        const ssize_t got = ::recv(socket.get(), part.data(), part.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return {};
        const Answers found = look_through(part.data(), static_cast<std::size_t>(got));
        if (found == Answers::refused) return {};
        all.append(part.data(), static_cast<std::size_t>(got));
        if (found == Answers::all) return all;
    }
}

/// The parcel's descriptor is the network namespace. A stand-in is forked by whoever asks first, and may be in another.
Parcel dump_there(Parcel request) {
    inet_diag_req_v2 wanted;
    if (request.bytes.size() != sizeof wanted || !request.descriptor) return {};
    std::memcpy(&wanted, request.bytes.data(), sizeof wanted);
    struct stat asked, own;
    const bool elsewhere =
        ::fstat(request.descriptor.get(), &asked) == 0 && (::stat("/proc/self/ns/net", &own) != 0 || own.st_ino != asked.st_ino);
    if (elsewhere && ::setns(request.descriptor.get(), CLONE_NEWNET) != 0) return {};
    return {dump(wanted), {}};
}

}  // namespace

std::optional<std::string> dump_inet_in_time(const inet_diag_req_v2& wanted) {
    OwnedFd network(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    struct stat found;
    if (!network || ::fstat(network.get(), &found) != 0) return std::nullopt;
    const std::string concern = "sockets of network namespace " + std::to_string(found.st_ino) + ", family " +
                                std::to_string(wanted.sdiag_family) + ", protocol " + std::to_string(wanted.sdiag_protocol);
    auto told =
        ask(concern, dump_there, {std::string(reinterpret_cast<const char*>(&wanted), sizeof wanted), std::move(network)}, usual_patience);
    if (!told || told->bytes.empty()) return std::nullopt;
    return told->bytes.substr(1);
}

}  // namespace shimtrace::host
