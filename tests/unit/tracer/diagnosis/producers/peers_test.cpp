// What waits on a socket: whose turn it is, and that nobody is blamed for being silent.
#include "tracer/diagnosis/producers/peers.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::int64_t call_connect = call_number("connect"), call_poll = call_number("poll"), call_accept = call_number("accept"),
                   call_epoll = call_number("epoll_wait"), call_sendto = call_number("sendto");

/// A connection of TCP's: the container's, descriptor 3 and inode 7000, and that of a process of the host's, descriptor 4 and inode 7001.
struct Pair {
    Host host;
    Process& client;
    Process& server;
    SocketFacts near{.protocol = "TCP",
                     .local = "10.0.0.1:4000",
                     .remote = "10.0.0.2:80",
                     .state = "ESTABLISHED",
                     .inode = Inode{7000},
                     .peer_inode = Inode{7001}};
    SocketFacts far{.protocol = "TCP",
                    .local = "10.0.0.2:80",
                    .remote = "10.0.0.1:4000",
                    .state = "ESTABLISHED",
                    .inode = Inode{7001},
                    .peer_inode = Inode{7000}};

    Pair() : client(host.container(100, 200, "c1")), server(host.add(300, 1, "server")) {
        Host::in_call(client, call_read, 3);
        Host::in_call(server, call_nanosleep);
    }
    /// The two as they are now, and what is said then.
    Diagnosis why(std::initializer_list<std::int32_t> moved = {}) {
        const auto socket = [](Process& process, std::int32_t number, const SocketFacts& facts) {
            Host::fd(process, number, facts.protocol == "TCP" ? OpenFileKind::inet_socket : OpenFileKind::unix_socket, facts.inode.value,
                     read_write, OpenFileRole::none, "socket")
                .socket = facts;
        };
        socket(client, 3, near);
        if (near.peer_inode) client.fds.back().target.holders.push_back({.pid = server.pid, .comm = server.comm});
        if (!far.protocol.empty()) {
            socket(server, 4, far);
            host.snapshot().sockets.push_back(far);
        }
        host.snapshot().sockets.push_back(near);
        host.resample(2s, moved);
        return host.why("c1");
    }
    void unix() {
        near = {.protocol = "UNIX-STREAM",
                .remote = "/run/server",
                .state = "ESTABLISHED",
                .inode = Inode{7000},
                .peer_inode = Inode{7001},
                .type = SOCK_STREAM};
        far = {.protocol = "UNIX-STREAM",
               .local = "/run/server",
               .state = "ESTABLISHED",
               .inode = Inode{7001},
               .peer_inode = Inode{7000},
               .type = SOCK_STREAM};
    }
    void remote() {
        far = {};
        near.peer_inode = {};
    }
};

}  // namespace

TEST_CASE("who waits for a server that has answered last is well, whatever becomes of the server's threads") {
    Pair pair;
    pair.near.sent_ms_ago = 9000;
    pair.near.received_ms_ago = 8990;
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "healthy");
    CHECK(diagnosis.confidence == Confidence::likely);
    CHECK(diagnosis.summary.find("server[300]") != std::string::npos);
}

TEST_CASE("a stopped server is to blame, with or without the request read") {
    Pair pair;
    SUBCASE("unread") {
        pair.far.receive_queue = 8;
    }
    SUBCASE("read") {}
    SUBCASE("over a unix socket") {
        pair.unix();
    }
    Host::stop(pair.server);
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "peer-unresponsive");
    CHECK(diagnosis.confidence == Confidence::certain);
    CHECK(blamed(diagnosis) == std::vector{300});
    CHECK(diagnosis.culprits.front().state == ProcessState::stopped);
    CHECK(diagnosis.remedies.front().command == "kill -CONT 300");
}

