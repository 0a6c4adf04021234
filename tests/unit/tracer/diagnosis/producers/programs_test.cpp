// Programs that are no part of the machinery: what their goroutines, children and event loops wait for, and who is asked by them in turn.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/producers/peers.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::int64_t call_epoll = call_number("epoll_wait");

/// A goroutine of a program in Go.
Goroutine& goroutine(Process& process, std::uint64_t id, GoWaitKind kind) {
    if (!process.go) {
        process.go.emplace();
        process.go->goroutines.reserve(8);
    }
    Goroutine& one = process.go->goroutines.emplace_back();
    one.id = GoroutineId{id};
    one.state = GoState::waiting;
    one.wait.kind = kind;
    return one;
}

void holds(Goroutine& waiter, std::uint64_t holder) {
    waiter.wait.object = RemoteAddress{0x1000 + holder};
    waiter.wait.holders = {{GoroutineId{holder}, 7, {"refers to the lock, a global variable"}}};
}

/// A unix connection: `client` has `near` as `fd`, `server` the other end, inode + 1, as `their_fd`.
void connect(Host& host, Process& client, std::int32_t fd, Process& server, std::int32_t their_fd, std::uint64_t inode) {
    const SocketFacts near{
        .protocol = "UNIX-STREAM", .state = "ESTABLISHED", .inode = Inode{inode}, .peer_inode = Inode{inode + 1}, .type = SOCK_STREAM};
    const SocketFacts far{.protocol = "UNIX-STREAM",
                          .local = "/run/server",
                          .state = "ESTABLISHED",
                          .inode = Inode{inode + 1},
                          .peer_inode = Inode{inode},
                          .type = SOCK_STREAM};
    OpenFile& ours = Host::fd(client, fd, OpenFileKind::unix_socket, inode, read_write, OpenFileRole::none, "socket");
    ours.socket = near;
    ours.holders.push_back({.pid = server.pid, .comm = server.comm});
    OpenFile& theirs = Host::fd(server, their_fd, OpenFileKind::unix_socket, inode + 1, read_write, OpenFileRole::none, "socket");
    theirs.socket = far;
    theirs.holders.push_back({.pid = client.pid, .comm = client.comm});
    host.snapshot().sockets.push_back(near);
    host.snapshot().sockets.push_back(far);
}

/// `waiter` waits for the lock on the file of its descriptor 8, which `holder` has.
void waits_for_lock(Host& host, Process& waiter, Process& holder) {
    Host::in_call(waiter, call_flock, 8);
    Host::fd(waiter, 8, OpenFileKind::file, 900, read_write, OpenFileRole::none, "/lock");
    host.snapshot().locks.push_back({.kind = "FLOCK", .holder = holder.pid, .inode = Inode{900}, .waiters = {waiter.pid}});
}

}  // namespace

TEST_CASE(
    "goroutines of a container's program that hold each other's lock are a deadlock; one whose holder waits for something else is not") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_epoll, 4);
    Host::fd(init, 4, OpenFileKind::eventpoll, 0, read_write);
    Goroutine& one = goroutine(init, 6, GoWaitKind::mutex);
    holds(one, 7);
    SUBCASE("a ring") {
        holds(goroutine(init, 7, GoWaitKind::rwmutex_write), 6);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "deadlock");
        CHECK(verdict.confidence != Confidence::certain);
        CHECK(blamed(verdict) == std::vector{200});
    }
    SUBCASE("the holder waits for a channel, as it likes") {
        goroutine(init, 7, GoWaitKind::chan_receive);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "healthy");
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.summary.find("a lock that another goroutine") != std::string::npos);
    }
}

TEST_CASE("a program in Go is well for certain only where none of its goroutines waits for another") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Goroutine& only = goroutine(init, 1, GoWaitKind::sleep);
    host.get(100).go.emplace();
    CHECK(host.why("c1").confidence == Confidence::certain);
    only.wait.kind = GoWaitKind::chan_receive;
    CHECK(host.why("c1").confidence == Confidence::likely);
    only.wait.kind = GoWaitKind::sleep;
    init.go->incomplete = "there are too many";
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "healthy");
    CHECK(verdict.confidence == Confidence::likely);
}

