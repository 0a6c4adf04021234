// A daemon's calls about containers that have no shim yet, or none any more, and what such a call waits for.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/graph/calls.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// A pod's sandbox s below the shim 100, and containerd 10, which is at a call.
struct Pod {
    Host host;
    Process& containerd;

    explicit Pod(GoServedCall serves) : containerd(host.add(10, 1, "containerd")) {
        host.container(100, 200, "s", "k8s.io");
        host.files().sandbox = "s";
        host.files().pod_namespace = "prod";
        host.files().pod = "web-1";
        host.get(100).go = GoProgram{.pid = Pid{100}, .version = "go1.24.4"};
        containerd.role.role = ProcessRole::containerd;
        containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
        containerd.go->goroutines.reserve(8);
        Goroutine& call = add(7);
        call.serves = std::move(serves);
        call.waiting = Nanoseconds(60s);
    }

    Goroutine& add(std::uint64_t id) {
        Goroutine& one = containerd.go->goroutines.emplace_back();
        one.id = GoroutineId{id};
        one.state = GoState::waiting;
        one.wait.kind = GoWaitKind::select;
        return one;
    }
    Goroutine& call() { return containerd.go->goroutines.front(); }

    /// The call's thread waits in open of this.
    void opens(const std::string& path, std::string_view kernel_function) {
        call().state = GoState::syscall;
        call().thread = Tid{10};
        call().waiting.reset();
        Host::in_call(containerd, call_openat);
        containerd.threads.front().path_argument = path;
        containerd.threads.front().kernel_stack = {std::string(kernel_function)};
    }

    Diagnosis daemon() { return diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{10}}, .shims = {}}).at(0); }
};

GoServedCall start_of(std::string pod) {
    GoServedCall call{.service = "RuntimeService", .method = "StartContainer", .container = "4c562b404742"};
    if (!pod.empty()) {
        call.pod_namespace = "prod";
        call.pod = std::move(pod);
        call.name = "app";
    }
    return call;
}

}  // namespace

TEST_CASE("a container that has no shim yet is its pod's: what its start waits for is told of the pod") {
    Pod pod(start_of("web-1"));
    pod.opens("/var/log/pods/web-1/app.log", "wait_for_partner");
    pod.host.resample(2s);
    const Diagnosis said = pod.host.why("s", "k8s.io");
    CHECK(said.cause == "fifo-open");
    CHECK(said.stuck);
    REQUIRE(said.calls.size() == 1);
    CHECK(said.calls.front().name == "app");
    CHECK(said.calls.front().waits_for.find("app.log") != std::string::npos);
    SUBCASE("and not of another") {
        pod.call().serves.edit().pod = "web-2";
        CHECK_FALSE(pod.host.why("s", "k8s.io").stuck);
    }
    SUBCASE("one that has files is told of by itself") {
        ContainerFiles files = pod.host.files();
        files.container.id = "4c562b404742";
        files.name = "app";
        pod.host.snapshot().containers.push_back(files);
        CHECK_FALSE(pod.host.why("s", "k8s.io").stuck);
    }
}

TEST_CASE("whoever starts a container of which nobody knows whose it is may be at this pod's: it is not well for certain") {
    Pod pod(start_of(""));
    pod.opens("/var/log/app.log", "request_wait_answer");
    pod.call().waiting = Nanoseconds(200ms);  // of before it went into the kernel
    const Diagnosis first = pod.host.why("s", "k8s.io");
    CHECK(first.confidence < Confidence::certain);
    CHECK(first.unsettled);
    pod.host.resample(2s);
    const Diagnosis said = pod.host.why("s", "k8s.io");
    CHECK_FALSE(said.stuck);
    CHECK(said.confidence < Confidence::certain);
    CHECK_FALSE(said.limits.empty());
}

TEST_CASE("such a container is found by its id and by its names") {
    Pod pod(start_of("web-1"));
    const Snapshot snapshot = pod.host.build();
    const diagnosis::Facts facts(snapshot);
    for (const char* text : {"4c562b404742", "4c56", "web-1/app", "prod/web-1/app"}) {
        const auto found = diagnosis::pods_of_unmade(facts, text);
        REQUIRE(found.size() == 1);
        CHECK(found.front() == PodRef{"prod", "web-1", Pid{10}});
    }
    for (const char* text : {"", "4", "app", "web-1", "web-1/", "prod/web-1/other"}) CHECK(diagnosis::pods_of_unmade(facts, text).empty());
}

