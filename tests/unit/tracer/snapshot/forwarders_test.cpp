// What is believed of whoever has a forwarder's name.
#include "tests/unit/tracer/snapshot/live_child.hpp"
#include "tracer/snapshot/forwarder_arguments.hpp"
#include "tracer/snapshot/take_snapshot.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::host;
using test::eventually;
using test::LiveChild;

namespace {

NetworkArgument named(std::string_view comm, const std::vector<std::string>& words) {
    return network_argument(names_network(comm), words);
}

}  // namespace

TEST_CASE("a forwarder's network namespace is named where its program has it, and by no other word") {
    CHECK(named("slirp4netns", {"slirp4netns", "--mtu", "65520", "-r", "3", "4711", "tap0"}).pid == Pid{4711});
    const std::vector<std::string> by_path{"slirp4netns", "-c", "-r", "3", "--netns-type=path", "/run/netns/x", "tap0"};
    CHECK(named("slirp4netns", by_path).path == "/run/netns/x");
    CHECK(named("slirp4netns", {"slirp4netns", "--api-socket", "/run/api", "4711", "tap0"}).path.empty());
    CHECK(named("pasta", {"pasta", "--config-net", "--mtu", "1500", "4711"}).pid == Pid{4711});
    CHECK(named("pasta.avx2", {"pasta", "-t", "8080", "--netns", "/run/netns/x", "--quiet"}).path == "/run/netns/x");
    CHECK(named("pasta", {"pasta", "--netns=/run/netns/x"}).path == "/run/netns/x");
    CHECK_FALSE(named("pasta", {"pasta", "--config-net", "--mtu", "1500"}).pid);
    CHECK_FALSE(named("rootlesskit", {"rootlesskit", "--mtu", "1500"}).pid);
    CHECK_FALSE(named("rootlesskit", {"rootlesskit", "--mtu", "1500", "sh"}).pid);
    CHECK_FALSE(named("slirp4netns", {"slirp4netns"}).pid);
    CHECK_FALSE(named("pasta", {}).pid);
}

namespace {

int listen_at(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(fd, 1) == 0);
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port = ntohs(address.sin_port);
    return fd;
}

int connect_to(std::uint16_t port, std::uint16_t from = 0) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(from);
    if (from != 0) (void)::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    address.sin_port = htons(port);
    (void)::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    return fd;
}

}  // namespace

namespace {

/// A network namespace of its own, and in it a connection that has come from `port`.
void be_behind(std::uint16_t port) {
    if (::unshare(CLONE_NEWNET) != 0) ::_exit(1);
    const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq loopback{};
    loopback.ifr_name[0] = 'l';
    loopback.ifr_name[1] = 'o';
    loopback.ifr_flags = IFF_UP;
    if (::ioctl(any, SIOCSIFFLAGS, &loopback) != 0) ::_exit(1);
    std::uint16_t served = 0;
    const int listener = listen_at(served);
    (void)connect_to(served, port);
    (void)::accept(listener, nullptr, nullptr);
}

/// Whether a client's other end is still that of the one named pasta, whose child has in another namespace what seems to be it.
bool keeps_its_peer(int namespaces) {
    std::uint16_t served = 0, from = 0;
    const int listener = listen_at(served);
    ::close(listen_at(from));
    const auto serve = [&] {
        (void)::accept(listener, nullptr, nullptr);
        for (;;) ::pause();
    };
    const auto set_up = [&] {
        if (namespaces != 0 && ::unshare(namespaces) != 0) ::_exit(1);
        int ready[2];
        if (::pipe(ready) != 0) ::_exit(1);
        // The first child of a new pid namespace is the one that is in it.
        const pid_t inner = namespaces == 0 ? 0 : ::fork();
        if (inner == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::prctl(PR_SET_NAME, "pasta");
            if (::fork() == 0) {
                ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                ::close(listener);
                be_behind(from);
                (void)!::write(ready[1], "", 1);
                for (;;) ::pause();
            }
            if (namespaces != 0) serve();
        } else {
            ::close(listener);
        }
        char byte;
        (void)!::read(ready[0], &byte, 1);
    };
    const LiveChild pasta(set_up, [&] {
        if (namespaces == 0) serve();
        for (;;) ::pause();
    });
    const LiveChild client([&] {
        ::close(listener);
        (void)connect_to(served, from);
    });
    ::close(listener);
    bool kept = false;
    REQUIRE(eventually([&] {
        SnapshotScope scope;
        scope.detailed.push_back(Pid{client.pid()});
        const auto snapshot = take_snapshot(scope);
        REQUIRE(snapshot);
        const auto asks = std::ranges::find(snapshot->sockets, "127.0.0.1:" + std::to_string(served), &SocketFacts::remote);
        if (asks == snapshot->sockets.end()) return false;
        const auto other = std::ranges::find(snapshot->sockets, asks->peer_inode, &SocketFacts::inode);
        if (other == snapshot->sockets.end() || other->state != "ESTABLISHED") return false;
        kept = !asks->translated && other->network == asks->network;
        return true;
    }));
    return kept;
}

}  // namespace

TEST_CASE("the host's pasta passes on into its child's namespace; to a container's process of that name no peer is lost") {
    CHECK_FALSE(keeps_its_peer(0));
    CHECK(keeps_its_peer(CLONE_NEWPID));
}