TEST_CASE("the kernel's translation of addresses is not told as packets that a process passes on") {
    Pair pair;
    pair.near.remote = "10.0.0.9:8080";
    pair.near.translated = true;
    pair.near.stands_for = "10.0.0.2:80";
    pair.far.receive_queue = 8;
    bool by_packets = false;
    SUBCASE("one's own service, by an address of the host's") {}
    SUBCASE("beside a process that passes packets on") {
        pair.host.add(400, 1, "slirp4netns");
    }
    SUBCASE("the other end has another address for it, though nobody passes on") {
        pair.far.remote = "10.0.2.2:4000";
    }
    SUBCASE("it has, and a process that passes on is there") {
        pair.host.add(400, 1, "slirp4netns");
        pair.far.remote = "10.0.2.2:4000";
        by_packets = true;
    }
    Host::stop(pair.server);
    const Diagnosis diagnosis = pair.why();
    CHECK(blamed(diagnosis) == std::vector{300});
    const auto says = [&](std::string_view words) {
        return std::ranges::any_of(diagnosis.graph.edges,
                                   [&](const Edge& edge) { return edge.evidence.find(words) != edge.evidence.npos; });
    };
    CHECK(says("packet by packet") == by_packets);
    CHECK(says("translation of addresses") != by_packets);
}

TEST_CASE("a frozen server is to blame, not the cgroup of who asks") {
    Pair pair;
    pair.server.cgroup = "/other";
    pair.host.snapshot().cgroups.push_back({.path = "/other", .freezer_state = "FROZEN"});
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "peer-unresponsive");
    CHECK(blamed(diagnosis) == std::vector{300});
}

TEST_CASE("of two who have the other end one that can go on is enough") {
    Pair pair;
    Host::stop(pair.server);
    Process& worker = pair.host.add(301, 300, "worker");
    Host::in_call(worker, call_nanosleep);
    Host::fd(worker, 4, OpenFileKind::inet_socket, 7001, read_write, OpenFileRole::none, "socket").socket = pair.far;
    CHECK(pair.why().cause == "healthy");
}

TEST_CASE("a request that lies unread is owed after a while, and not by who works") {
    Pair pair;
    pair.far.receive_queue = 8;
    SUBCASE("for long") {
        pair.near.sent_ms_ago = 60000;
        const Diagnosis diagnosis = pair.why();
        CHECK(diagnosis.cause == "peer-unresponsive");
        CHECK(blamed(diagnosis) == std::vector{300});
        REQUIRE(diagnosis.since_s);
        CHECK(*diagnosis.since_s == doctest::Approx(60));
    }
    SUBCASE("not yet") {
        pair.near.sent_ms_ago = 2500;
        CHECK(pair.why().cause == "healthy");
    }
    SUBCASE("who works will come to it") {
        pair.near.sent_ms_ago = 60000;
        CHECK(pair.why({300}).cause == "healthy");
    }
}

TEST_CASE("a server that has the request and waits itself is followed to what it waits for") {
    Pair pair;
    pair.near.sent_ms_ago = 60000;
    Host::in_call(pair.server, call_flock, 5);
    Host::fd(pair.server, 5, OpenFileKind::file, 900, read_write, OpenFileRole::none, "/data/lock");
    Process& holder = pair.host.add(400, 1, "holder");
    Host::in_call(holder, call_nanosleep);
    pair.host.snapshot().locks.push_back({.kind = "FLOCK", .write = true, .holder = Pid{400}, .inode = Inode{900}, .waiters = {Pid{300}}});
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "file-lock");
    CHECK(blamed(diagnosis) == std::vector{400});
}

TEST_CASE("a send that waits for room waits for who does not read") {
    Pair pair;
    Host::in_call(pair.client, call_write, 3);
    pair.near.send_queue = 400000;
    pair.far.receive_queue = 90000;
    SUBCASE("here") {
        const Diagnosis diagnosis = pair.why();
        CHECK(diagnosis.cause == "peer-unresponsive");
        CHECK(blamed(diagnosis) == std::vector{300});
    }
    SUBCASE("elsewhere") {
        pair.remote();
        pair.near.timer = "probe";
        const Diagnosis diagnosis = pair.why();
        CHECK(diagnosis.cause == "peer-unresponsive");
        CHECK(diagnosis.culprits.empty());
        CHECK(diagnosis.summary.find("10.0.0.2:80") != std::string::npos);
    }
    SUBCASE("it flows") {
        CHECK(pair.why({200}).cause == "healthy");
    }
}