TEST_CASE("a stream that containerd opens by way of a descriptor ahead of the shim is no hang of its own") {
    Pod pod({.service = "RuntimeService", .method = "StartContainer", .container = "4c562b404742"});
    pod.opens("/proc/self/fd/18", "wait_for_partner");
    SUBCASE("its path names the container that the call is about") {
        Host::fd(pod.containerd, 18, OpenFileKind::fifo, 900, read_only, OpenFileRole::none,
                 "/run/containerd/io.containerd.grpc.v1.cri/containers/4c562b404742/io/1/4c562b404742-stdout");
        pod.host.resample(2s);
        CHECK_FALSE(pod.daemon().stuck);
    }
    SUBCASE("a log's does not: the call waits for whoever reads that") {
        Host::fd(pod.containerd, 18, OpenFileKind::fifo, 900, read_only, OpenFileRole::none, "/var/log/pods/app.log");
        pod.host.resample(2s);
        CHECK(pod.daemon().cause == "fifo-open");
        CHECK(pod.daemon().also.empty());
        CHECK(pod.daemon().summary.find("/var/log/pods/app.log") != std::string::npos);
    }
}

TEST_CASE("a stop waits for an exit that the shim was not told of: whoever asks the daemon is told so, and whose it is") {
    Pod pod({.service = "RuntimeService", .method = "StopContainer", .container = "a012"});
    ContainerFiles files = pod.host.files();
    files.container = {"k8s.io", "a012", "prod/web-1/app"};
    files.init_pid = files.state_init_pid = Pid{777};
    files.state_init_start = 5000;
    pod.host.snapshot().containers.push_back(files);
    Goroutine& waits = pod.host.get(100).go->goroutines.emplace_back();
    waits.id = GoroutineId{9};
    waits.state = GoState::waiting;
    waits.wait.kind = GoWaitKind::chan_receive;
    waits.purpose = {.what = "RPC handler", .detail = "Task.Wait", .container = ContainerRef{"", "a012"}};
    pod.host.resample(2s);
    CHECK(pod.host.why("a012", "k8s.io").cause == "exit-lost");
    const Diagnosis said = pod.daemon();
    CHECK(said.cause == "exit-lost");
    CHECK(blamed(said) == std::vector{100});
    CHECK(said.summary.find("prod/web-1/app") != std::string::npos);
}

TEST_CASE("who pulls what a client writes waits for that client; of several writers nothing tells which") {
    Pod pod({.service = "ImageService", .method = "PullImage", .pod_namespace = "prod", .pod = "web-1", .name = "registry/app:1"});
    pod.call().stack.push_back({.function = std::string("github.com/containerd/containerd/content.OpenWriter")});
    Goroutine& writes = pod.add(8);
    writes.serves = {.service = "Content", .method = "Write", .connection = Fd{12}};
    writes.stack.push_back({.function = std::string("google.golang.org/grpc/internal/transport.(*recvBufferReader).read")});
    writes.waiting = Nanoseconds(60s);
    Process& ctr = pod.host.add(300, 1, "ctr");
    ctr.role.role = ProcessRole::client;
    Host::in_call(ctr, call_nanosleep);
    OpenFile& own = Host::fd(pod.containerd, 12, OpenFileKind::unix_socket, 900, read_write);
    own.socket = SocketFacts{.inode = Inode{900}, .peer_inode = Inode{901}, .type = SOCK_STREAM};
    own.holders = {{.pid = Pid{300}, .fd = Fd{3}, .reads = true, .writes = true}};
    pod.host.resample(6s);
    SUBCASE("it goes on") {
        CHECK_FALSE(pod.host.why("s", "k8s.io").stuck);
    }
    SUBCASE("it is stopped") {
        Host::stop(ctr);
        const Diagnosis said = pod.host.why("s", "k8s.io");
        CHECK(said.cause == "peer-unresponsive");
        CHECK(blamed(said) == std::vector{300});
        CHECK(said.confidence == Confidence::likely);
    }
    SUBCASE("another pull writes as well") {
        Host::stop(ctr);
        pod.add(9).stack.push_back({.function = std::string("github.com/containerd/containerd/content.Copy")});
        CHECK_FALSE(pod.host.why("s", "k8s.io").stuck);
    }
}

TEST_CASE("a name server that is silent is to blame for what waits for an address") {
    Pod pod({.service = "ImageService", .method = "PullImage", .pod_namespace = "prod", .pod = "web-1", .name = "registry/app:1"});
    pod.call().wait.kind = GoWaitKind::fd_read;
    pod.call().wait.fd = Fd{9};
    pod.call().waiting = Nanoseconds(3s);
    pod.call().stack.push_back({.function = std::string("net.dnsPacketRoundTrip")});
    pod.host.add(400, 1, "dnsmasq");
    OpenFile& own = Host::fd(pod.containerd, 9, OpenFileKind::inet_socket, 950, read_write);
    own.socket = SocketFacts{.protocol = "UDP", .remote = "127.0.0.53:53", .state = "ESTABLISHED", .inode = Inode{950}, .type = SOCK_DGRAM};
    own.holders = {{.pid = Pid{400}, .fd = Fd{3}, .reads = true, .writes = true}};
    pod.host.resample(2s);
    const Diagnosis said = pod.daemon();
    CHECK(said.cause == "peer-unresponsive");
    CHECK(blamed(said) == std::vector{400});
}

