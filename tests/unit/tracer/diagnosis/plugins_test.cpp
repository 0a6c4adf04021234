// What a plugin waits for in its turn: the server that a thin one asks, a lock that it polls for, and who has its output still.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// containerd 10 is at RunPodSandbox, and waits for the plugin 20, which is 900 s old.
struct Network {
    Host host;
    Process& containerd;
    Process& plugin;

    Network() : containerd(host.add(10, 1, "containerd")), plugin(host.add(20, 10, "cni")) {
        containerd.role.role = ProcessRole::containerd;
        containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
        Goroutine& call = containerd.go->goroutines.emplace_back();
        call.id = GoroutineId{7};
        call.state = GoState::waiting;
        call.serves = {.service = "RuntimeService", .method = "RunPodSandbox", .pod_namespace = "prod", .pod = "web-1"};
        call.wait.kind = GoWaitKind::child;
        call.wait.child = Pid{20};
        call.waiting = Nanoseconds(60s);
        plugin.role = {.role = ProcessRole::plugin, .operation = "CNI ADD"};
        Host::in_call(plugin, call_nanosleep);
    }

    /// 20 s old, and so is the call.
    void is_young() {
        plugin.start_time = 98000;
        containerd.go->goroutines.front().waiting = Nanoseconds(20s);
    }

    /// The plugin has connected to a unix socket of the server's, and reads; of two threads of the server's nobody knows which is at it.
    Process& asks_server() {
        Process& server = host.add(300, 1, "multus");
        server.threads.push_back({.tid = Tid{301}, .comm = "multus", .state = ProcessState::sleeping, .syscall = call_nanosleep});
        Host::in_call(server, call_nanosleep);
        const SocketFacts near{.protocol = "UNIX-STREAM",
                               .remote = "/run/multus",
                               .state = "ESTABLISHED",
                               .inode = Inode{7000},
                               .peer_inode = Inode{7001},
                               .type = SOCK_STREAM};
        const SocketFacts far{.protocol = "UNIX-STREAM",
                              .local = "/run/multus",
                              .state = "ESTABLISHED",
                              .inode = Inode{7001},
                              .peer_inode = Inode{7000},
                              .type = SOCK_STREAM};
        Host::in_call(plugin, call_read, 3);
        Host::fd(plugin, 3, OpenFileKind::unix_socket, 7000, read_write).socket = near;
        plugin.fds.back().target.holders = {{.pid = Pid{300}, .comm = "multus"}};
        Host::fd(server, 4, OpenFileKind::unix_socket, 7001, read_write).socket = far;
        host.snapshot().sockets = {near, far};
        return server;
    }

    /// Somebody has a file locked that the plugin has open.
    void polls_for_lock() {
        Host::in_call(host.add(400, 1, "holder"), call_nanosleep);
        Host::fd(plugin, 5, OpenFileKind::file, 77, read_write, OpenFileRole::none, "/run/xtables.lock");
        host.snapshot().locks.push_back(
            {.kind = "FLOCK", .write = true, .holder = Pid{400}, .device = 0, .inode = Inode{77}, .waiters = {}});
    }

    std::vector<Diagnosis> why() { return diagnosis::diagnose(host.build(), {}); }
    Diagnosis first() {
        const auto all = why();
        REQUIRE_FALSE(all.empty());
        return all.front();
    }
};

}  // namespace

TEST_CASE("a plugin waits for the server that it asks, and that is to blame: it is not what one ends") {
    Network network;
    network.asks_server();
    network.host.resample(2s);
    const Diagnosis said = network.first();
    CHECK(said.cause == "plugin-unresponsive");
    CHECK(blamed(said) == std::vector{300});
    CHECK(said.confidence == Confidence::likely);
    CHECK(said.summary.find("it waits for multus[300]") != std::string::npos);
    REQUIRE(said.remedies.size() == 2);
    CHECK(said.remedies.front().command == "shimtrace why 300");
    CHECK(said.remedies.back().command == "kill -TERM 20");
}