TEST_CASE("how a container's own processes get on with each other is its own affair, but for one that is stopped") {
    Pair pair;
    Process& server = pair.host.inside(pair.server, {"default", "c1"}, 7);
    pair.near.send_queue = 100000;
    pair.far.receive_queue = 200000;
    Host::in_call(pair.client, call_write, 3);
    SUBCASE("it does not read") {
        CHECK(pair.why().cause == "healthy");
    }
    SUBCASE("it is stopped") {
        Host::stop(server);
        CHECK(pair.why().stuck == true);
        CHECK(blamed(pair.why()) == std::vector{300});
    }
}

TEST_CASE("who does not read is to blame also while another thread of it waits for a child, or a lock that moves") {
    Pair pair;
    Host::in_call(pair.client, call_write, 3);
    pair.near.send_queue = 400000;
    pair.server.role.role = ProcessRole::containerd;
    Process& child = pair.host.add(310, 300, "child");
    Host::in_call(child, call_nanosleep);
    Thread& second = pair.server.threads.emplace_back();
    second.tid = Tid{301};
    second.state = ProcessState::sleeping;
    second.syscall = call_wait4;
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "peer-unresponsive");
    CHECK(blamed(diagnosis).front() == 300);
}

TEST_CASE("a container's output that dockerd sends to a log server which does not read") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Process& docker = host.reader(300, init, 5000);
    docker.comm = "dockerd";
    Host::in_call(docker, call_epoll);
    Process& server = host.add(400, 1, "fluentd");
    Host::in_call(server, call_nanosleep);
    const SocketFacts near{.protocol = "TCP",
                           .remote = "10.0.0.2:24224",
                           .state = "ESTABLISHED",
                           .inode = Inode{7000},
                           .peer_inode = Inode{7001},
                           .send_queue = 400000};
    const SocketFacts far{
        .protocol = "TCP", .local = "10.0.0.2:24224", .state = "ESTABLISHED", .inode = Inode{7001}, .peer_inode = Inode{7000}};
    Host::fd(docker, 23, OpenFileKind::inet_socket, 7000, read_write, OpenFileRole::none, "socket").socket = near;
    Host::fd(server, 4, OpenFileKind::inet_socket, 7001, read_write, OpenFileRole::none, "socket").socket = far;
    host.snapshot().sockets = {near, far};
    Goroutine goroutine{.id = GoroutineId{130}, .state = GoState::waiting, .wait_reason = "IO wait", .waiting = 100s};
    goroutine.wait.kind = GoWaitKind::fd_write;
    goroutine.wait.fd = Fd{23};
    docker.go.emplace().goroutines.push_back(goroutine);
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "peer-unresponsive");
    CHECK(blamed(diagnosis).front() == 400);
}