TEST_CASE("a runtime's start that does not end is that: its init waits for a start that is under way") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.role.role = ProcessRole::runtime_init;
    Host::in_call(init, call_openat);
    init.threads.front().path_argument = "/proc/self/fd/5";
    init.threads.front().kernel_stack = {"wait_for_partner"};
    Process& runtime = host.add(300, 100, "nvidia-runtime");
    runtime.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "start"};
    Host::in_call(runtime, call_wait4);
    Process& child = host.add(301, 300, "sleep");
    child.role = runtime.role;
    Host::in_call(child, call_nanosleep);
    host.resample(2s);
    CHECK(host.why("c1").cause == "runtime-blocked");
    CHECK(blamed(host.why("c1")).front() == 301);
}

TEST_CASE("a stop goes on for as long as its container lives; of one that has ended it is late, and not well") {
    Pod pod({.service = "RuntimeService", .method = "StopContainer", .container = "a012"});
    ContainerFiles files = pod.host.files();
    files.container = {"k8s.io", "a012"};
    files.init_pid = files.state_init_pid = Pid{210};
    Process& init = pod.host.inside(pod.host.add(210, 100, "app"), {"k8s.io", "a012"}, 1);
    init.role.role = ProcessRole::container_init;
    init.caught_signals = diagnosis::sigterm;
    files.state_init_start = init.start_time;
    pod.host.snapshot().containers.push_back(files);
    Host::in_call(init, call_nanosleep);
    pod.host.resample(6s);
    CHECK(pod.daemon().cause == "healthy");
    init.pid = Pid{90210};
    init.role = {};
    CHECK(pod.daemon().cause == "unknown");
}

TEST_CASE("a client's request to a server on a unix socket is late after five seconds of two looks, a stream that it listens to never") {
    Host host;
    Process& kubelet = host.add(10, 1, "kubelet");
    kubelet.role.role = ProcessRole::client;
    kubelet.go = GoProgram{.pid = Pid{10}, .version = "go1.22"};
    Goroutine& asks = kubelet.go->goroutines.emplace_back();
    asks.id = GoroutineId{7};
    asks.state = GoState::waiting;
    asks.wait.kind = GoWaitKind::select;
    asks.wait.reply = {.protocol = "gRPC", .method = "node.NodePublishVolume", .connections = {Fd{9}}, .tied = true};
    host.add(300, 1, "csi-driver");
    OpenFile& own = Host::fd(kubelet, 9, OpenFileKind::unix_socket, 900, read_write);
    own.socket = SocketFacts{.local = "a", .remote = "b", .inode = Inode{900}, .peer_inode = Inode{901}};
    own.holders = {{.pid = Pid{300}, .fd = Fd{3}, .reads = true, .writes = true}};
    const auto why = [&] { return diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{10}}, .shims = {}}).at(0); };
    CHECK(why().unsettled);
    host.resample(5200ms);
    asks.waiting = 5200ms;
    CHECK(why().cause == "plugin-unresponsive");
    CHECK(blamed(why()) == std::vector{300});
    asks.wait.reply.edit().method = "devicePluginListAndWatch.Recv";
    CHECK_FALSE(why().stuck);
}

TEST_CASE("a stop waits for what handles the container's end, that for the copy of its output, and that for the log's file system") {
    Pod pod({.service = "RuntimeService", .method = "StopContainer", .container = "a012"});
    Goroutine& handler = pod.add(8);
    handler.wait.kind = GoWaitKind::wait_group;
    handler.wait.holders = {{GoroutineId{9}, 4, {"has the object waited for in its frames"}}};
    handler.stack = {{.function = std::string("github.com/containerd/containerd/pkg/cri/io.(*ContainerIO).Wait")},
                     {.function = std::string("github.com/containerd/containerd/pkg/cri/server.handleContainerExit")}};
    handler.purpose = {.what = "exit handler", .detail = {}, .container = ContainerRef{"", "a012"}};
    Goroutine& copier = pod.add(9);
    copier.stack = {{.function = std::string("github.com/containerd/containerd/pkg/cri/io.(*ContainerIO).Pipe.func1")}};
    copier.wait.holders = {{GoroutineId{10}, 4, {"has the object waited for in its frames"}}};
    Goroutine& logger = pod.add(10);
    logger.state = GoState::syscall;
    logger.thread = Tid{10};
    Host::in_call(pod.containerd, call_write, 22, ProcessState::uninterruptible);
    pod.host.resample(6s);
    const Diagnosis said = pod.daemon();
    CHECK(said.cause == "uninterruptible");
    REQUIRE(said.calls.size() == 1);
    handler.purpose.container.edit().id = "another";
    CHECK(pod.daemon().calls.front().waits_for.find("uninterruptible") == std::string::npos);
}
