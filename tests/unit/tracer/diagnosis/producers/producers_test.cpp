// Every producer of edges alone: a made snapshot, one node, and what it is said to wait for.
#include "tracer/diagnosis/producers/producers.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace shimtrace;
using namespace shimtrace::test;
using diagnosis::NodeKey;
using diagnosis::RootCause;
using diagnosis::Wait;

namespace {

std::set<std::string_view> tested;  // names of producers, for the last test

/// What the producer of that name says of `subject`, asked about the container c1.
std::vector<Wait> edges(const Host& host, std::string_view name, const NodeKey& subject) {
    const Snapshot snapshot = host.build();
    const diagnosis::Facts facts(snapshot);
    const diagnosis::Scope scope = facts.scope(ContainerRef{"default", "c1"}, {});
    std::vector<Wait> waits;
    for (const diagnosis::Producer& producer : diagnosis::producers()) {
        if (producer.name != name) continue;
        tested.insert(producer.name);
        REQUIRE(producer.from == subject.kind);
        producer.produce({facts, scope}, subject, waits);
    }
    return waits;
}

Wait only_edge(const Host& host, std::string_view name, const NodeKey& subject) {
    const std::vector<Wait> waits = edges(host, name, subject);
    REQUIRE(waits.size() == 1);
    return waits.front();
}

NodeKey main_thread(std::int32_t pid) {
    return NodeKey::thread(Pid{pid}, Tid{pid});
}

Process& runc(Host& host, std::int32_t pid, std::string operation, std::uint64_t started = 10000) {
    Process& process = host.add(pid, 100, "runc");
    process.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = std::move(operation)};
    process.start_time = started;
    return process;
}

const std::int64_t call_connect = call_number("connect"), call_poll = call_number("poll"), call_mkdir = call_number("mkdir");

}  // namespace

TEST_CASE("frozen cgroup: the ancestor that freezes is named, and that SIGKILL waits") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.pending_signals = 1U << 8U;
    host.snapshot().cgroups.push_back({.path = init.cgroup, .freezer_state = "FROZEN", .frozen_by = "/default"});
    const Wait wait = only_edge(host, "frozen cgroup", NodeKey::of(Pid{200}));
    CHECK(wait.root_cause == RootCause::frozen);
    CHECK(wait.to.name == "/default");
    CHECK(wait.evidence.find("SIGKILL") != std::string::npos);
    host.snapshot().cgroups.front().freezer_state = "THAWED";
    CHECK(edges(host, "frozen cgroup", NodeKey::of(Pid{200})).empty());
}

TEST_CASE("stopped by a tracer: who goes on between two looks is only being traced") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().tracer = 500;
    init.threads.front().state = init.state = ProcessState::traced;
    host.add(500, 1, "gdb");
    host.resample(200ms);
    const Wait held = only_edge(host, "stopped by a tracer", NodeKey::of(Pid{200}));
    CHECK(held.root_cause == RootCause::traced);
    CHECK(held.to.pid == Pid{500});
    CHECK_FALSE(held.normal);
    host.resample(200ms, {200});
    CHECK(only_edge(host, "stopped by a tracer", NodeKey::of(Pid{200})).normal);
}

TEST_CASE("stopped by a signal") {
    Host host;
    Host::stop(host.container(100, 200, "c1"));
    CHECK(only_edge(host, "stopped by a signal", NodeKey::of(Pid{200})).root_cause == RootCause::stopped);
    CHECK(edges(host, "stopped by a signal", NodeKey::of(Pid{100})).empty());
}

TEST_CASE("a zombie, for its parent; one of the workload's own is its own affair") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.state = init.threads.front().state = ProcessState::zombie;
    host.resample(1600ms);
    const Wait wait = only_edge(host, "a zombie, for its parent", NodeKey::of(Pid{200}));
    CHECK(wait.to.pid == Pid{100});
    CHECK(wait.if_idle == RootCause::unreaped);
    init.state = init.threads.front().state = ProcessState::sleeping;
    Process& child = host.inside(host.add(210, 200, "child"), {"default", "c1"}, 7);
    child.state = child.threads.front().state = ProcessState::zombie;
    CHECK(edges(host, "a zombie, for its parent", NodeKey::of(Pid{210})).empty());
}

TEST_CASE("a shim, for its runc: only one that is at work for long is an end by itself") {
    Host host;
    host.container(100, 200, "c1");
    Process& kill = runc(host, 110, "kill", 99990);
    CHECK(only_edge(host, "a shim, for its runc", NodeKey::of(Pid{100})).if_idle == RootCause::none);
    kill.start_time = 10000;
    host.resample(200ms);
    CHECK(only_edge(host, "a shim, for its runc", NodeKey::of(Pid{100})).if_idle == RootCause::runtime_alive);
}

TEST_CASE("runc, for its children: a hook is an end, an init leads on") {
    Host host;
    host.container(100, 200, "c1");
    runc(host, 110, "create");
    host.add(111, 110, "hook").role = {.role = ProcessRole::hook, .container = {"default", "c1"}};
    host.resample(200ms);
    const Wait wait = only_edge(host, "runc, for its children", NodeKey::of(Pid{110}));
    CHECK(wait.if_idle == RootCause::hook);
    CHECK_FALSE(wait.inferred);
    CHECK(wait.to.pid == Pid{111});
}

TEST_CASE("a shim's copier, for the fifo; with a way out that is free it is gone") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    NodeKey copier = NodeKey::of(Pid{100});
    copier.inode = Inode{5000};
    CHECK(only_edge(host, "a shim's copier, for the fifo", copier).to.inode == Inode{5001});
    host.snapshot().pipes.back().queued = 0;
    CHECK(only_edge(host, "a shim's copier, for the fifo", copier).root_cause == RootCause::copier_gone);
}

TEST_CASE("an end of file that never comes: who still has it open") {
    Host host;
    host.container(100, 200, "c1");
    host.daemon_of_exec(100, 200, 210);
    const Wait wait = only_edge(host, "an end of file that never comes", NodeKey::of(Pid{100}));
    CHECK(wait.root_cause == RootCause::holds_open);
    CHECK(wait.to.pid == Pid{210});
}

TEST_CASE("a shim, for containerd: what it sent and is not read") {
    Host host;
    host.container(100, 200, "c1");
    host.add(300, 1, "containerd").role.role = ProcessRole::containerd;
    OpenFile& event =
        Host::fd(host.get(100), 9, OpenFileKind::unix_socket, 8000, read_write, OpenFileRole::containerd_ttrpc, "socket:[8000]");
    event.socket = SocketFacts{.state = "ESTABLISHED", .inode = Inode{8000}, .send_queue = 500};
    event.holders.push_back({.pid = Pid{300}});
    const Wait wait = only_edge(host, "a shim, for containerd", NodeKey::of(Pid{100}));
    CHECK(wait.to.pid == Pid{300});
    CHECK(wait.if_idle == RootCause::containerd);
    host.get(100).fds.back().target.socket->send_queue = 0;
    CHECK(edges(host, "a shim, for containerd", NodeKey::of(Pid{100})).empty());
}