TEST_CASE("a goroutine rests for certain only where what it waits in is known to be idle") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Goroutine& only = goroutine(init, 1, GoWaitKind::sleep);
    host.get(100).go.emplace();
    REQUIRE(host.why("c1").confidence == Confidence::certain);
    const auto only_likely = [&](std::string_view words) {
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "healthy");
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.summary.find(words) != std::string::npos);
    };
    SUBCASE("a select, but for one without cases") {
        only.wait.kind = GoWaitKind::select;
        only.wait_reason = "select";
        only_likely("other goroutines");
        only.wait_reason = "select (no cases)";
        CHECK(host.why("c1").confidence == Confidence::certain);
    }
    SUBCASE("a wait that is not known") {
        only.wait.kind = GoWaitKind::none;
        only.wait_reason = "semacquire";
        only_likely("that is not known (semacquire)");
    }
    SUBCASE("one that Go calls leaked") {
        only.state = GoState::leaked;
        only_likely("leaked");
    }
    SUBCASE("a state that is not known") {
        only.state = GoState::unknown;
        only_likely("its state is not known");
    }
    SUBCASE("a descriptor that is not known") {
        only.wait.kind = GoWaitKind::fd_read;
        only_likely("which one its goroutine waits on");
        init.fds_known = false;
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "unknown");
        CHECK(std::ranges::any_of(verdict.limits, [](const Limit& limit) { return limit.what.starts_with("descriptors of "); }));
    }
    SUBCASE("a call of C code's that waits in a futex") {
        only.state = GoState::syscall;
        only.wait.kind = GoWaitKind::syscall;
        only.wait.syscall = call_futex;
        only.stack = {{.function = "runtime.cgocall"}, {.function = "main._Cfunc_wait"}};
        Host::in_call(init, call_futex);
        SUBCASE("as Go's own do") {
            only_likely("C code");
        }
        SUBCASE("by a bitset, as glibc's conditions do") {
            only.wait.args[1] = init.threads.front().args[1] = 0x189;
            only_likely("a futex");
        }
    }
    SUBCASE("Go's own receiver of signals") {
        only.state = GoState::syscall;
        only.wait.kind = GoWaitKind::syscall;
        only.wait.syscall = call_futex;
        only.wait.args[1] = 128;
        only.stack = {{.function = "runtime.notetsleepg"}, {.function = "os/signal.signal_recv"}, {.function = "os/signal.loop"}};
        Host::in_call(init, call_futex);
        init.threads.front().args[1] = 128;
        CHECK(host.why("c1").confidence == Confidence::certain);
    }
}

TEST_CASE("some threads in a futex that no timer ends: only likely, whatever the others do") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.get(100).go.emplace();
    CHECK(host.why("c1").confidence == Confidence::certain);
    init.threads.push_back({.tid = Tid{201}, .comm = "worker", .state = ProcessState::sleeping, .syscall = call_futex});
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "healthy");
    CHECK(verdict.confidence == Confidence::likely);
    CHECK(verdict.summary.find("a futex, as do 1 threads") == std::string::npos);
    CHECK(verdict.summary.find("thread 201") != std::string::npos);
}

TEST_CASE("who asks over a unix socket waits for what a server of one thread waits for, and not for one that just rests") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& server = host.add(300, 1, "server");
    Process& holder = host.add(310, 1, "holder");
    Host::in_call(init, call_read, 3);
    Host::in_call(holder, call_nanosleep);
    connect(host, init, 3, server, 4, 7000);
    SUBCASE("a lock") {
        waits_for_lock(host, server, holder);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "file-lock");
        CHECK(blamed(verdict) == std::vector{310});
    }
    SUBCASE("nothing") {
        Host::in_call(server, call_nanosleep);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
    SUBCASE("a lock, and it is the server that reads for its client's next request") {
        Host other;
        Process& asked = other.container(100, 200, "c1");
        Process& client = other.add(300, 1, "client");
        Process& has = other.add(310, 1, "holder");
        Host::in_call(asked, call_read, 4);
        Host::in_call(has, call_nanosleep);
        connect(other, client, 3, asked, 4, 7000);
        waits_for_lock(other, client, has);
        other.resample(2s);
        CHECK(other.why("c1").cause == "healthy");
    }
}