TEST_CASE("of two containers whose log servers do not read each waits for its own") {
    Host host;
    Process& one = host.container(100, 200, "c1");
    Process& two = host.container(110, 210, "c2");
    host.full_stdout(one, 100, 5000);
    host.full_stdout(two, 110, 5100);
    Process& docker = host.reader(300, one, 5000);
    Host::fd(docker, 10, OpenFileKind::fifo, 5101, read_only, OpenFileRole::stdout_stream, "/run/containerd/fifo/1/c2-stdout");
    docker.comm = "dockerd";
    Host::in_call(docker, call_epoll);
    docker.go.emplace();
    const auto sends = [&](std::string container, std::int32_t server, std::int32_t number, std::uint64_t inode, std::uint64_t first) {
        Process& reader = host.add(server, 1, "fluentd");
        Host::in_call(reader, call_nanosleep);
        const SocketFacts near{.protocol = "TCP",
                               .remote = "10.0.0.2:24224",
                               .state = "ESTABLISHED",
                               .inode = Inode{inode},
                               .peer_inode = Inode{inode + 1},
                               .send_queue = 400000};
        const SocketFacts far{
            .protocol = "TCP", .local = "10.0.0.2:24224", .state = "ESTABLISHED", .inode = Inode{inode + 1}, .peer_inode = Inode{inode}};
        Host::fd(docker, number, OpenFileKind::inet_socket, inode, read_write, OpenFileRole::none, "socket").socket = near;
        Host::fd(reader, 4, OpenFileKind::inet_socket, inode + 1, read_write, OpenFileRole::none, "socket").socket = far;
        host.snapshot().sockets.insert(host.snapshot().sockets.end(), {near, far});
        Goroutine writes{.id = GoroutineId{first}, .state = GoState::waiting, .wait_reason = "IO wait", .waiting = 100s};
        writes.wait.kind = GoWaitKind::fd_write;
        writes.wait.fd = Fd{number};
        Goroutine copies{.id = GoroutineId{first + 1}, .state = GoState::waiting, .wait_reason = "sync.Cond.Wait", .waiting = 100s};
        copies.wait.kind = GoWaitKind::cond;
        copies.wait.holders = {{GoroutineId{first}, 4, {"has the object waited for in its frames"}}};
        copies.purpose = {.what = "stream copier", .detail = "stdout", .container = ContainerRef{{}, std::move(container)}};
        docker.go->goroutines.insert(docker.go->goroutines.end(), {writes, copies});
    };
    sends("c1", 400, 23, 7000, 130);
    sends("c2", 410, 24, 7010, 140);
    host.resample(2s);
    CHECK(host.why("c1").cause == "peer-unresponsive");
    const auto blames = [&](std::string container, std::int32_t pid) {
        return std::ranges::count(blamed(host.why(std::move(container))), pid) == 1;
    };
    CHECK(blamed(host.why("c1")).front() == 400);
    CHECK_FALSE(blames("c1", 410));
    CHECK(blamed(host.why("c2")).front() == 410);
    CHECK_FALSE(blames("c2", 400));
}

namespace {

/// The client of a published port, its proxy (inode 7001 on one side, 7002 on the other) and the server (7003).
struct Published {
    Pair pair;
    Process& backend;
    SocketFacts out{.protocol = "TCP",
                    .local = "172.17.0.1:5000",
                    .remote = "172.17.0.3:80",
                    .state = "ESTABLISHED",
                    .inode = Inode{7002},
                    .peer_inode = Inode{7003},
                    .sent_ms_ago = 60000};
    SocketFacts in{.protocol = "TCP",
                   .local = "172.17.0.3:80",
                   .remote = "172.17.0.1:5000",
                   .state = "ESTABLISHED",
                   .inode = Inode{7003},
                   .peer_inode = Inode{7002}};

    explicit Published(std::string proxy = "docker-proxy") : backend(pair.host.add(400, 1, "web")) {
        pair.server.comm = std::move(proxy);
        pair.server.go.emplace();
        Host::in_call(pair.server, call_epoll, 9);
        Host::in_call(backend, call_nanosleep);
        pair.near.sent_ms_ago = 60001;
        pair.far.received_ms_ago = 60000;
    }
    Diagnosis why(std::initializer_list<std::int32_t> moved = {}) {
        OpenFile& far = Host::fd(pair.server, 5, OpenFileKind::inet_socket, 7002, read_write, OpenFileRole::none, "socket");
        far.socket = out;
        far.holders.push_back({.pid = Pid{400}, .comm = "web"});
        Host::fd(backend, 4, OpenFileKind::inet_socket, 7003, read_write, OpenFileRole::none, "socket").socket = in;
        pair.host.snapshot().sockets.insert(pair.host.snapshot().sockets.end(), {out, in});
        return pair.why(moved);
    }
};

}  // namespace