TEST_CASE("a shim, for a containerd that is gone: when its container has ended, and nobody listens any more") {
    constexpr std::string_view name = "a shim, for a containerd that is gone";
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.snapshot().sockets.push_back({.local = "/run/other.sock", .state = "LISTEN", .inode = Inode{5}});
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
    init.state = init.threads.front().state = ProcessState::zombie;  // a shim that does not even reap waits for nobody
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
    init.pid = Pid{99999};
    init.role = {};
    CHECK(only_edge(host, name, NodeKey::of(Pid{100})).root_cause == RootCause::containerd);
    host.snapshot().sockets.push_back({.local = "/run/containerd/containerd.sock", .state = "LISTEN", .inode = Inode{6}});
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
}

TEST_CASE("a process, as its goroutines and its threads: each is a node; a copier is asked for its stream alone") {
    Host host;
    host.container(100, 200, "c1");
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = shim.pid};
    Goroutine waits{.id = GoroutineId{7}, .state = GoState::waiting, .wait_reason = "semacquire"};
    waits.wait.kind = GoWaitKind::mutex;
    Goroutine rests = waits;
    rests.id = GoroutineId{8};
    rests.wait.kind = GoWaitKind::select;
    shim.go->goroutines = {waits, rests};
    CHECK(only_edge(host, "a process, as its goroutines", NodeKey::of(Pid{100})).to.goroutine == GoroutineId{7});
    shim.threads.push_back({.tid = Tid{101}, .comm = "shim", .state = ProcessState::sleeping, .syscall = call_futex});
    CHECK(edges(host, "a process, as its threads", NodeKey::of(Pid{100})).size() == 2);
    NodeKey copier = NodeKey::of(Pid{100});
    copier.inode = Inode{5000};
    CHECK(edges(host, "a process, as its threads", copier).empty());
}

TEST_CASE("a file system's server: its mount's; a server that waits for requests is idle") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_read, 3, ProcessState::uninterruptible);
    Host::fd(init, 3, OpenFileKind::file, 77, read_only, OpenFileRole::none, "/data/file").device = 42;
    init.threads.front().kernel_stack = {"request_wait_answer"};
    host.add(500, 1, "fuse-server");
    host.snapshot().mounts.push_back({.device = 43, .mount_point = "/other", .type = "fuse.x", .source = "x", .fuse_server = Pid{501}});
    host.snapshot().mounts.push_back({.device = 42, .mount_point = "/data", .type = "fuse.x", .source = "x", .fuse_server = Pid{500}});
    CHECK(only_edge(host, "a file system's server", main_thread(200)).to.pid == Pid{500});
    init.threads.front().kernel_stack = {"fuse_dev_do_read"};
    CHECK(edges(host, "a file system's server", main_thread(200)).empty());
}

TEST_CASE("a seccomp agent: one at whose listener no call waits is another's") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_mkdir);
    init.threads.front().kernel_stack = {"seccomp_do_user_notification"};
    Host::fd(host.add(500, 1, "agent"), 5, OpenFileKind::seccomp_notify, 9, read_write).count = 1;
    Host::fd(host.add(501, 1, "idle-agent"), 5, OpenFileKind::seccomp_notify, 9, read_write).count = 4;
    CHECK(only_edge(host, "a seccomp agent", main_thread(200)).to.pid == Pid{500});
}

TEST_CASE("a memory cgroup: over memory.high, or under OOM without a killer") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().kernel_stack = {"mem_cgroup_oom_synchronize"};
    host.snapshot().cgroups.push_back({.path = init.cgroup, .under_oom = true});
    const Wait wait = only_edge(host, "a memory cgroup", main_thread(200));
    CHECK(wait.root_cause == RootCause::memory);
    CHECK(wait.confidence == Confidence::certain);
}

TEST_CASE("zap_pid_ns_processes: for what is left in the pid namespace") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().kernel_stack = {"zap_pid_ns_processes"};
    Process& left = host.inside(host.add(210, 200, "left"), {"default", "c1"}, 7);
    left.state = left.threads.front().state = ProcessState::uninterruptible;
    const Wait wait = only_edge(host, "zap_pid_ns_processes", main_thread(200));
    CHECK(wait.to.pid == Pid{210});
    CHECK(wait.if_idle == RootCause::pidns_member);
}

TEST_CASE("vfork: for the child") {
    Host host;
    host.container(100, 200, "c1");
    host.get(100).threads.front().kernel_stack = {"wait_for_vfork_done"};
    const std::vector<Wait> waits = edges(host, "vfork", main_thread(100));
    CHECK(std::ranges::any_of(waits, [](const Wait& wait) { return wait.to.pid == Pid{200}; }));
}

TEST_CASE("state D: certain at once only under a frozen file system; what has a better name is not told here") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_write, 3, ProcessState::uninterruptible);
    host.resample(200ms);
    CHECK(only_edge(host, "state D", main_thread(200)).confidence == Confidence::possible);
    init.threads.front().kernel_stack = {"percpu_rwsem_wait", "vfs_write"};
    CHECK(only_edge(host, "state D", main_thread(200)).confidence == Confidence::certain);
    init.threads.front().kernel_stack = {"request_wait_answer"};
    CHECK(edges(host, "state D", main_thread(200)).empty());
}

TEST_CASE("a read: between runc and its init a step of the handshake, in a workload its own affair") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_read, 0);
    Host::fd(init, 0, OpenFileKind::pipe, 7000, read_only);
    host.add(300, 1, "writer");
    Host::fd(host.get(300), 1, OpenFileKind::pipe, 7000, write_only);
    CHECK(only_edge(host, "a read", main_thread(200)).normal);
    init.role.role = ProcessRole::runtime_init;
    host.get(300).role.role = ProcessRole::runtime;
    CHECK_FALSE(only_edge(host, "a read", main_thread(200)).normal);
}

TEST_CASE("a splice waits for the pipe that keeps it: an empty source before a sink, a full sink before a source that has bytes") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_number("splice"), 3);
    init.threads.front().args = {3, 0, 4};
    Host::fd(init, 3, OpenFileKind::pipe, 7000, read_only);
    Host::fd(init, 4, OpenFileKind::pipe, 7001, write_only);
    host.pipe(7000, 0);
    host.pipe(7001, 65536);
    host.add(300, 1, "writer");
    Host::fd(host.get(300), 1, OpenFileKind::pipe, 7000, write_only);
    CHECK(only_edge(host, "a read", main_thread(200)).to.pid == Pid{300});
    CHECK(edges(host, "a write", main_thread(200)).empty());
    host.snapshot().pipes[0].queued = 4096;
    CHECK(only_edge(host, "a write", main_thread(200)).to.inode == Inode{7001});
    CHECK(edges(host, "a read", main_thread(200)).empty());
}

