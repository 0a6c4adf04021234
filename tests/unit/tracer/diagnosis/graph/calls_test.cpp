#include "tracer/diagnosis/graph/calls.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

GoFrame frame(const char* function) {
    return {.function = function};
}

/// containerd[10], whose goroutine 7 serves RunPodSandbox of prod/web-1 and waits for goroutine 8.
Process& containerd_at_work(Host& host) {
    Process& containerd = host.add(10, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    Goroutine call;
    call.id = GoroutineId{7};
    call.state = GoState::waiting;
    call.wait_reason = "chan receive";
    call.stack = {frame("github.com/containerd/go-cni.(*libcni).attachNetworks")};
    call.serves = {.service = "RuntimeService", .method = "RunPodSandbox", .pod_namespace = "prod", .pod = "web-1"};
    call.wait.kind = GoWaitKind::chan_receive;
    call.wait.object = RemoteAddress{0xc000};
    call.wait.holders = {{GoroutineId{8}, 8, {"was started by it"}}};
    Goroutine worker;
    worker.id = GoroutineId{8};
    worker.state = GoState::syscall;
    worker.stack = {frame("os.(*Process).Wait")};
    worker.wait.kind = GoWaitKind::child;
    worker.wait.child = Pid{20};
    Goroutine waits;  // for a container's end, as containerd does for each
    waits.id = GoroutineId{9};
    waits.state = GoState::waiting;
    waits.wait.kind = GoWaitKind::select;
    waits.wait.reply = {.protocol = "ttrpc", .method = "task.Wait", .connections = {}, .tied = true};
    containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4", .goroutines = {call, worker, waits}};
    return containerd;
}

/// Its CNI plugin[20], which runs curl[21].
void add_plugin(Host& host) {
    Process& plugin = host.add(20, 10, "bridge");
    plugin.role = {.role = ProcessRole::plugin, .container = {"k8s.io", "abcd1234"}, .exec_id = {}, .operation = "CNI ADD"};
    plugin.environment = {"CNI_COMMAND=ADD", "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=prod;K8S_POD_NAME=web-1"};
    Host::in_call(plugin, call_wait4, ~std::uint64_t{0});
    Process& leaf = host.add(21, 20, "curl");
    leaf.role = plugin.role;
    Host::in_call(leaf, call_nanosleep);
}

}  // namespace

TEST_CASE("of two pods under way each waits for its own plugin, where no goroutine tells which") {
    Host host;
    Process& containerd = containerd_at_work(host);
    containerd.go->goroutines[1].wait = {};
    add_plugin(host);
    Process& other = host.add(30, 10, "bridge");
    other.role = {.role = ProcessRole::plugin, .container = {"k8s.io", "ffff1234"}, .exec_id = {}, .operation = "CNI ADD"};
    other.environment = {"CNI_COMMAND=ADD", "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=prod;K8S_POD_NAME=web-2"};
    Host::in_call(other, call_nanosleep);
    Goroutine& second = containerd.go->goroutines.emplace_back(containerd.go->goroutines[0]);
    second.id = GoroutineId{18};
    second.serves.edit().pod = "web-2";
    const Snapshot snapshot = host.build();
    for (const auto& [name, culprit] : {std::pair{"web-1", 21}, std::pair{"web-2", 30}}) {
        const auto verdicts = diagnosis::diagnose(snapshot, {.containers = {}, .pids = {}, .shims = {}, .pods = {{"prod", name, Pid{10}}}});
        REQUIRE(verdicts.size() == 1);
        CHECK(verdicts[0].cause == "plugin-unresponsive");
        REQUIRE(verdicts[0].culprits.size() == 1);
        CHECK(verdicts[0].culprits[0].pid == Pid{culprit});
    }
}

TEST_CASE("a plugin that does not end is to blame, by what it waits for itself, whoever asks") {
    Host host;
    containerd_at_work(host);
    add_plugin(host);
    const Snapshot snapshot = host.build();
    const diagnosis::Query pod{.containers = {}, .pids = {}, .shims = {}, .pods = {{"prod", "web-1", Pid{10}}}};
    const diagnosis::Query daemon{.containers = {}, .pids = {Pid{10}}, .shims = {}};
    for (const diagnosis::Query& query : {pod, daemon, diagnosis::Query{}}) {
        const std::vector<Diagnosis> verdicts = diagnosis::diagnose(snapshot, query);
        REQUIRE(verdicts.size() == 1);
        CHECK(verdicts[0].cause == "plugin-unresponsive");
        CHECK(verdicts[0].stuck);
        REQUIRE(!verdicts[0].culprits.empty());
        CHECK(verdicts[0].culprits[0].pid == Pid{21});
        REQUIRE(verdicts[0].calls.size() == 1);
        CHECK(verdicts[0].calls[0].method == "RunPodSandbox");
        CHECK(verdicts[0].calls[0].pod == "web-1");
        CHECK(verdicts[0].calls[0].waits_for.find("curl[21]") != std::string::npos);
    }
}