TEST_CASE("a hook or a plugin that waits at the socket of a server which just rests is the end, and not nobody") {
    Host host;
    Process& server = host.add(300, 1, "server");
    Process& worker = host.add(310, 300, "worker");
    Host::in_call(server, call_number("accept"), 3);
    Host::in_call(worker, call_nanosleep);
    SUBCASE("an OCI hook") {
        host.container(100, 200, "c1").role.role = ProcessRole::runtime_init;
        Process& runc = host.add(110, 100, "runc");
        runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
        Process& hook = host.add(120, 110, "hook");
        hook.role = {.role = ProcessRole::hook, .container = {"default", "c1"}, .operation = "createRuntime"};
        Host::in_call(runc, call_number("wait4"), static_cast<std::uint64_t>(-1));
        Host::in_call(hook, call_read, 3);
        connect(host, hook, 3, server, 4, 7000);
        SUBCASE("for whoever comes") {}
        SUBCASE("for what it has started itself") {
            Host::in_call(server, call_number("wait4"), static_cast<std::uint64_t>(-1));
        }
        host.resample(1600ms);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "hook-running");
        CHECK(blamed(verdict) == std::vector{120});
    }
    SUBCASE("a CNI plugin") {
        Process& containerd = host.add(10, 1, "containerd");
        containerd.role.role = ProcessRole::containerd;
        Goroutine& call = goroutine(containerd, 8, GoWaitKind::child);
        call.wait.child = Pid{20};
        call.waiting = 100s;
        call.serves = {.service = "RuntimeService", .method = "RunPodSandbox", .pod_namespace = "prod", .pod = "web-1"};
        Process& plugin = host.add(20, 10, "bridge");
        plugin.role = {.role = ProcessRole::plugin, .container = {"k8s.io", "abcd1234"}, .operation = "CNI ADD"};
        Host::in_call(plugin, call_read, 3);
        connect(host, plugin, 3, server, 4, 7000);
        host.resample(1600ms);
        const auto verdicts = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{10}}, .shims = {}});
        REQUIRE(verdicts.size() == 1);
        CHECK(verdicts[0].cause == "plugin-unresponsive");
        CHECK(blamed(verdicts[0]) == std::vector{20});
    }
}