TEST_CASE("a call is known by its own architecture's number") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, *decoders::syscall_number(Arch::i386, "fcntl64"), 3);
    init.threads.front().arch = Arch::i386;
    init.threads.front().args[1] = 14;  // F_SETLKW64
    Host::fd(init, 3, OpenFileKind::file, 7000, read_write, OpenFileRole::none, "/data/lock");
    CHECK(only_edge(host, "futex, flock, fcntl", main_thread(200)).root_cause == RootCause::lock_holder);
    init.threads.front().args[1] = 3;  // F_GETFL
    CHECK(edges(host, "futex, flock, fcntl", main_thread(200)).empty());
}

TEST_CASE("a write into a full pipe leads to the pipe") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    const Wait wait = only_edge(host, "a write", main_thread(200));
    CHECK(wait.to.kind == NodeKind::pipe);
    CHECK(wait.to.inode == Inode{5000});
}

TEST_CASE("an open: of a fifo whose other end is closed, and of exec.fifo") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_openat);
    CHECK(edges(host, "an open", main_thread(200)).empty());
    init.threads.front().kernel_stack = {"wait_for_partner", "fifo_open"};
    init.threads.front().path_argument = "/data/fifo";
    CHECK(only_edge(host, "an open", main_thread(200)).root_cause == RootCause::nobody_opens);
    init.role.role = ProcessRole::runtime_init;
    CHECK(only_edge(host, "an open", main_thread(200)).root_cause == RootCause::never_started);
}

TEST_CASE("wait4 and waitid: a program whose children live is at work; one whose only child is stopped is not") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& child = host.inside(host.add(210, 200, "child"), {"default", "c1"}, 7);
    Host::in_call(init, call_wait4, static_cast<std::uint64_t>(-1));
    CHECK(only_edge(host, "wait4 and waitid", main_thread(200)).normal);
    Host::stop(child);
    CHECK_FALSE(only_edge(host, "wait4 and waitid", main_thread(200)).normal);
}

TEST_CASE("poll, select, epoll: for room in a full pipe; for anything else they rest") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Host::in_call(init, call_poll);
    CHECK(only_edge(host, "poll, select, epoll", main_thread(200)).normal);
    init.threads.front().polled = {Fd{1}};
    const Wait wait = only_edge(host, "poll, select, epoll", main_thread(200));
    CHECK_FALSE(wait.normal);
    CHECK(wait.to.inode == Inode{5000});
}

TEST_CASE("futex, flock, fcntl: a file lock's holder; a futex is the program's own") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_futex);
    CHECK(only_edge(host, "futex, flock, fcntl", main_thread(200)).normal);
    Host::in_call(init, call_flock, 3);
    host.snapshot().locks.push_back({.kind = "FLOCK", .holder = Pid{500}, .waiters = {Pid{200}}});
    CHECK(only_edge(host, "futex, flock, fcntl", main_thread(200)).to.pid == Pid{500});
}

TEST_CASE("sleep, pause, running: of its own will") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    CHECK(only_edge(host, "sleep, pause, running", main_thread(200)).kind == WaitKind::sleeps);
    init.threads.front().state = ProcessState::running;
    CHECK(only_edge(host, "sleep, pause, running", main_thread(200)).kind == WaitKind::runs);
    Host::in_call(init, call_connect, 3);
    CHECK(only_edge(host, "sleep, pause, running", main_thread(200)).normal);
}

TEST_CASE("a full pipe, for its readers: a shim holds both ends of a fifo and is no reader of it") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    const NodeKey pipe{.kind = NodeKind::pipe, .inode = Inode{5000}};
    const NodeKey fifo{.kind = NodeKind::pipe, .inode = Inode{5001}, .name = "/run/containerd/fifo/1/c1-stdout"};
    CHECK(only_edge(host, "a full pipe, for its readers", pipe).to.pid == Pid{100});
    CHECK(only_edge(host, "a full pipe, for its readers", fifo).root_cause == RootCause::nobody_reads);
    host.reader(300, init, 5000);
    CHECK(only_edge(host, "a full pipe, for its readers", fifo).to.pid == Pid{300});
}

TEST_CASE("a console, for its master") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    OpenFile& console = Host::fd(init, 1, OpenFileKind::pty, 3, read_write, OpenFileRole::console, "/dev/pts/0");
    console.holders = {{.pid = Pid{100}}, {.pid = Pid{200}}};
    const Wait wait = only_edge(host, "a console, for its master", {.kind = NodeKind::pty, .pid = Pid{200}, .inode = Inode{3}});
    CHECK(wait.to.pid == Pid{100});
    CHECK(wait.to.name == "console");
}

TEST_CASE("a call about a pod leads to the plugin that says it is that pod's, to no other") {
    Host host;
    Process& containerd = host.add(10, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    containerd.go = GoProgram{.pid = containerd.pid};
    Goroutine& call = containerd.go->goroutines.emplace_back();
    call.id = GoroutineId{7};
    call.serves = {.service = "RuntimeService", .method = "StopPodSandbox", .pod_namespace = "prod", .pod = "web-1"};
    for (const auto& [pid, pod] : {std::pair{20, "web-2"}, std::pair{21, "web-1"}}) {
        Process& plugin = host.add(pid, 10, "bridge");
        plugin.role = {.role = ProcessRole::plugin, .container = {"k8s.io", "abcd1234"}, .operation = "CNI DEL"};
        plugin.environment = {"CNI_COMMAND=DEL", std::string("CNI_ARGS=K8S_POD_NAMESPACE=prod;K8S_POD_NAME=") + pod};
    }
    const auto waits = edges(host, "a call, for its pod's plugin", NodeKey::of(Pid{10}, GoroutineId{7}));
    REQUIRE(!waits.empty());
    for (const Wait& wait : waits) CHECK(wait.to.pid == Pid{21});
}

TEST_CASE("goroutines: on a descriptor, for a lock, for a child, in a call") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    runc(host, 110, "kill");
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = shim.pid};
    const auto goroutine = [&](std::uint64_t id, GoWaitKind kind) -> Goroutine& {
        Goroutine& one = shim.go->goroutines.emplace_back();
        one.id = GoroutineId{id};
        one.state = GoState::waiting;
        one.wait.kind = kind;
        return one;
    };
    goroutine(1, GoWaitKind::fd_write).wait.fd = Fd{18};
    goroutine(2, GoWaitKind::mutex).wait.holders = {{GoroutineId{3}, 8, {"its address is in the frame"}}};
    goroutine(3, GoWaitKind::child).wait.child = Pid{110};
    Goroutine& calls = goroutine(4, GoWaitKind::none);
    calls.state = GoState::syscall;
    calls.thread = Tid{100};
    const auto node = [](std::uint64_t id) { return NodeKey::of(Pid{100}, GoroutineId{id}); };
    CHECK(only_edge(host, "a goroutine, on a descriptor", node(1)).to.inode == Inode{5001});
    CHECK(only_edge(host, "a goroutine, for a lock", node(2)).to.goroutine == GoroutineId{3});
    CHECK(only_edge(host, "a goroutine, for a child", node(3)).to.pid == Pid{110});
    CHECK(only_edge(host, "a goroutine, in a call", node(4)).to.tid == Tid{100});
}

