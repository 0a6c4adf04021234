#include "tracer/procfs/address_owners.hpp"

#include "tracer/procfs/owned_fd.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace shimtrace::host {

namespace {

struct RoutedAddress {
    std::uint8_t family = AF_UNSPEC;
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] std::size_t size() const { return family == AF_INET ? 4 : 16; }
};

std::optional<RoutedAddress> parse_address(const std::string& text) {
    RoutedAddress address;
    for (const auto family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}})
        if (::inet_pton(family, text.c_str(), address.bytes.data()) == 1) {
            address.family = family;
            return address;
        }
    return std::nullopt;
}

/// What goes to the stand-in: how many addresses, these, and the processes by which namespaces are entered. What comes back: a byte for
/// each namespace and address.
struct OwnersQuestion {
    std::uint32_t addresses = 0, processes = 0;
};
constexpr char is_own = 'o', is_foreign = '.', is_refused = '?';

/// The kind of the route to that address, as RTM_GETROUTE answers; 0: there is none.
std::uint8_t route_type(int netlink, const RoutedAddress& address) {
    struct {
        nlmsghdr header;
        rtmsg message;
        rtattr attribute;
        std::array<std::uint8_t, 16> destination;
    } request{};
    request.header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(rtmsg)) + RTA_LENGTH(address.size()));
    request.header.nlmsg_type = RTM_GETROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.message.rtm_family = address.family;
    request.message.rtm_dst_len = static_cast<std::uint8_t>(address.size() * 8);
    request.attribute.rta_type = RTA_DST;
    request.attribute.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(address.size()));
    request.destination = address.bytes;
    if (::send(netlink, &request, request.header.nlmsg_len, 0) < 0) return 0;
    alignas(nlmsghdr) std::array<char, 4096> reply;
    const ssize_t got = ::recv(netlink, reply.data(), reply.size(), 0);
    if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(rtmsg)))) return 0;
    nlmsghdr header;
    rtmsg route;
    std::memcpy(&header, reply.data(), sizeof header);
    std::memcpy(&route, reply.data() + NLMSG_HDRLEN, sizeof route);
    return header.nlmsg_type == RTM_NEWROUTE ? route.rtm_type : std::uint8_t{0};
}

/// In the calling thread's namespace.
std::string own_addresses(const std::vector<RoutedAddress>& addresses) {
    std::string found(addresses.size(), is_refused);
    const OwnedFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!netlink) return found;
    for (std::size_t i = 0; i < addresses.size(); ++i)
        found[i] = route_type(netlink.get(), addresses[i]) == RTN_LOCAL ? is_own : is_foreign;
    return found;
}

/// The stand-in goes back to its own namespace: it may be asked something else next.
Parcel ask_each(Parcel request) {
    OwnersQuestion question;
    if (request.bytes.size() < sizeof question) return {};
    std::memcpy(&question, request.bytes.data(), sizeof question);
    std::vector<RoutedAddress> addresses(question.addresses);
    std::vector<std::int32_t> processes(question.processes);
    const std::size_t for_addresses = addresses.size() * sizeof(RoutedAddress), for_processes = processes.size() * sizeof(std::int32_t);
    if (request.bytes.size() != sizeof question + for_addresses + for_processes) return {};
    std::memcpy(addresses.data(), request.bytes.data() + sizeof question, for_addresses);
    std::memcpy(processes.data(), request.bytes.data() + sizeof question + for_addresses, for_processes);

    const OwnedFd home(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!home) return {};
    Parcel reply;
    for (const std::int32_t pid : processes) {
        const OwnedFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        const bool entered = process && ::setns(process.get(), CLONE_NEWNET) == 0;
        reply.bytes += entered ? own_addresses(addresses) : std::string(addresses.size(), is_refused);
    }
    if (::setns(home.get(), CLONE_NEWNET) != 0) ::_exit(1);
    return reply;
}

}  // namespace

OwnersFound find_address_owners(const std::vector<std::string>& addresses, const std::vector<NetworkNamespace>& namespaces) {
    constexpr std::size_t most_addresses = 64, most_namespaces = 2048;
    std::vector<RoutedAddress> known;
    std::vector<std::string> names;
    for (const std::string& text : addresses)
        if (const auto address = parse_address(text); address && known.size() < most_addresses) {
            known.push_back(*address);
            names.push_back(text);
        }
    const std::size_t count = std::min(namespaces.size(), most_namespaces);
    OwnersFound found{.owners = {}, .unanswered = known.size() < addresses.size() || count < namespaces.size()};
    if (known.empty() || count == 0) return found;
    const OwnersQuestion question{static_cast<std::uint32_t>(known.size()), static_cast<std::uint32_t>(count)};
    Parcel request;
    request.bytes.append(reinterpret_cast<const char*>(&question), sizeof question);
    request.bytes.append(reinterpret_cast<const char*>(known.data()), known.size() * sizeof(RoutedAddress));
    for (std::size_t i = 0; i < count; ++i)
        request.bytes.append(reinterpret_cast<const char*>(&namespaces[i].process.value), sizeof(std::int32_t));
    const auto reply = ask("the network namespaces of this host", ask_each, std::move(request));
    if (!reply || reply->bytes.size() != count * known.size()) {
        found.unanswered = true;
        return found;
    }
    for (std::size_t i = 0; i < reply->bytes.size(); ++i) {
        if (reply->bytes[i] == is_own) found.owners.emplace(names[i % known.size()], namespaces[i / known.size()].inode);
        found.unanswered |= reply->bytes[i] == is_refused;
    }
    return found;
}

}  // namespace shimtrace::host