TEST_CASE("the same server in Go: what the goroutine waits for that is at the plugin's request is the root") {
    Network network;
    Process& server = network.asks_server();
    server.go = GoProgram{.pid = Pid{300}, .version = "go1.22"};
    for (const std::uint64_t id : {8, 9}) {
        Goroutine& one = server.go->goroutines.emplace_back();
        one.id = GoroutineId{id};
        one.state = GoState::waiting;
        one.wait.kind = GoWaitKind::mutex;
        one.wait.object = RemoteAddress{id};
        one.wait.holders = {{GoroutineId{17 - id}, 8, {"it has its address"}}};
        one.waiting = Nanoseconds(60s);
    }
    server.go->goroutines.front().serves = {.service = "HTTP", .method = "POST /cni", .connection = Fd{4}};
    network.host.resample(2s);
    const Diagnosis said = network.first();
    CHECK(said.cause == "deadlock");
    CHECK(blamed(said) == std::vector{300});
}

TEST_CASE("a plugin that wakes up now and then is led on from, and is not the end itself while it is young") {
    Network network;
    network.is_young();
    SUBCASE("it asks a server") {
        network.asks_server();
        network.host.resample(2s, {20});
        for (const Diagnosis& one : network.why()) CHECK_FALSE(one.stuck);  // nobody is seen to stand still for it
    }
    SUBCASE("its child is stopped") {
        Process& child = network.host.add(21, 20, "ip");
        child.role.role = ProcessRole::plugin;
        Host::in_call(network.plugin, call_wait4);
        Host::stop(child);
        network.host.resample(2s, {20});
        CHECK(network.first().cause == "plugin-unresponsive");
        CHECK(blamed(network.first()) == std::vector{21});
    }
}

TEST_CASE("a server that has moved since is at work: the plugin alone is late") {
    Network network;
    network.asks_server();
    network.host.resample(2s, {300});
    CHECK(blamed(network.first()) == std::vector{20});
}

TEST_CASE("a lock that a plugin polls for is held by somebody: it moves, and gets nowhere") {
    Network network;
    network.polls_for_lock();
    SUBCASE("the plugin itself") {
        network.host.resample(2s, {20});
        CHECK(network.first().cause == "file-lock");
        CHECK(blamed(network.first()) == std::vector{400});
        CHECK(network.first().confidence == Confidence::likely);
    }
    SUBCASE("it waits in flock, and moves on from there") {
        network.host.snapshot().locks.front().waiters = {Pid{20}};
        network.is_young();
        network.host.resample(2s, {20});
        for (const Diagnosis& one : network.why()) CHECK_FALSE(one.stuck);
    }
    SUBCASE("has the lock, too: it is shared, or it is another's turn") {
        network.host.snapshot().locks.push_back(
            {.kind = "FLOCK", .write = true, .holder = Pid{20}, .device = 0, .inode = Inode{77}, .waiters = {}});
        network.host.resample(2s, {20});
        CHECK(network.first().cause == "plugin-unresponsive");
    }
}

TEST_CASE("a young plugin that moves, and whose children come and go, is at work") {
    Network network;
    network.is_young();
    Process& step = network.host.add(21, 20, "ip");
    step.role.role = ProcessRole::plugin;
    step.start_time = 99900;  // 1 s
    network.host.resample(2s);
    for (const Diagnosis& one : network.why()) CHECK_FALSE(one.stuck);
}

namespace {

/// The plugin 20 is a program that unpacks a layer: containerd 10 writes what it reads, and reads what it writes.
struct Unpacking : Network {
    Goroutine& writes = containerd.go->goroutines.emplace_back();
    Goroutine& call = containerd.go->goroutines.front();

    Unpacking() {
        call.serves = {.service = "ImageService", .method = "PullImage", .pod_namespace = "prod", .pod = "web-1"};
        plugin.role.operation.clear();
        Host::fd(plugin, 0, OpenFileKind::pipe, 500, read_only);
        Host::fd(containerd, 8, OpenFileKind::pipe, 500, write_only);
        Host::fd(plugin, 1, OpenFileKind::pipe, 501, write_only);
        Host::fd(containerd, 9, OpenFileKind::pipe, 501, read_only);
        host.pipe(500, 65536);
        host.pipe(501, 0);
        writes.id = GoroutineId{8};
        writes.state = GoState::waiting;
        writes.wait.kind = GoWaitKind::fd_write;
        writes.wait.fd = Fd{8};
    }
};

}  // namespace