namespace {

/// The shim's copier of stdout, caught in a write of the fifo.
void copier_writes(Process& shim) {
    GoProgram go;
    Goroutine copier;
    copier.id = GoroutineId{7};
    copier.state = GoState::waiting;
    copier.purpose.what = "copier";
    copier.wait.kind = GoWaitKind::fd_write;
    copier.wait.fd = Fd{18};
    go.goroutines = {copier};
    shim.go = go;
}

}  // namespace

TEST_CASE("a full stdout, whatever its writer does: it is full up to the reader, and the copier waits") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Host::in_call(init, call_nanosleep);
    CHECK(edges(host, "a full stdout, whatever its writer does", NodeKey::of(Pid{200})).empty());  // the copier may be at work
    copier_writes(host.get(100));
    const Wait wait = only_edge(host, "a full stdout, whatever its writer does", NodeKey::of(Pid{200}));
    CHECK(wait.to.inode == Inode{5000});
    CHECK(wait.confidence == Confidence::possible);  // until it is seen again
    host.resample(200ms);
    CHECK(only_edge(host, "a full stdout, whatever its writer does", NodeKey::of(Pid{200})).confidence == Confidence::possible);
    host.resample(2s);
    CHECK(only_edge(host, "a full stdout, whatever its writer does", NodeKey::of(Pid{200})).confidence == Confidence::likely);
    host.resample(2s, {100});
    CHECK(only_edge(host, "a full stdout, whatever its writer does", NodeKey::of(Pid{200})).normal);  // the shim copies: it flows
    host.snapshot().pipes.back().queued = 100;
    CHECK(edges(host, "a full stdout, whatever its writer does", NodeKey::of(Pid{200})).empty());
}

TEST_CASE("a full pipe, for its readers: another container may be who reads") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Process& agent = host.container(101, 300, "c2");
    Host::fd(agent, 3, OpenFileKind::fifo, 5001, read_only, OpenFileRole::none, "/log");
    const NodeKey fifo{.kind = NodeKind::pipe, .inode = Inode{5001}, .name = "/run/containerd/fifo/1/c1-stdout"};
    CHECK(only_edge(host, "a full pipe, for its readers", fifo).to.pid == Pid{300});
}

TEST_CASE("a full pipe, for its readers: one of the container's own counts where it is stopped") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::fd(init, 1, OpenFileKind::pipe, 7000, write_only);
    host.pipe(7000, 65536);
    Host::in_call(init, call_write, 1);
    Process& reader = host.inside(host.add(210, 200, "cat"), {"default", "c1"}, 7);
    Host::fd(reader, 0, OpenFileKind::pipe, 7000, read_only);
    const NodeKey pipe{.kind = NodeKind::pipe, .inode = Inode{7000}};
    CHECK(edges(host, "a full pipe, for its readers", pipe).empty());
    CHECK(only_edge(host, "a write", main_thread(200)).normal);
    Host::stop(reader);
    CHECK(only_edge(host, "a full pipe, for its readers", pipe).to.pid == Pid{210});
    CHECK_FALSE(only_edge(host, "a write", main_thread(200)).normal);
}

TEST_CASE("a shim's copier, for the fifo: one that nobody tells the stream of is found by its write") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    for (Process* process : {&init, &host.get(100)})
        for (FdEntry& entry : process->fds)
            if (entry.target.kind == OpenFileKind::pipe) entry.target.role = {};
    init.fds.front().fd = Fd{5};
    copier_writes(host.get(100));
    NodeKey copier = NodeKey::of(Pid{100});
    copier.inode = Inode{5000};
    CHECK(only_edge(host, "a shim's copier, for the fifo", copier).to.goroutine == GoroutineId{7});
}

TEST_CASE("a socket, for its other end: who has it, of a thread and of a goroutine alike") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& server = host.add(300, 1, "server");
    Host::in_call(server, call_nanosleep);
    const SocketFacts near{.protocol = "TCP",
                           .remote = "10.0.0.2:80",
                           .state = "ESTABLISHED",
                           .inode = Inode{7000},
                           .peer_inode = Inode{7001},
                           .send_queue = 100};
    const SocketFacts far{
        .protocol = "TCP", .local = "10.0.0.2:80", .state = "ESTABLISHED", .inode = Inode{7001}, .peer_inode = Inode{7000}};
    Host::fd(init, 3, OpenFileKind::inet_socket, 7000, read_write, OpenFileRole::none, "socket").socket = near;
    Host::fd(server, 4, OpenFileKind::inet_socket, 7001, read_write, OpenFileRole::none, "socket").socket = far;
    host.snapshot().sockets = {near, far};
    Host::in_call(init, call_write, 3);
    host.resample(2s);
    const Wait wait = only_edge(host, "a socket, for its other end", main_thread(200));
    CHECK(wait.to == NodeKey::of(Pid{300}));
    CHECK(wait.if_idle == RootCause::peer);
    CHECK(wait.over_socket);
    Goroutine goroutine{.id = GoroutineId{5}, .state = GoState::waiting};
    goroutine.wait.kind = GoWaitKind::fd_write;
    goroutine.wait.fd = Fd{3};
    init.go.emplace().goroutines.push_back(goroutine);
    CHECK(only_edge(host, "a goroutine, on a socket", NodeKey::of(Pid{200}, GoroutineId{5})).to == NodeKey::of(Pid{300}));
}

TEST_CASE("a lock in memory, for its owner; another thread's end") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().ns_tid = 1;
    init.threads.push_back({.tid = Tid{207}, .state = ProcessState::sleeping, .syscall = call_nanosleep, .ns_tid = 7});
    Thread& waiter = init.threads.front();
    waiter.syscall = call_futex;
    waiter.args = {0x1000, 128, 2};
    waiter.futex.emplace().words = {0, 0, 0, 0, 2, 0, 7, 1};
    const Wait lock = only_edge(host, "a lock in memory, for its owner", main_thread(200));
    CHECK(lock.to == NodeKey::thread(Pid{200}, Tid{207}));
    CHECK(lock.if_idle == RootCause::lock_owner);
    CHECK(lock.confidence == Confidence::possible);
    waiter.args = {0x1000, 9, 7};
    waiter.futex->words = {0, 0, 0, 0, 7};
    CHECK(edges(host, "a lock in memory, for its owner", main_thread(200)).empty());
    const Wait join = only_edge(host, "another thread's end", main_thread(200));
    CHECK(join.to == NodeKey::thread(Pid{200}, Tid{207}));
    CHECK(join.in_ring_alone);
}

