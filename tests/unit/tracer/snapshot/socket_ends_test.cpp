#include "tracer/snapshot/socket_ends.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

constexpr Inode host_network{1}, first_pod{2}, second_pod{3};

class Network {
public:
    explicit Network(SocketTable& table, Inode network) : table_(table) { table_.next_dump(network); }

    Network& socket(std::uint64_t inode, std::string local, std::string remote, std::string state = "ESTABLISHED",
                    std::string protocol = "TCP") {
        KnownSocket made{OpenFileKind::inet_socket, {}};
        made.facts.protocol = std::move(protocol);
        made.facts.local = std::move(local);
        made.facts.remote = std::move(remote);
        made.facts.state = std::move(state);
        made.facts.inode = Inode{inode};
        table_.add(std::move(made));
        return *this;
    }

private:
    SocketTable& table_;
};

std::uint64_t peer(const SocketTable& table, std::uint64_t inode) {
    return table.find(Inode{inode})->facts.peer_inode.value;
}

}  // namespace

TEST_CASE("an address without its port, and what is loopback") {
    CHECK(host_of("10.0.0.5:80") == "10.0.0.5");
    CHECK(host_of("[fd00::5]:80") == "fd00::5");
    CHECK(host_of("[::ffff:10.0.0.5]:80") == "10.0.0.5");
    CHECK(host_of("") == "");
    CHECK(is_loopback("127.0.0.53"));
    CHECK(is_loopback("::1"));
    CHECK_FALSE(is_loopback("12.7.0.1"));
}

TEST_CASE("both ends in one namespace, and across two") {
    SocketTable table;
    Network(table, first_pod).socket(10, "127.0.0.1:4000", "127.0.0.1:80").socket(11, "127.0.0.1:80", "127.0.0.1:4000");
    Network(table, first_pod).socket(12, "10.0.0.1:4000", "10.0.0.2:80");
    Network(table, second_pod).socket(20, "[::ffff:10.0.0.2]:80", "[::ffff:10.0.0.1]:4000", "ESTABLISHED", "TCPv6");
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 11);
    CHECK(peer(table, 11) == 10);
    CHECK(peer(table, 12) == 20);
    CHECK(peer(table, 20) == 12);
}

TEST_CASE("loopback means its own namespace; an address that two namespaces have means neither") {
    SocketTable table;
    Network(table, first_pod).socket(10, "127.0.0.1:4000", "127.0.0.1:80").socket(11, "10.0.0.1:4000", "10.0.0.2:80");
    Network(table, second_pod).socket(20, "127.0.0.1:80", "127.0.0.1:4000").socket(21, "10.0.0.2:80", "10.0.0.1:4000");
    Network(table, host_network).socket(30, "10.0.0.2:80", "10.0.0.1:4000");
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 0);
    CHECK(peer(table, 20) == 0);
    CHECK(peer(table, 11) == 0);
}

TEST_CASE("who connects, or is not accepted yet, waits for the listener of the namespace whose address it is") {
    SocketTable table;
    Network(table, first_pod).socket(10, "10.0.0.1:4000", "10.0.0.2:80", "SYN_SENT").socket(11, "10.0.0.1:4001", "10.0.0.2:80");
    Network(table, first_pod).socket(12, "0.0.0.0:80", "", "LISTEN");  // 10.0.0.2 is not its own
    Network(table, second_pod).socket(20, "0.0.0.0:80", "", "LISTEN");
    table.add_unaccepted({"TCP", "10.0.0.2:80", "10.0.0.1:4001", {}});
    bind_inet_ends(table, {{"10.0.0.2", second_pod}});
    CHECK(peer(table, 10) == 20);
    CHECK(peer(table, 11) == 20);
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 0);
}

TEST_CASE("a connection whose server has closed its end is nobody's, though one listens there still") {
    SocketTable table;
    Network(table, first_pod).socket(10, "127.0.0.1:4000", "127.0.0.1:80", "CLOSE_WAIT").socket(11, "0.0.0.0:80", "", "LISTEN");
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 0);
}

TEST_CASE("behind an address translation the peer is told by the client's address, where one alone has to do with it") {
    SocketTable table;
    Network(table, first_pod).socket(10, "10.0.0.1:4000", "10.96.0.1:443").socket(11, "10.0.0.1:4001", "10.96.0.1:443");
    Network(table, second_pod).socket(20, "10.0.0.2:8443", "10.0.0.1:4000");
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 20);
    CHECK(table.find(Inode{10})->facts.translated);
    CHECK(peer(table, 11) == 0);
}

TEST_CASE("behind an address translation a connection that is not accepted yet is the listener's") {
    SocketTable table;
    Network(table, host_network).socket(10, "172.17.0.1:34976", "172.17.0.1:8080");
    Network(table, second_pod).socket(20, "0.0.0.0:80", "", "LISTEN");
    table.add_unaccepted({"TCP", "172.17.0.3:80", "172.17.0.1:34976", second_pod});
    const std::vector<Translation> translations{{'T', "172.17.0.1:34976", "172.17.0.1:8080", "172.17.0.3:80", "172.17.0.1:34976"}};
    take_translations(table, translations);
    bind_inet_ends(table, {{"172.17.0.3", second_pod}});
    CHECK(peer(table, 10) == 20);
}

TEST_CASE("what is sent by UDP goes to whoever is bound there") {
    SocketTable table;
    Network(table, first_pod)
        .socket(10, "127.0.0.1:4000", "127.0.0.1:53", "ESTABLISHED", "UDP")
        .socket(11, "127.0.0.1:53", "", "CLOSE", "UDP");
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 11);
    CHECK(peer(table, 11) == 0);
}

TEST_CASE("where addresses are translated, the kernel's list of connections tells the other end") {
    SocketTable table;
    Network(table, host_network).socket(10, "127.0.0.1:34000", "127.0.0.1:8080");
    Network(table, first_pod).socket(20, "10.88.0.2:80", "10.88.0.1:34001");
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 0);
    const std::vector<Translation> translations{{'T', "127.0.0.1:34000", "127.0.0.1:8080", "10.88.0.2:80", "10.88.0.1:34001"}};
    take_translations(table, translations);
    bind_inet_ends(table, {});
    CHECK(peer(table, 10) == 20);
    CHECK(table.find(Inode{10})->facts.stands_for == "10.88.0.2:80");
    CHECK(peer(table, 20) == 10);
    CHECK(table.find(Inode{20})->facts.stands_for == "127.0.0.1:34000");
}