TEST_CASE("who asks a server for an answer that waits for a lock of the asker's own is in a deadlock; two that say nothing are in none") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& server = host.add(300, 1, "server");
    Host::in_call(init, call_read, 3);
    connect(host, init, 3, server, 4, 7000);
    SUBCASE("a lock") {
        waits_for_lock(host, server, init);
        host.resample(2s);
        CHECK(host.why("c1").cause == "deadlock");
    }
    SUBCASE("each asks the other") {
        Host::in_call(server, call_read, 5);
        connect(host, server, 5, init, 6, 7100);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("a server of which no thread was looked at is not known to act as one") {
    Host host;
    Process& server = host.add(300, 1, "server");
    const Snapshot snapshot = host.build();
    const diagnosis::Facts facts(snapshot);
    CHECK(diagnosis::acts_as_one(facts, server));
    server.threads.clear();
    CHECK_FALSE(diagnosis::acts_as_one(facts, server));
}

TEST_CASE("a server in Go is asked for the goroutine that is at the request, and that for whom it asks in turn") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& proxy = host.add(300, 1, "proxy");
    Process& server = host.add(310, 1, "server");
    Host::in_call(init, call_read, 3);
    Host::in_call(proxy, call_epoll, 9);
    connect(host, init, 3, proxy, 4, 7000);
    connect(host, proxy, 5, server, 4, 7100);
    Goroutine& handler = goroutine(proxy, 17, GoWaitKind::select);
    handler.serves.edit().connection = Fd{4};
    handler.wait.reply = {.protocol = "HTTP", .method = "", .connections = {Fd{5}}, .tied = true};
    SUBCASE("who is stopped") {
        Host::stop(server);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "peer-unresponsive");
        CHECK(blamed(verdict) == std::vector{310});
    }
    SUBCASE("who answers when there is something") {
        Host::in_call(server, call_nanosleep);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
    SUBCASE("whose request is another's") {
        Host::stop(server);
        handler.serves.edit().connection = Fd{6};
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("an event loop that owes an answer, and listens to one child, waits for what that waits for") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& server = host.add(300, 1, "node");
    Process& child = host.add(320, 300, "flock");
    Process& holder = host.add(310, 1, "holder");
    Host::in_call(init, call_read, 3);
    Host::in_call(holder, call_nanosleep);
    Host::in_call(server, call_epoll, 9);
    connect(host, init, 3, server, 4, 7000);
    Host::fd(server, 5, OpenFileKind::pipe, 700, read_only);
    Host::fd(child, 1, OpenFileKind::pipe, 700, write_only);
    Host::fd(server, 9, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{4}, .events = 1}, {.fd = Fd{5}, .events = 1}};
    waits_for_lock(host, child, holder);
    SUBCASE("and a thread of its own for timers") {
        Host::fd(server, 20, OpenFileKind::eventfd, 0, read_write);
        Host::fd(server, 10, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{20}, .events = 1}};
        server.threads.push_back({.tid = Tid{301}, .comm = "timer", .state = ProcessState::sleeping, .syscall = call_epoll, .args = {10}});
        host.resample(2s);
        CHECK(blamed(host.why("c1")) == std::vector{310});
    }
    SUBCASE("one") {
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "file-lock");
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(blamed(verdict) == std::vector{310});
    }
    SUBCASE("of two it may be either") {
        Process& other = host.add(330, 300, "other");
        Host::in_call(other, call_nanosleep);
        Host::fd(server, 6, OpenFileKind::pipe, 710, read_only);
        Host::fd(other, 1, OpenFileKind::pipe, 710, write_only);
        for (FdEntry& entry : server.fds)
            if (entry.target.kind == OpenFileKind::eventpoll) entry.target.interest.push_back({.fd = Fd{6}, .events = 1});
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("a file system's server that waits for a lock is not the end; one that rests is") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& server = host.add(300, 1, "fuse");
    Process& holder = host.add(310, 1, "holder");
    Host::in_call(holder, call_nanosleep);
    Host::in_call(init, call_openat);
    init.threads.front().path_argument = "/mnt/x";
    init.threads.front().wchan = "request_wait_answer";
    host.snapshot().mounts.push_back({.mount_point = "/mnt", .type = "fuse.slow", .source = "slow", .fuse_server = server.pid});
    SUBCASE("a lock") {
        waits_for_lock(host, server, holder);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "file-lock");
        CHECK(blamed(verdict) == std::vector{310});
    }
    SUBCASE("nothing") {
        Host::in_call(server, call_nanosleep);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "filesystem-unresponsive");
        CHECK(blamed(verdict) == std::vector{300});
    }
}

TEST_CASE("a runtime in the foreground copies what its container writes for as long as that lives, and stands for it") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& runtime = host.add(150, 1, "runc");
    runtime.role = {.role = ProcessRole::runtime, .container = init.role.container, .operation = "run"};
    init.parent = runtime.pid;
    Host::in_call(runtime, call_read, 11);
    Host::fd(runtime, 11, OpenFileKind::pipe, 700, read_only);
    Host::fd(init, 2, OpenFileKind::pipe, 700, write_only, OpenFileRole::stderr_stream);
    Process& worker = host.inside(host.add(210, 200, "worker"), init.role.container, 6);
    Host::fd(worker, 2, OpenFileKind::pipe, 700, write_only, OpenFileRole::stderr_stream);
    host.resample(2s);
    CHECK(host.why("c1").cause == "healthy");
    Host::stop(worker);
    CHECK(host.why("c1").cause == "process-stopped");
    const Diagnosis by_pid = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {runtime.pid}, .shims = {}}).at(0);
    CHECK(by_pid.cause == "process-stopped");
}