TEST_CASE("its own affair, but in a ring: a pipe's one reader") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& reader = host.inside(host.add(210, 200, "cat"), {"default", "c1"}, 7);
    Host::fd(init, 5, OpenFileKind::pipe, 8000, write_only);
    Host::fd(reader, 6, OpenFileKind::pipe, 8000, read_only);
    host.pipe(8000, 65536);
    Host::in_call(init, call_write, 5);
    const Wait wait = only_edge(host, "its own affair, but in a ring", main_thread(200));
    CHECK(wait.to == NodeKey::of(Pid{210}));
    CHECK(wait.normal);
    CHECK(wait.in_ring_alone);
}

TEST_CASE("a shim, for an exit that it was not told of: gone in two looks, and nobody at it") {
    Host host;
    host.container(100, 200, "c1");
    host.get(200).role = {};
    host.get(200).pid = Pid{90200};
    GoProgram go{.pid = Pid{100}, .version = "go1.19.8"};
    Goroutine& wait = go.goroutines.emplace_back();
    wait.purpose = {.what = "RPC handler", .detail = "Task.Wait", .container = ContainerRef{"default", "c1"}};
    host.get(100).go = go;
    constexpr std::string_view name = "a shim, for an exit that it was not told of";
    CHECK(only_edge(host, name, NodeKey::of(Pid{100})).confidence == Confidence::possible);
    host.files().init_gone_for = 1600ms;
    CHECK(only_edge(host, name, NodeKey::of(Pid{100})).confidence == Confidence::certain);
    CHECK(only_edge(host, name, NodeKey::of(Pid{100})).root_cause == RootCause::lost_exit);
    runc(host, 110, "kill");
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
    host.get(110).state = ProcessState::zombie;
    host.get(200 + 90000).pid = Pid{200};
    host.get(200).role = {.role = ProcessRole::container_init, .container = {"default", "c1"}};
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
    host.get(100).go->goroutines.front().purpose.exec_id = "e1";
    host.files().execs = {{"e1", Pid{201}, 1600ms}};
    CHECK(only_edge(host, name, NodeKey::of(Pid{100})).root_cause == RootCause::lost_exit);
}

TEST_CASE("a shim, for its logging program: who has the ready pipe's other end, and what that runs") {
    Host host;
    host.container(100, 200, "c1");
    Process& shim = host.get(100);
    Host::fd(shim, 18, OpenFileKind::pipe, 9000, read_only);
    Process& logger = host.add(120, 100, "logger");
    Host::fd(logger, 5, OpenFileKind::pipe, 9000, write_only);
    host.pipe(9000, 0);
    shim.go = GoProgram{.pid = Pid{100}};
    Goroutine& create = shim.go->goroutines.emplace_back();
    create.purpose = {.what = "RPC handler", .detail = "Task.Create", .container = ContainerRef{"default", "c1"}};
    create.wait = {.kind = GoWaitKind::fd_read, .fd = Fd{18}};
    create.stack.push_back({.function = std::string("github.com/containerd/containerd/pkg/process.NewBinaryIO")});
    constexpr std::string_view name = "a shim, for its logging program";
    host.resample(1600ms);
    const Wait wait = only_edge(host, name, NodeKey::of(Pid{100}));
    CHECK(wait.to.pid == Pid{120});
    CHECK(wait.if_idle == RootCause::unready_logger);
    CHECK(wait.confidence == Confidence::certain);
    host.resample(1600ms, {120});
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
}

TEST_CASE("a shim, for a mount that is busy: only once a delete was refused") {
    Host host;
    host.container(100, 200, "c1");
    host.get(200).role = {};
    host.get(200).pid = Pid{90200};
    host.files().rootfs = "/run/containerd/c1/rootfs";
    host.files().state_path = "/run/containerd/runc/default/c1/state.json";
    host.add(300, 1, "bash");
    host.snapshot().mount_holders = {{.mount_point = "/run/containerd/c1/rootfs",
                                      .pid = Pid{300},
                                      .how = "its working directory",
                                      .path = "/run/containerd/c1/rootfs/tmp"}};
    host.resample(1600ms);
    constexpr std::string_view name = "a shim, for a mount that is busy";
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
    host.files().state_path.clear();
    const Wait wait = only_edge(host, name, NodeKey::of(Pid{100}));
    CHECK(wait.root_cause == RootCause::holds_mount);
    CHECK(wait.to.pid == Pid{300});
    CHECK(wait.evidence.find("working directory") != std::string::npos);
    host.snapshot().mount_holders.front().same_mounts = false;
    CHECK(edges(host, name, NodeKey::of(Pid{100})).empty());
}

TEST_CASE("a stop, for an init that ignores it: only while somebody waits for the stop") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    constexpr std::string_view name = "a stop, for an init that ignores it";
    CHECK(edges(host, name, NodeKey::of(Pid{200})).empty());
    Process& client = host.add(400, 1, "docker");
    client.command_line = {"docker", "stop", "-t", "600", "c1"};
    CHECK(only_edge(host, name, NodeKey::of(Pid{200})).root_cause == RootCause::ignores_signal);
    init.caught_signals = 1U << 14U;
    CHECK(edges(host, name, NodeKey::of(Pid{200})).empty());
    init.caught_signals = 0;
    client.command_line = {"docker", "logs", "c1"};
    CHECK(edges(host, name, NodeKey::of(Pid{200})).empty());
    Process& daemon = host.add(500, 1, "containerd");
    daemon.go = GoProgram{.pid = Pid{500}};
    Goroutine& served = daemon.go->goroutines.emplace_back();
    served.serves.edit().method = "StopContainer";
    served.serves.edit().container = "c1";
    CHECK(only_edge(host, name, NodeKey::of(Pid{200})).to.pid == Pid{200});
}

TEST_CASE("a fanotify listener: whose group asks for permission, and is marked on what is opened") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_openat, 0, ProcessState::uninterruptible);
    init.threads.front().path_argument = "/data/file";
    init.threads.front().kernel_stack = {"fanotify_handle_event", "fsnotify"};
    Mount mount{.id = 44, .device = 77, .mount_point = "/data", .type = "ext4"};
    mount.seen_from = Pid{200};
    host.snapshot().mounts.push_back(mount);
    constexpr std::string_view name = "a fanotify listener";
    CHECK_FALSE(only_edge(host, name, main_thread(200)).to.pid);
    Process& scanner = host.add(300, 1, "scanner");
    Host::fd(scanner, 3, OpenFileKind::fanotify, 0, 0).marks = {{.mask = 0x10000, .device = 77}};
    Process& other = host.add(301, 1, "other");
    Host::fd(other, 3, OpenFileKind::fanotify, 0, 0).marks = {{.mask = 0x10000, .mount = 45}};
    Process& watcher = host.add(302, 1, "watcher");
    Host::fd(watcher, 3, OpenFileKind::fanotify, 0, 0).marks = {{.mask = 0x20, .device = 77}};
    host.resample(1600ms);
    const Wait wait = only_edge(host, name, main_thread(200));
    CHECK(wait.to.pid == Pid{300});
    CHECK(wait.root_cause == RootCause::fanotify_listener);
    CHECK(edges(host, "state D", main_thread(200)).empty());
}