TEST_CASE("who waits for a published port's proxy waits for who is behind it") {
    SUBCASE("it is stopped") {
        Published port;
        Host::stop(port.backend);
        const Diagnosis diagnosis = port.why();
        CHECK(diagnosis.stuck == true);
        CHECK(blamed(diagnosis).front() == 400);
        CHECK(diagnosis.confidence == Confidence::likely);
    }
    SUBCASE("it does not read") {
        Published port;
        port.in.receive_queue = 300;
        CHECK(blamed(port.why()).front() == 400);
    }
    SUBCASE("it is stopped, and a timer of the proxy's wakes that") {
        Published port("haproxy");
        Host::stop(port.backend);
        const Diagnosis diagnosis = port.why({300});
        CHECK(blamed(diagnosis).front() == 400);
        CHECK(diagnosis.confidence == Confidence::likely);
    }
    SUBCASE("it serves others, and so does the proxy") {
        Published port;
        CHECK(port.why({300, 400}).stuck != true);
    }
    SUBCASE("it has answered") {
        Published port;
        Host::stop(port.backend);
        port.out.received_ms_ago = 100;
        CHECK(port.why().stuck != true);
    }
    SUBCASE("what was sent long before is another's affair") {
        Published port;
        Host::stop(port.backend);
        port.out.sent_ms_ago = 90000;
        CHECK(port.why().stuck != true);
    }
    SUBCASE("who is no proxy may have anything to do") {
        Published port("server");
        Host::stop(port.backend);
        CHECK(port.why().stuck != true);
    }
}

TEST_CASE("who waits for a proxy waits for its server on a unix socket, and for one of several where all wait for the same") {
    Pair pair;
    pair.server.comm = "nginx";
    Host::in_call(pair.server, call_epoll, 9);
    pair.near.sent_ms_ago = 60001;
    pair.far.received_ms_ago = 60000;
    const auto passes_on = [&](std::int32_t number, std::uint64_t inode, Process& worker) {
        const SocketFacts out{.protocol = "UNIX-STREAM",
                              .remote = "/run/php",
                              .state = "ESTABLISHED",
                              .inode = Inode{inode},
                              .peer_inode = Inode{inode + 1},
                              .type = SOCK_STREAM};
        const SocketFacts in{.protocol = "UNIX-STREAM",
                             .local = "/run/php",
                             .state = "ESTABLISHED",
                             .inode = Inode{inode + 1},
                             .peer_inode = Inode{inode},
                             .type = SOCK_STREAM};
        Host::fd(pair.server, number, OpenFileKind::unix_socket, inode, read_write, OpenFileRole::none, "socket").socket = out;
        Host::fd(worker, number, OpenFileKind::unix_socket, inode + 1, read_write, OpenFileRole::none, "socket").socket = in;
        pair.host.snapshot().sockets.insert(pair.host.snapshot().sockets.end(), {out, in});
    };
    Process& worker = pair.host.add(400, 1, "php-fpm");
    Process& other = pair.host.add(410, 1, "php-fpm");
    Host::in_call(other, call_nanosleep);
    SUBCASE("it is stopped") {
        passes_on(5, 7010, worker);
        Host::stop(worker);
        const Diagnosis diagnosis = pair.why();
        CHECK(diagnosis.stuck);
        CHECK(blamed(diagnosis).front() == 400);
        CHECK(diagnosis.confidence == Confidence::likely);
    }
    SUBCASE("it is at work") {
        passes_on(5, 7010, worker);
        CHECK(pair.why({400}).stuck != true);
    }
    SUBCASE("of two it may be either") {
        passes_on(5, 7010, worker);
        passes_on(6, 7020, other);
        Host::stop(worker);
        CHECK(pair.why().stuck != true);
    }
    SUBCASE("both wait for one lock") {
        Process& holder = pair.host.add(420, 1, "holder");
        Host::in_call(holder, call_nanosleep);
        for (Process* one : {&worker, &other}) {
            Host::in_call(*one, call_flock, 8);
            Host::fd(*one, 8, OpenFileKind::file, 900, read_write, OpenFileRole::none, "/lock");
        }
        pair.host.snapshot().locks.push_back(
            {.kind = "FLOCK", .write = true, .holder = holder.pid, .inode = Inode{900}, .waiters = {worker.pid, other.pid}});
        passes_on(5, 7010, worker);
        passes_on(6, 7020, other);
        SUBCASE("") {
            const Diagnosis diagnosis = pair.why();
            CHECK(diagnosis.cause == "file-lock");
            CHECK(blamed(diagnosis).front() == 420);
            CHECK(diagnosis.confidence == Confidence::likely);
        }
        SUBCASE("but for a third, that rests") {
            passes_on(7, 7030, holder);
            CHECK(pair.why().stuck != true);
        }
    }
}