TEST_CASE("a program that unpacks is at work for as long as it moves, however long that takes, and hangs where it stands still") {
    Unpacking pull;
    SUBCASE("moves") {
        pull.host.resample(2s, {20});
        for (const Diagnosis& one : pull.why()) CHECK_FALSE(one.stuck);
    }
    SUBCASE("one look does not tell") {
        CHECK(pull.first().confidence == Confidence::possible);
    }
    SUBCASE("stands still") {
        pull.host.resample(2s);
        CHECK(pull.first().cause == "plugin-unresponsive");
        CHECK(blamed(pull.first()) == std::vector{20});
    }
    SUBCASE("stands still, and is known by what is written to it alone") {
        pull.call.wait = {.kind = GoWaitKind::chan_receive};
        pull.call.wait.holders = {{.goroutine = GoroutineId{8}, .score = 4, .reasons = {}}};
        pull.host.resample(2s);
        CHECK(pull.first().cause == "plugin-unresponsive");
        CHECK(blamed(pull.first()) == std::vector{20});
        CHECK(pull.first().summary.find("does not read what is written to it") != std::string::npos);
    }
}

TEST_CASE("what a plugin has left behind has its output still: whoever ran it reads on, and that holder is to blame") {
    Network network;
    network.plugin.pid = Pid{90020};  // it is gone
    network.plugin.parent = Pid{1};
    network.plugin.role = {};
    Process& left = network.host.add(500, 1, "dhcp");
    Host::in_call(left, call_nanosleep);
    Host::fd(left, 1, OpenFileKind::pipe, 900, write_only);
    Host::fd(network.containerd, 12, OpenFileKind::pipe, 900, read_only);
    Goroutine& call = network.containerd.go->goroutines.front();
    call.wait = {.kind = GoWaitKind::chan_receive};
    call.stack = {{.function = "os/exec.(*Cmd).awaitGoroutines"}, {.function = "os/exec.(*Cmd).Wait"}};
    Goroutine copier;
    copier.id = GoroutineId{8};
    copier.state = GoState::waiting;
    copier.wait.kind = GoWaitKind::fd_read;
    copier.wait.fd = Fd{12};
    copier.stack = {{.function = "io.Copy"}, {.function = "os/exec.(*Cmd).writerDescriptor.func1"}};
    network.containerd.go->goroutines.push_back(copier);
    SUBCASE("nobody who runs yet") {
        SUBCASE("told by its state") {}
        SUBCASE("told by the child that it has waited for") {
            network.containerd.go->goroutines.front().wait = {.kind = GoWaitKind::child, .child = Pid{20}};
        }
        network.host.resample(2s);
        CHECK(network.first().cause == "stdio-held-open");
        CHECK(blamed(network.first()) == std::vector{500});
    }
    SUBCASE("a child of its own writes there: its end is what is waited for") {
        Process& child = network.host.add(501, 10, "cni");
        child.role.role = ProcessRole::plugin;
        Host::fd(child, 1, OpenFileKind::pipe, 900, write_only);
        network.host.resample(2s);
        for (const Diagnosis& one : network.why()) CHECK(one.cause != "stdio-held-open");
    }
}

TEST_CASE("of several dead file systems that it may be, where the path tells nothing, none is named") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    for (const auto& [server, waiting] : {std::pair(300, 3), std::pair(301, 5)}) {
        Host::in_call(host.add(server, 1, "fuse"), call_nanosleep);
        Mount& mount = host.snapshot().mounts.emplace_back();
        mount.mount_point = "/mnt/" + std::to_string(server);
        mount.type = "fuse.x";
        mount.source = "x";
        mount.device = static_cast<std::uint64_t>(server);
        mount.fuse_server = Pid{server};
        mount.fuse_waiting = static_cast<std::uint32_t>(waiting);
    }
    init.threads.front().kernel_stack = {"request_wait_answer", "fuse_simple_request"};
    init.threads.front().path_argument = "/opt/link";
    Host::in_call(init, call_openat, 0, ProcessState::uninterruptible);
    SUBCASE("two have requests that lie") {
        host.resample(2s);
        CHECK(host.why("c1").cause == "filesystem-unresponsive");
        CHECK(blamed(host.why("c1")).empty());
    }
    SUBCASE("one has") {
        host.snapshot().mounts.front().fuse_waiting = 0;
        host.resample(2s);
        CHECK(blamed(host.why("c1")) == std::vector{301});
    }
}