TEST_CASE("a page of memory, for who gives it: another process that has the same userfaultfd, where faults wait at it") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, -1);
    init.threads.front().kernel_stack = {"handle_userfault", "handle_mm_fault", "exc_page_fault"};
    constexpr std::string_view name = "a page of memory, for who gives it";
    CHECK_FALSE(only_edge(host, name, main_thread(200)).to.pid);
    const std::string link = "anon_inode:[userfaultfd]";
    Host::fd(init, 4, OpenFileKind::anon, 700, read_write, OpenFileRole::none, link).count = 1;
    CHECK(only_edge(host, name, main_thread(200)).to.pid == Pid{200});
    Process& handler = host.add(300, 1, "handler");
    Host::fd(handler, 3, OpenFileKind::anon, 700, read_write, OpenFileRole::none, link).count = 1;
    Process& of_another = host.add(301, 1, "other");
    Host::fd(of_another, 3, OpenFileKind::anon, 701, read_write, OpenFileRole::none, link).count = 2;
    Process& idle = host.add(302, 1, "idle");
    Host::fd(idle, 3, OpenFileKind::anon, 702, read_write, OpenFileRole::none, link);
    host.resample(1600ms);
    const Wait wait = only_edge(host, name, main_thread(200));
    CHECK(wait.to.pid == Pid{300});
    CHECK(wait.if_idle == RootCause::fault_handler);
    CHECK(wait.confidence == Confidence::likely);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "unknown");
    CHECK(verdict.stuck);
    CHECK(blamed(verdict) == std::vector{300});
    init.fds.clear();  // it has given its own away: either may be it
    CHECK(edges(host, name, main_thread(200)).size() == 2);
    CHECK(edges(host, name, main_thread(200)).front().confidence == Confidence::possible);
    of_another.fds.clear();  // nor is the only one known to be it
    const Wait guess = only_edge(host, name, main_thread(200));
    CHECK(guess.to.pid == Pid{300});
    CHECK(guess.inferred);
    CHECK(guess.confidence == Confidence::possible);
    handler.threads.front().state = handler.state = ProcessState::stopped;
    CHECK(host.why("c1").confidence == Confidence::possible);
}

TEST_CASE("who waits for the one request of an io_uring waits as in that call") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_number("io_uring_enter"), 5);
    Host::fd(init, 6, OpenFileKind::pipe, 8000, read_only);
    Host::fd(init, 7, OpenFileKind::pipe, 8001, read_only);
    OpenFile& ring = Host::fd(init, 5, OpenFileKind::io_uring, 800, read_write, OpenFileRole::none, "anon_inode:[io_uring]");
    Host::fd(host.add(300, 1, "writer"), 3, OpenFileKind::pipe, 8000, write_only);
    CHECK(edges(host, "a read", main_thread(200)).empty());
    constexpr std::uint32_t op_read = 22;
    ring.interest.push_back({.fd = Fd{6}, .events = op_read, .data = 1, .path = {}, .target = {}});
    const Wait wait = only_edge(host, "a read", main_thread(200));
    CHECK(wait.to.pid == Pid{300});
    CHECK(wait.evidence.find("likely for 6") != std::string::npos);
    CHECK(host.why("c1").confidence != Confidence::certain);
    const Snapshot snapshot = host.build();
    const diagnosis::Facts facts(snapshot);
    const auto all = diagnosis::waits_of({facts, facts.scope(ContainerRef{"default", "c1"}, {})}, main_thread(200));
    REQUIRE_FALSE(all.empty());
    CHECK(std::ranges::all_of(all, [](const Wait& one) { return one.inferred && one.confidence <= Confidence::likely; }));
    ring.interest.push_back({.fd = Fd{7}, .events = op_read, .data = 2, .path = {}, .target = {}});
    CHECK(edges(host, "a read", main_thread(200)).empty());  // which of them comes first nobody knows
}

TEST_CASE("what an io_uring is asked for proves no rest") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_number("io_uring_enter"), 5);
    Host::fd(init, 6, OpenFileKind::eventfd, 0, read_write);
    OpenFile& ring = Host::fd(init, 5, OpenFileKind::io_uring, 800, read_write, OpenFileRole::none, "anon_inode:[io_uring]");
    constexpr std::uint32_t op_poll = 6, op_accept = 13, op_read = 22;
    for (const std::uint32_t operation : {op_poll, op_accept, op_read}) {
        ring.interest = {{.fd = Fd{6}, .events = operation, .data = 1, .path = {}, .target = {}}};
        host.resample(1600ms);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "healthy");
        CHECK(verdict.confidence != Confidence::certain);
    }
}

TEST_CASE("state D: the kernel's log names who has the lock, and the stack what it is for") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_mkdir, 0, ProcessState::uninterruptible);
    init.threads.front().kernel_stack = {"rwsem_down_write_slowpath", "down_write_nested", "do_mkdirat"};
    host.resample(1600ms);
    Wait wait = only_edge(host, "state D", main_thread(200));
    CHECK(wait.root_cause == RootCause::uninterruptible);
    CHECK(wait.evidence.find("no signal ends it") != std::string::npos);
    CHECK(wait.evidence.find("to write") != std::string::npos);
    host.add(300, 1, "mkdir");
    host.snapshot().hung_tasks = {
        {.task = Tid{200},
         .comm = "app",
         .seconds = 120,
         .on = "rw-semaphore",
         .owner = Tid{300},
         .owner_comm = "mkdir",
         .owner_writes = true,
         .at = MonotonicTime(900s),
         .line = "INFO: task app:200 <writer> blocked on an rw-semaphore likely owned by task mkdir:300 <writer>"}};
    wait = only_edge(host, "state D", main_thread(200));
    CHECK(wait.if_idle == RootCause::kernel_lock);
    CHECK(wait.to.pid == Pid{300});
    // The host slept for 2000 s between: who has started since counts these, what the log says does not.
    init.start_time = 210000;
    CHECK(only_edge(host, "state D", main_thread(200)).root_cause == RootCause::uninterruptible);
    host.snapshot().suspended = 2000s;
    CHECK(only_edge(host, "state D", main_thread(200)).if_idle == RootCause::kernel_lock);
    host.snapshot().hung_tasks.front().owner_comm = "sh";
    CHECK(only_edge(host, "state D", main_thread(200)).root_cause == RootCause::uninterruptible);
    init.threads.front().kernel_stack = {"schedule_timeout", "__wait_for_common", "wait_for_completion_killable"};
    CHECK(only_edge(host, "state D", main_thread(200)).evidence.find("SIGKILL ends it") != std::string::npos);
}