TEST_CASE("a fifo that the container's own program reads is not one that nobody reads") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& writer = host.container(101, 300, "c2");
    Host::in_call(writer, call_write, 4);
    Host::fd(writer, 4, OpenFileKind::fifo, 800, write_only, OpenFileRole::none, "/x/f");
    Host::fd(init, 3, OpenFileKind::fifo, 800, read_only, OpenFileRole::none, "/x/f");
    host.pipe(800, 65536, "/x/f");
    Host::in_call(init, call_write, 5);
    Host::fd(init, 5, OpenFileKind::fifo, 810, write_only, OpenFileRole::none, "/x/g");
    Host::fd(writer, 6, OpenFileKind::fifo, 810, read_only, OpenFileRole::none, "/x/g");
    host.pipe(810, 65536, "/x/g");
    host.resample(2s);
    const std::vector<Diagnosis> all = diagnosis::diagnose(host.build(), {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}});
    REQUIRE(all.size() == 1);
    CHECK(all.front().cause == "deadlock");
}

TEST_CASE("who asks for a create that waits for its logging program is led there") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& shim = host.get(100);
    Process& containerd = host.add(10, 1, "containerd");
    Process& client = host.add(20, 1, "ctr");
    Process& logger = host.add(30, 100, "logger");
    containerd.role.role = ProcessRole::containerd;
    client.role.role = ProcessRole::client;
    init.state = ProcessState::zombie;
    Host::in_call(logger, call_nanosleep);
    Host::fd(shim, 9, OpenFileKind::pipe, 900, read_only);
    Host::fd(logger, 5, OpenFileKind::pipe, 900, write_only);
    Goroutine& create = goroutine(shim, 37, GoWaitKind::fd_read);
    create.wait.fd = Fd{9};
    create.stack.push_back({.function = std::string("github.com/containerd/containerd/pkg/process.NewBinaryIO")});
    create.purpose = {.what = "RPC handler", .detail = "Task.Create", .container = init.role.container};
    connect(host, client, 3, containerd, 4, 7000);
    connect(host, containerd, 5, shim, 6, 7100);
    Goroutine& handler = goroutine(containerd, 8, GoWaitKind::select);
    handler.serves = {.service = "Tasks", .method = "Create", .container = "c1", .connection = Fd{4}};
    handler.purpose = {.what = "RPC to a shim", .detail = "Task.Create", .container = init.role.container};
    handler.wait.reply = {.protocol = "ttrpc", .method = "task.Create", .connections = {Fd{5}}, .tied = true};
    host.resample(2s);
    const Diagnosis verdict = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {client.pid}, .shims = {}}).at(0);
    CHECK(verdict.cause == "logger-unresponsive");
    CHECK(blamed(verdict) == std::vector{30});
}

TEST_CASE("a client whose containerd is stopped is told so, also before that has taken its connection") {
    Host host;
    Process& containerd = host.add(10, 1, "containerd");
    Process& client = host.add(20, 1, "ctr");
    containerd.role.role = ProcessRole::containerd;
    client.role.role = ProcessRole::client;
    connect(host, client, 3, containerd, 4, 7000);
    goroutine(client, 1, GoWaitKind::select).wait.reply = {.protocol = "gRPC", .method = "", .connections = {Fd{3}}, .tied = false};
    Host::stop(containerd);
    host.resample(2s);
    const Diagnosis verdict = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {client.pid}, .shims = {}}).at(0);
    CHECK(verdict.cause == "containerd-unresponsive");
    CHECK(blamed(verdict) == std::vector{10});
}