TEST_CASE("who is woken by a timer and finds no answer still waits for one, and so is well as likely as not") {
    Pair pair;
    Host::in_call(pair.client, call_poll, 0x1000);
    pair.client.threads.front().polled = {Fd{3}, Fd{5}};
    Host::fd(pair.client, 5, OpenFileKind::inet_socket, 7100, read_write, OpenFileRole::none, "socket").socket =
        SocketFacts{.protocol = "TCP", .local = "0.0.0.0:90", .state = "LISTEN", .inode = Inode{7100}};
    pair.near.sent_ms_ago = 9000;
    pair.server.command_line = {"server: at a query   "};
    SUBCASE("nothing has come since") {
        const Diagnosis diagnosis = pair.why({200, 300});
        CHECK(diagnosis.cause == "healthy");
        CHECK(diagnosis.confidence == Confidence::likely);
        CHECK(diagnosis.summary.find("server[300] holds (it calls itself \"server: at a query\")") != std::string::npos);
    }
    SUBCASE("it has answered") {
        pair.near.received_ms_ago = 8000;
        CHECK(pair.why({200, 300}).summary.find("it calls itself") == std::string::npos);
    }
}

TEST_CASE("a bus is to blame for a reply only while it cannot pass anything on") {
    Pair pair;
    pair.unix();
    Process& client = pair.host.add(400, 1, "client");
    client.role.role = ProcessRole::client;
    Host::fd(client, 12, OpenFileKind::unix_socket, 7005, read_write, OpenFileRole::none, "socket").socket =
        SocketFacts{.protocol = "UNIX-STREAM", .remote = "/run/bus", .inode = Inode{7005}, .peer_inode = Inode{7001}};
    client.fds.back().target.holders.push_back({.pid = Pid{300}, .comm = "dbus-daemon"});
    Goroutine goroutine{.id = GoroutineId{44}, .state = GoState::waiting, .wait_reason = "chan receive", .waiting = 100s};
    goroutine.wait.kind = GoWaitKind::chan_receive;
    goroutine.wait.reply = {.protocol = "D-Bus", .connections = {Fd{12}}, .tied = true};
    client.go.emplace().goroutines.push_back(goroutine);
    const auto asked = [&] { return diagnosis::diagnose(pair.host.build(), {.containers = {}, .pids = {Pid{400}}, .shims = {}}).at(0); };
    pair.host.resample(2s);
    CHECK(asked().culprits.empty());
    Host::stop(pair.server);
    const Diagnosis diagnosis = asked();
    CHECK(diagnosis.cause == "peer-unresponsive");
    CHECK(blamed(diagnosis).front() == 300);
}

