#include "tracer/procfs/inet_dump.hpp"

#include "tracer/procfs/owned_fd.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace shimtrace::host;

TEST_CASE("a stand-in tells of the TCP sockets of this network namespace, with their times") {
    const OwnedFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);

    inet_diag_req_v2 wanted{};
    wanted.sdiag_family = AF_INET;
    wanted.sdiag_protocol = IPPROTO_TCP;
    wanted.idiag_ext = 1U << (INET_DIAG_INFO - 1);
    wanted.idiag_states = ~0U;
    const auto told = dump_inet_in_time(wanted);
    if (!told) return;  // a kernel without inet_diag
    bool found = false;
    for (std::size_t at = 0; at + sizeof(nlmsghdr) + sizeof(inet_diag_msg) <= told->size();) {
        nlmsghdr header;
        std::memcpy(&header, told->data() + at, sizeof header);
        REQUIRE(header.nlmsg_len >= sizeof header);
        inet_diag_msg socket;
        std::memcpy(&socket, told->data() + at + sizeof header, sizeof socket);
        found |= socket.id.idiag_sport == address.sin_port;
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
    CHECK(found);
}