TEST_CASE("a plugin that is young has the time that it needs") {
    Host host;
    containerd_at_work(host);
    add_plugin(host);
    Snapshot snapshot = host.build();
    for (Process& process : snapshot.processes)
        if (process.pid == Pid{20} || process.pid == Pid{21}) process.start_time = 99800;  // two seconds old
    const std::vector<Diagnosis> verdicts = diagnosis::diagnose(snapshot, {.containers = {}, .pids = {Pid{10}}, .shims = {}});
    CHECK_FALSE(verdicts.at(0).stuck);
    CHECK(verdicts.at(0).unsettled);
    CHECK(verdicts.at(0).confidence != Confidence::certain);
}

TEST_CASE("a call that lasts, for no reason that is known, is not healthy") {
    Host host;
    Process& containerd = containerd_at_work(host);
    containerd.go->goroutines.resize(1);
    containerd.go->goroutines[0].wait.holders.clear();
    containerd.go->goroutines[0].waiting = 10s;
    std::vector<Diagnosis> verdicts = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{10}}, .shims = {}});
    CHECK(verdicts.at(0).cause == "unknown");
    CHECK_FALSE(verdicts.at(0).decided);
    SUBCASE("for so long that nothing takes") {
        Host later;
        containerd_at_work(later).go->goroutines[0].waiting = 120s;
        verdicts = diagnosis::diagnose(later.build(), {.containers = {}, .pids = {Pid{10}}, .shims = {}});
        CHECK(verdicts.at(0).stuck);
    }
}

TEST_CASE("a pod of which a call tells is one without a shim, until it has one") {
    Host host;
    containerd_at_work(host);
    add_plugin(host);
    Snapshot snapshot = host.build();
    CHECK(diagnosis::pods_without_shim(diagnosis::Facts(snapshot)) == std::vector<PodRef>{{"prod", "web-1", Pid{10}}});
    Host made;
    containerd_at_work(made);
    made.container(100, 200, "abcd1234", "k8s.io");
    snapshot = made.build();
    snapshot.containers[0].pod_namespace = "prod";
    snapshot.containers[0].pod = "web-1";
    CHECK(diagnosis::pods_without_shim(diagnosis::Facts(snapshot)).empty());
}

TEST_CASE("a daemon that tries a database's lock again and again waits for who has it") {
    Host host;
    Process& second = host.add(11, 1, "containerd");
    second.role.role = ProcessRole::containerd;
    Goroutine opens;
    opens.id = GoroutineId{1};
    opens.state = GoState::waiting;
    opens.wait.kind = GoWaitKind::sleep;
    opens.stack = {frame("time.Sleep"), frame("go.etcd.io/bbolt.flock"), frame("go.etcd.io/bbolt.Open")};
    second.go = GoProgram{.pid = Pid{11}, .version = "go1.24.4", .goroutines = {opens}};
    Host::fd(second, 7, OpenFileKind::file, 4711, read_write, OpenFileRole::none, "/var/lib/containerd/meta.db");
    host.add(10, 1, "containerd").role.role = ProcessRole::containerd;
    Snapshot snapshot = host.build();
    snapshot.locks.push_back({.kind = "FLOCK", .write = true, .holder = Pid{10}, .device = 0, .inode = Inode{4711}, .waiters = {Pid{11}}});
    const std::vector<Diagnosis> verdicts = diagnosis::diagnose(snapshot, {.containers = {}, .pids = {Pid{11}}, .shims = {}});
    CHECK(verdicts.at(0).cause == "file-lock");
    REQUIRE(!verdicts.at(0).culprits.empty());
    CHECK(verdicts.at(0).culprits[0].pid == Pid{10});
}

TEST_CASE("who calls is told from the connection that the call came on") {
    Host host;
    Process& containerd = containerd_at_work(host);
    add_plugin(host);
    containerd.go->goroutines[0].serves.edit().connection = Fd{12};
    OpenFile& theirs = Host::fd(containerd, 12, OpenFileKind::unix_socket, 500, read_write);
    theirs.socket = SocketFacts{};
    theirs.socket->inode = Inode{500};
    theirs.socket->peer_inode = Inode{501};
    Process& client = host.add(30, 1, "python3");
    OpenFile& own = Host::fd(client, 3, OpenFileKind::unix_socket, 501, read_write);
    own.socket = SocketFacts{};
    own.socket->inode = Inode{501};
    own.socket->peer_inode = Inode{500};
    const std::vector<Diagnosis> verdicts = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{30}}, .shims = {}});
    CHECK(verdicts.at(0).cause == "plugin-unresponsive");
}

TEST_CASE("what is created waits for the call that has not come to its start, and for what that waits for") {
    Host host;
    containerd_at_work(host);
    add_plugin(host);
    Process& init = host.container(100, 200, "abcd1234", "k8s.io");
    init.role.role = ProcessRole::runtime_init;
    Host::in_call(init, call_openat);
    init.threads.front().path_argument = "/proc/self/fd/5/exec.fifo";
    init.threads.front().kernel_stack = {"wait_for_partner", "fifo_open"};
    Snapshot snapshot = host.build();
    const diagnosis::Query query{.containers = {{"k8s.io", "abcd1234"}}, .pids = {}, .shims = {}};
    CHECK(diagnosis::diagnose(snapshot, query).at(0).cause == "created-not-started");
    snapshot.containers[0].pod_namespace = "prod";
    snapshot.containers[0].pod = "web-1";
    snapshot.containers[0].sandbox = "abcd1234";
    CHECK(diagnosis::diagnose(snapshot, query).at(0).cause == "plugin-unresponsive");
}