TEST_CASE("a pod is not healthy for certain while a call is late whose container is not known to be another's") {
    Host host;
    host.container(100, 200, "sandbox1", "k8s.io");
    host.files().sandbox = "sandbox1";
    host.files().pod = "web-1";
    host.files().pod_namespace = "prod";
    host.resample(2s);
    CHECK(host.why("sandbox1", "k8s.io").limits.empty());
    Process& containerd = host.add(10, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
    Goroutine& call = containerd.go->goroutines.emplace_back();
    call.id = GoroutineId{7};
    call.state = GoState::waiting;
    call.serves = {.service = "RuntimeService", .method = "StartContainer", .container = "4394686f7371"};
    SUBCASE("parked") {
        call.waiting = Nanoseconds(60s);
    }
    SUBCASE("in the kernel") {}
    host.resample(2s);
    const Diagnosis said = host.why("sandbox1", "k8s.io");
    CHECK(said.cause == "healthy");
    CHECK(said.confidence == Confidence::likely);
    REQUIRE(said.limits.size() == 1);
    CHECK(said.limits.front().why.find("StartContainer") != std::string::npos);
}

TEST_CASE("containerd opens a container's streams before its shim does: while it is at a call, that is no hang of its own") {
    Host host;
    Process& containerd = host.add(10, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    Host::in_call(containerd, call_openat);
    containerd.threads.front().kernel_stack = {"wait_for_partner", "fifo_open"};
    containerd.threads.front().path_argument = "/run/containerd/cri/containers/4394686f/io/1/4394686f-stdout";
    const auto why = [&] {
        host.resample(2s);
        return diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{10}}, .shims = {}}).at(0);
    };
    SUBCASE("none is") {
        CHECK(why().cause == "containerd-unresponsive");
        CHECK(why().summary.starts_with("containerd[10] waits for "));
        CHECK(why().summary.find("gone") == std::string::npos);
    }
    SUBCASE("it is at a call") {
        containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
        containerd.go->goroutines.emplace_back().serves = {
            .service = "RuntimeService", .method = "StartContainer", .container = "4394686f"};
        CHECK_FALSE(why().stuck);
    }
    SUBCASE("it makes a container, which has no id in the call yet") {
        containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
        containerd.go->goroutines.emplace_back().serves = {
            .service = "RuntimeService", .method = "CreateContainer", .container = "0a1b2c3d4e5f"};
        CHECK_FALSE(why().stuck);
    }
    SUBCASE("it is at a call about something else") {
        containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
        containerd.go->goroutines.emplace_back().serves = {.service = "ImageService", .method = "PullImage"};
        CHECK(why().cause == "containerd-unresponsive");
    }
}

TEST_CASE("of a server with a thread for each request the one that is at one is followed to whom it asks itself") {
    Network network;
    Process& server = network.asks_server();
    server.threads.back().syscall = call_number("accept4");  // waits for the next client
    Process& api = network.host.add(500, 1, "api");
    const SocketFacts near{.protocol = "TCP",
                           .local = "127.0.0.1:40000",
                           .remote = "127.0.0.1:6443",
                           .state = "ESTABLISHED",
                           .inode = Inode{8000},
                           .peer_inode = Inode{8001},
                           .type = SOCK_STREAM,
                           .sent_ms_ago = 9000};
    Host::in_call(server, call_read, 9);
    Host::fd(server, 9, OpenFileKind::inet_socket, 8000, read_write).socket = near;
    server.fds.back().target.holders = {{.pid = Pid{500}, .comm = "api"}};
    network.host.snapshot().sockets.push_back(near);
    SUBCASE("which is stopped") {
        Host::stop(api);
        network.host.resample(2s);
        CHECK(network.first().cause == "plugin-unresponsive");
        CHECK(blamed(network.first()) == std::vector{500});
        CHECK(network.first().confidence < Confidence::certain);
    }
    SUBCASE("it sleeps: that is where it ends") {
        Host::in_call(server, call_nanosleep);
        network.host.resample(2s);
        CHECK(blamed(network.first()) == std::vector{300});
    }
}