TEST_CASE("who reads a fifo waits for what the one who could write waits for, over containers") {
    Host host;
    Process& reader = host.container(100, 200, "c1");
    Process& relay = host.container(110, 210, "c2");
    Process& source = host.container(120, 220, "c3");
    const auto fifo = [&](Process& from, Process& to, std::uint64_t inode) {
        Host::in_call(to, call_read, 3);
        Host::fd(to, 3, OpenFileKind::fifo, inode, read_only, OpenFileRole::none, "/data/fifo");
        Host::fd(from, 5, OpenFileKind::fifo, inode, write_only, OpenFileRole::none, "/data/fifo");
    };
    fifo(relay, reader, 800);
    fifo(source, relay, 801);
    SUBCASE("stopped") {
        Host::stop(source);
        host.resample(2s);
        CHECK(blamed(host.why("c1")) == std::vector{220});
        CHECK(blamed(host.why("c2")) == std::vector{220});
    }
    SUBCASE("at rest, as it likes") {
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
        CHECK(host.why("c2").cause == "healthy");
    }
}

TEST_CASE("a subscription to events owes nothing while nothing happens") {
    Pair pair;
    pair.unix();
    pair.near.inode.value = 7002;
    Process& docker = pair.host.add(400, 1, "dockerd");
    docker.role.role = ProcessRole::containerd;
    Host::fd(docker, 12, OpenFileKind::unix_socket, 7005, read_write, OpenFileRole::none, "socket").socket =
        SocketFacts{.protocol = "UNIX-STREAM", .remote = "/run/containerd.sock", .inode = Inode{7005}, .peer_inode = Inode{7001}};
    docker.fds.back().target.holders.push_back({.pid = Pid{300}, .comm = "server"});
    Goroutine goroutine{.id = GoroutineId{44}, .state = GoState::waiting, .wait_reason = "select", .waiting = 100s};
    goroutine.wait.kind = GoWaitKind::select;
    goroutine.wait.reply = {.protocol = "gRPC", .method = "eventsSubscribe.Recv", .connections = {Fd{12}}, .tied = true};
    docker.go.emplace().goroutines.push_back(goroutine);
    pair.host.resample(2s);
    const auto asked = [&] { return diagnosis::diagnose(pair.host.build(), {.containers = {}, .pids = {Pid{400}}, .shims = {}}).at(0); };
    CHECK_FALSE(asked().stuck);
    docker.go->goroutines.front().wait.reply.edit().method = "Tasks.Kill";
    CHECK(asked().stuck);
}

TEST_CASE("a connect that nobody answers names the address; one that finds a full backlog the listener") {
    Pair pair;
    Host::in_call(pair.client, call_connect, 3);
    pair.near.state = "SYN_SENT";
    pair.near.timer = "retransmit";
    pair.near.retransmits = 6;
    SUBCASE("nobody") {
        pair.remote();
        const Diagnosis diagnosis = pair.why();
        CHECK(diagnosis.cause == "peer-unresponsive");
        CHECK(diagnosis.confidence == Confidence::certain);
        CHECK(diagnosis.culprits.empty());
        REQUIRE(diagnosis.since_s);
        CHECK(*diagnosis.since_s == doctest::Approx(7));
    }
    SUBCASE("a full backlog") {
        pair.far = {.protocol = "TCP", .local = "0.0.0.0:80", .state = "LISTEN", .inode = Inode{7001}, .receive_queue = 2, .send_queue = 1};
        const Diagnosis diagnosis = pair.why();
        CHECK(diagnosis.cause == "peer-unresponsive");
        CHECK(blamed(diagnosis) == std::vector{300});
        CHECK(diagnosis.evidence.front().find("2 connections wait") != std::string::npos);
    }
}

TEST_CASE("a unix connect waits for the listener of that name whose backlog is full") {
    Pair pair;
    pair.unix();
    pair.near = {.protocol = "UNIX-STREAM",
                 .remote = "/run/server",
                 .state = "CLOSE",
                 .inode = Inode{7000},
                 .peer_inode = Inode{7001},
                 .type = SOCK_STREAM};
    pair.far = {
        .protocol = "UNIX-STREAM", .local = "/run/server", .state = "LISTEN", .inode = Inode{7001}, .receive_queue = 1, .send_queue = 0};
    Host::in_call(pair.client, call_connect, 3);
    pair.client.threads.front().path_argument = "/run/server";
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "peer-unresponsive");
    CHECK(blamed(diagnosis) == std::vector{300});
}