namespace {

/// containerd[10] with one goroutine, 7, of that wait.
Goroutine& goroutine_of_containerd(Host& host, GoWaitKind kind) {
    Process& containerd = host.add(10, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
    containerd.go->goroutines.reserve(8);
    Goroutine& goroutine = containerd.go->goroutines.emplace_back();
    goroutine.id = GoroutineId{7};
    goroutine.state = GoState::waiting;
    goroutine.wait.kind = kind;
    return goroutine;
}

const NodeKey goroutine_7 = NodeKey::of(Pid{10}, GoroutineId{7});

/// containerd's descriptor 9, a connection to that process.
void connect_to(Host& host, std::int32_t pid, OpenFileKind kind) {
    OpenFile& own = Host::fd(host.get(10), 9, kind, 900, read_write);
    own.socket = SocketFacts{.local = "a", .remote = "b", .inode = Inode{900}, .peer_inode = Inode{901}};
    own.holders = {{.pid = Pid{pid}, .fd = Fd{3}, .reads = true, .writes = true}};
}

}  // namespace

TEST_CASE("a goroutine, for a reply: who has the connection's other end, once it lasts") {
    Host host;
    Goroutine& asks = goroutine_of_containerd(host, GoWaitKind::select);
    asks.wait.reply = {.protocol = "gRPC", .method = "snapshots.Prepare", .connections = {Fd{9}}, .tied = true};
    host.add(300, 1, "snapshotter");
    connect_to(host, 300, OpenFileKind::unix_socket);
    constexpr std::string_view name = "a goroutine, for a reply";
    CHECK(only_edge(host, name, goroutine_7).if_idle == RootCause::none);
    asks.waiting = 8s;
    const std::vector<Wait> waits = edges(host, name, goroutine_7);
    REQUIRE(waits.size() == 2);
    CHECK(waits[0].to.pid == Pid{300});
    CHECK(waits[0].if_idle == RootCause::plugin);
    CHECK(waits[1].root_cause == RootCause::plugin);
    CHECK(waits[1].inferred);
    asks.wait.reply.edit().protocol = "HTTP";
    CHECK(edges(host, name, goroutine_7)[0].if_idle == RootCause::peer);
}

TEST_CASE("a goroutine, for another one: who has the channel, and is at no call of its own; a guess, whatever the score") {
    Host host;
    Goroutine& waits = goroutine_of_containerd(host, GoWaitKind::chan_receive);
    waits.wait.object = RemoteAddress{0xc000};
    waits.wait.holders = {{GoroutineId{8}, 8, {"was started by it"}}};
    Goroutine& worker = host.get(10).go->goroutines.emplace_back();
    worker.id = GoroutineId{8};
    constexpr std::string_view name = "a goroutine, for another one";
    const Wait wait = only_edge(host, name, goroutine_7);
    CHECK(wait.to.goroutine == GoroutineId{8});
    CHECK(wait.inferred);
    worker.serves.edit().method = "ExecSync";
    CHECK(edges(host, name, goroutine_7).empty());
    worker.serves = {};
    worker.stack = {{.function = "google.golang.org/grpc/internal/transport.(*loopyWriter).run"}};
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a daemon's goroutine, on a stream: a server that has sent nothing for long, and not one that sends slowly") {
    Host host;
    Goroutine& reads = goroutine_of_containerd(host, GoWaitKind::fd_read);
    reads.wait.fd = Fd{9};
    reads.stack = {{.function = "net/http.(*body).Read"}};
    host.add(300, 1, "registry");
    connect_to(host, 300, OpenFileKind::inet_socket);
    SocketFacts& facts = *host.get(10).fds.front().target.socket;
    facts.state = "ESTABLISHED";
    facts.sent_ms_ago = 60000;
    facts.received_ms_ago = 100;
    constexpr std::string_view name = "a daemon's goroutine, on a stream";
    CHECK(edges(host, name, goroutine_7).empty());
    facts.received_ms_ago = 30000;
    REQUIRE(edges(host, name, goroutine_7).size() == 2);
    CHECK(edges(host, name, goroutine_7)[0].if_idle == RootCause::peer);
}

TEST_CASE("a call, for its container: a stop waits for all of its processes") {
    Host host;
    host.container(100, 200, "c1deadbeef", "k8s.io");
    Goroutine& stops = goroutine_of_containerd(host, GoWaitKind::select);
    stops.serves = {.service = "RuntimeService", .method = "StopContainer", .container = "c1deadbeef"};
    constexpr std::string_view name = "a call, for its container";
    CHECK(only_edge(host, name, goroutine_7).to.pid == Pid{200});
    stops.serves.edit().method = "UpdateContainerResources";
    CHECK(edges(host, name, goroutine_7).empty());
    stops.serves.edit().method = "ContainerStatus";
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a goroutine that tries a lock again and again: bbolt's, by the database's inode") {
    Host host;
    Goroutine& opens = goroutine_of_containerd(host, GoWaitKind::sleep);
    opens.stack = {{.function = "time.Sleep"}, {.function = "go.etcd.io/bbolt.flock"}};
    Host::fd(host.get(10), 4, OpenFileKind::file, 4711, read_write);
    host.add(11, 1, "containerd");
    host.snapshot().locks.push_back({.kind = "FLOCK", .write = true, .holder = Pid{11}, .inode = Inode{4711}, .waiters = {Pid{10}}});
    constexpr std::string_view name = "a goroutine that tries a lock again and again";
    CHECK(only_edge(host, name, goroutine_7).to.pid == Pid{11});
    CHECK(only_edge(host, name, goroutine_7).root_cause == RootCause::lock_holder);
    opens.stack.pop_back();
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a plugin that tries a lock again and again: by what it has open, and as it moves") {
    Host host;
    Process& plugin = host.add(20, 1, "cni");
    plugin.role.role = ProcessRole::plugin;
    Host::fd(plugin, 4, OpenFileKind::file, 4711, read_write);
    host.add(11, 1, "holder");
    host.snapshot().locks.push_back({.kind = "FLOCK", .write = true, .holder = Pid{11}, .inode = Inode{4711}});
    constexpr std::string_view name = "a plugin that tries a lock again and again";
    host.resample(2s, {20});
    CHECK(only_edge(host, name, NodeKey::of(Pid{20})).to.pid == Pid{11});
    host.resample(2s);
    CHECK(edges(host, name, NodeKey::of(Pid{20})).empty());
    host.resample(2s, {20});
    host.snapshot().locks.front().waiters = {Pid{20}};
    CHECK(edges(host, name, NodeKey::of(Pid{20})).empty());
}

TEST_CASE("a daemon's goroutine, for a program's output: who has the write end, unless that runs yet") {
    Host host;
    Goroutine& runs = goroutine_of_containerd(host, GoWaitKind::chan_receive);
    runs.stack = {{.function = "os/exec.(*Cmd).Wait"}};
    Goroutine& copies = host.get(10).go->goroutines.emplace_back();
    copies.id = GoroutineId{8};
    copies.stack = {{.function = "os/exec.(*Cmd).writerDescriptor.func1"}};
    copies.wait.kind = GoWaitKind::fd_read;
    copies.wait.fd = Fd{12};
    Host::fd(host.get(10), 12, OpenFileKind::pipe, 900, read_only);
    Process& left = host.add(500, 1, "dhcp");
    Host::fd(left, 1, OpenFileKind::pipe, 900, write_only);
    host.resample(2s);
    constexpr std::string_view name = "a daemon's goroutine, for a program's output";
    CHECK(only_edge(host, name, goroutine_7).to.pid == Pid{500});
    left.parent = Pid{10};
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a proxy: the connection on which it sent when the request had come, and no other") {
    Host host;
    Process& proxy = host.add(300, 1, "docker-proxy");
    Process& web = host.add(400, 1, "web");
    Host::stop(web);
    const SocketFacts in{.protocol = "TCP", .state = "ESTABLISHED", .inode = Inode{7001}, .received_ms_ago = 60000};
    Host::fd(proxy, 4, OpenFileKind::inet_socket, 7001, read_write).socket = in;
    host.snapshot().sockets.push_back(in);
    const auto sends = [&](std::int32_t number, std::uint64_t inode, std::uint64_t sent) {
        const SocketFacts out{
            .protocol = "TCP", .remote = "172.17.0.3:80", .state = "ESTABLISHED", .inode = Inode{inode}, .sent_ms_ago = sent};
        OpenFile& end = Host::fd(proxy, number, OpenFileKind::inet_socket, inode, read_write);
        end.socket = out;
        end.holders.push_back({.pid = Pid{400}, .comm = "web"});
        host.snapshot().sockets.push_back(out);
    };
    constexpr std::string_view name = "a proxy, for whom it has passed a request on to";
    const NodeKey asked{.kind = NodeKind::process, .pid = Pid{300}, .inode = Inode{7001}};
    sends(5, 7002, 59990);
    sends(6, 7010, 90000);
    CHECK(only_edge(host, name, asked).to.pid == Pid{400});
    CHECK(only_edge(host, name, asked).evidence.find("descriptor 5") != std::string::npos);
    CHECK(edges(host, name, NodeKey::of(Pid{300})).empty());
    sends(7, 7020, 60005);  // as near: nothing tells which
    CHECK(edges(host, name, asked).empty());
}

TEST_CASE("a stop, for what handles the end: the container's own") {
    Host host;
    Goroutine& stops = goroutine_of_containerd(host, GoWaitKind::select);
    stops.serves = {.service = "RuntimeService", .method = "StopContainer", .container = "c1deadbeef"};
    Goroutine& handler = host.get(10).go->goroutines.emplace_back();
    handler.id = GoroutineId{8};
    handler.purpose.what = "exit handler";
    handler.purpose.container.edit().id = "c1deadbeef";
    constexpr std::string_view name = "a stop, for what handles the end";
    CHECK(only_edge(host, name, goroutine_7).to == NodeKey::of(Pid{10}, GoroutineId{8}));
    CHECK(only_edge(host, name, goroutine_7).inferred);
    handler.purpose.container.edit().id = "c2";
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a pull, for another of the same: since containerd 1.7 by the locks of what is unpacked and fetched") {
    Host host;
    Goroutine& pulls = goroutine_of_containerd(host, GoWaitKind::select);
    Goroutine& other = host.get(10).go->goroutines.emplace_back();
    other.id = GoroutineId{8};
    constexpr std::string_view name = "a pull, for another of the same";
    const std::string unpacker = "github.com/containerd/containerd/v2/core/unpack.(*Unpacker).";
    SUBCASE("unpacks") {
        pulls.stack = {{.function = unpacker + "lockSnChainID"}, {.function = unpacker + "unpack"}};
        other.stack = {{.function = unpacker + "unpack"}};
    }
    SUBCASE("fetches") {
        pulls.stack = {{.function = unpacker + "lockBlobDescriptor"}, {.function = unpacker + "fetch.func1"}};
        other.stack = {{.function = unpacker + "fetch.func1"}};
    }
    SUBCASE("learns which layers there are") {
        pulls.stack = {{.function = unpacker + "lockBlobDescriptor"}, {.function = unpacker + "Unpack.func1"}};
        other.stack = {{.function = unpacker + "Unpack.func1"}};
    }
    CHECK(only_edge(host, name, goroutine_7).to == NodeKey::of(Pid{10}, GoroutineId{8}));
    other.stack = pulls.stack;  // waits itself
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a pull, for another of the same: one writer is meant, of several any may be") {
    Host host;
    Goroutine& pulls = goroutine_of_containerd(host, GoWaitKind::select);
    pulls.stack = {{.function = "github.com/containerd/containerd/content.OpenWriter"}};
    Goroutine& writes = host.get(10).go->goroutines.emplace_back();
    writes.id = GoroutineId{8};
    writes.serves = {.service = "Content", .method = "Write"};
    constexpr std::string_view name = "a pull, for another of the same";
    CHECK(only_edge(host, name, goroutine_7).to == NodeKey::of(Pid{10}, GoroutineId{8}));
    CHECK_FALSE(only_edge(host, name, goroutine_7).one_of);
    Goroutine& another = host.get(10).go->goroutines.emplace_back();
    another.id = GoroutineId{9};
    another.stack = {{.function = "github.com/containerd/containerd/content.Copy"}};
    const std::vector<Wait> both = edges(host, name, goroutine_7);
    REQUIRE(both.size() == 2);
    CHECK(both.front().one_of);
}

TEST_CASE("a write into the content store, for its client: while it waits for what that sends") {
    Host host;
    Goroutine& writes = goroutine_of_containerd(host, GoWaitKind::select);
    writes.serves = {.service = "Content", .method = "Write", .connection = Fd{9}};
    writes.stack = {{.function = "google.golang.org/grpc/internal/transport.(*recvBufferReader).read"}};
    host.add(300, 1, "ctr");
    connect_to(host, 300, OpenFileKind::unix_socket);
    constexpr std::string_view name = "a write into the content store, for its client";
    CHECK(only_edge(host, name, goroutine_7).to.pid == Pid{300});
    writes.stack.clear();
    CHECK(edges(host, name, goroutine_7).empty());
}

TEST_CASE("a lock of its language, for its owner") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().ns_tid = 1;
    Thread& owner = init.threads.emplace_back();
    owner.tid = Tid{207};
    owner.ns_tid = 7;
    owner.state = ProcessState::sleeping;
    owner.syscall = call_nanosleep;
    Thread& waiter = init.threads.front();
    waiter.state = ProcessState::sleeping;
    waiter.syscall = call_futex;
    waiter.language_lock = LanguageLock{"Java monitor", 0x5000, {7}, true};
    host.resample(2s);
    constexpr std::string_view name = "a lock of its language, for its owner";
    CHECK(only_edge(host, name, main_thread(200)).to == NodeKey::thread(Pid{200}, Tid{207}));
    init.threads.front().language_lock->owners.clear();
    init.threads.front().language_lock->told = false;
    CHECK(edges(host, name, main_thread(200)).empty());
}

TEST_CASE("every producer of the table has been tested above") {
    for (const diagnosis::Producer& producer : diagnosis::producers()) {
        CAPTURE(producer.name);
        CHECK(tested.contains(producer.name));
    }
}