TEST_CASE("an event loop with one socket asks as a call does; one that serves whoever comes does not") {
    Pair pair;
    Host::in_call(pair.client, call_poll);
    pair.client.threads.front().polled = {Fd{0}, Fd{3}};
    pair.far.receive_queue = 8;
    Host::stop(pair.server);
    SUBCASE("a client") {
        const Diagnosis diagnosis = pair.why({200});  // it looks at the time now and then
        CHECK(diagnosis.cause == "peer-unresponsive");
        CHECK(blamed(diagnosis) == std::vector{300});
    }
    SUBCASE("a server, with a client that is stopped") {
        Host::fd(pair.client, 5, OpenFileKind::inet_socket, 7005, read_write, OpenFileRole::none, "socket").socket =
            SocketFacts{.protocol = "TCP", .local = "0.0.0.0:80", .state = "LISTEN", .inode = Inode{7005}};
        pair.client.threads.front().polled.push_back(Fd{5});
        CHECK(pair.why().cause == "healthy");
    }
    SUBCASE("nothing was asked") {
        pair.far.receive_queue = 0;
        CHECK(pair.why().cause == "healthy");
    }
}

TEST_CASE("who polls one socket alone waits as who reads it does: a stopped server is to blame where no times tell what is owed") {
    Pair pair;
    Host::in_call(pair.client, call_poll, 0x1000);
    pair.client.threads.front().polled = {Fd{3}};
    pair.near.sent_ms_ago = pair.near.received_ms_ago = 9000;
    SUBCASE("stopped") {
        Host::stop(pair.server);
        CHECK(blamed(pair.why()) == std::vector{300});
    }
    SUBCASE("among others it may only listen") {
        Host::stop(pair.server);
        Host::fd(pair.client, 5, OpenFileKind::timerfd, 0, read_write);
        pair.client.threads.front().polled.push_back(Fd{5});
        CHECK(pair.why().stuck != true);
    }
    SUBCASE("at rest, as it likes") {
        CHECK(pair.why().cause == "healthy");
    }
}

TEST_CASE("where what was sent and what came are of one moment, an acknowledgement that came alone tells that an answer is owed") {
    Pair pair;
    Host::stop(pair.server);
    Host::in_call(pair.client, call_poll, 0x1000);
    pair.client.threads.front().polled = {Fd{3}, Fd{5}};
    Host::fd(pair.client, 5, OpenFileKind::timerfd, 0, read_write);
    pair.near.sent_ms_ago = pair.near.received_ms_ago = 9000;
    SUBCASE("after the time that a kernel waits for an answer") {
        pair.near.acknowledged_ms_ago = 8956;
        CHECK(blamed(pair.why()) == std::vector{300});
    }
    SUBCASE("with the answer") {
        pair.near.acknowledged_ms_ago = 9000;
        CHECK(pair.why().stuck != true);
    }
    SUBCASE("to a probe") {
        pair.near.acknowledged_ms_ago = 300;
        CHECK(pair.why().stuck != true);
    }
    SUBCASE("not told") {
        CHECK(pair.why().stuck != true);
    }
}

TEST_CASE("a server that accepts, and a pool of connections that rest, are well") {
    Pair pair;
    Host::in_call(pair.client, call_accept, 3);
    pair.near = {.protocol = "TCP", .local = "0.0.0.0:80", .state = "LISTEN", .inode = Inode{7000}};
    pair.far = {};
    const Diagnosis diagnosis = pair.why();
    CHECK(diagnosis.cause == "healthy");
    CHECK(diagnosis.summary.find("it waits for") == std::string::npos);
}
