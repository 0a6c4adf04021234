// What a parent waits for is what its child waits for: the leaf is the root.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

using Pids = std::vector<std::int32_t>;

const std::int64_t call_waitid = call_number("waitid");

/// runc create, pid 110, with a hook that is a shell, pid 120, which waits for a child, pid 130.
struct Hooked {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& runc = host.add(110, 100, "runc");
    Process& hook = host.add(120, 110, "hook.sh");
    Process& leaf = host.add(130, 120, "sleep");

    Hooked() {
        init.role.role = ProcessRole::runtime_init;
        runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
        hook.role = leaf.role = {.role = ProcessRole::hook, .container = {"default", "c1"}, .operation = "createRuntime"};
        Host::in_call(hook, call_wait4, static_cast<std::uint64_t>(-1));
        Host::in_call(leaf, call_nanosleep);
        host.resample(1600ms);
    }
};

/// A file lock that pid 600 holds and `waiter` waits for.
void lock_held(Host& host, Process& waiter) {
    host.add(600, 1, "holder");
    Host::in_call(waiter, call_flock, 9);
    Host::fd(waiter, 9, OpenFileKind::file, 7777, write_only, OpenFileRole::none, "/run/xtables.lock");
    host.snapshot().locks = {{.kind = "FLOCK", .write = true, .holder = Pid{600}, .inode = Inode{7777}, .waiters = {waiter.pid}}};
}

}  // namespace

TEST_CASE("a hook that waits for its child: the child is to blame, the hook behind it") {
    Hooked made;
    const Diagnosis verdict = made.host.why("c1");
    CHECK(verdict.cause == "hook-running");
    CHECK(blamed(verdict) == Pids{130, 120});
    CHECK(verdict.summary.starts_with("c1 waits for the OCI hook hook.sh[120] (createRuntime), which waits for sleep[130], and that "));
}

TEST_CASE("a hook is told by its kind and by the path that config.json gives it") {
    Hooked made;
    made.hook.command_line = {"/bin/sh", "/opt/gpu/hook.sh"};
    made.host.files().hooks = {{.kind = "poststop", .path = "/bin/true"}, {.kind = "createRuntime", .path = "/opt/gpu/hook.sh"}};
    CHECK(made.host.why("c1").summary.find("hook.sh[120] (createRuntime: /opt/gpu/hook.sh), which") != std::string::npos);
}

TEST_CASE("a hook's child that waits for a lock: whoever holds it") {
    Hooked made;
    lock_held(made.host, made.leaf);
    made.host.resample(1600ms);
    const Diagnosis verdict = made.host.why("c1");
    CHECK(verdict.cause == "file-lock");
    CHECK(blamed(verdict) == Pids{600});
}

TEST_CASE("a hook's child that waits for nobody is the end itself") {
    Hooked made;
    Host::in_call(made.leaf, call_openat);
    made.leaf.threads.front().path_argument = "/run/fifo";
    made.leaf.threads.front().wchan = "wait_for_partner";
    made.host.resample(1600ms);
    const Diagnosis verdict = made.host.why("c1");
    CHECK(verdict.cause == "hook-running");
    CHECK(blamed(verdict) == Pids{130});
}

TEST_CASE("a hook that loops: its latest step is not to blame, the loop is") {
    Hooked made;
    made.leaf.start_time = 99950;  // half a second old
    made.host.resample(200ms);
    const Diagnosis verdict = made.host.why("c1");
    CHECK(verdict.cause == "hook-running");
    CHECK(blamed(verdict) == Pids{120});
}

TEST_CASE("a hook whose child computes is at work") {
    Hooked made;
    for (Process* each : {&made.runc, &made.hook, &made.leaf}) each->start_time = 98500;  // 15 s old
    made.host.resample(1600ms, {130});
    CHECK_FALSE(made.host.why("c1").stuck);
}

TEST_CASE("a hook that reads what its child writes waits for it as well") {
    Hooked made;
    Host::in_call(made.hook, call_read, 3);
    Host::fd(made.hook, 3, OpenFileKind::pipe, 4100, read_only);
    Host::fd(made.leaf, 1, OpenFileKind::pipe, 4100, write_only);
    made.host.pipe(4100, 0);
    lock_held(made.host, made.leaf);
    made.host.resample(1600ms);
    const Diagnosis verdict = made.host.why("c1");
    CHECK(verdict.cause == "file-lock");
    CHECK(blamed(verdict) == Pids{600});
}

TEST_CASE("a wrapper of the runtime's: what it runs is of the runtime, and no hook") {
    Hooked made;
    made.hook.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
    made.leaf.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}};
    made.runc.pid = Pid{90110};
    made.runc.role = {};
    made.hook.parent = Pid{100};
    const Diagnosis verdict = made.host.why("c1");
    CHECK(verdict.cause == "runtime-blocked");
    CHECK(blamed(verdict) == Pids{130});
}

TEST_CASE("asked by its pid a shell waits for what its child waits for; for one that sleeps it waits of its own will") {
    Host host;
    Process& shell = host.add(500, 1, "sh");
    Process& child = host.add(510, 500, "flock");
    Host::in_call(child, call_nanosleep);
    const auto why = [&] { return diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{500}}, .shims = {}}).at(0); };
    SUBCASE("by wait4") {
        Host::in_call(shell, call_wait4, static_cast<std::uint64_t>(-1));
    }
    SUBCASE("by a pidfd") {
        Host::in_call(shell, call_waitid, 3);
        shell.threads.front().args[1] = 7;
        Host::fd(shell, 7, OpenFileKind::pidfd, 0, 0).pidfd_pid = Pid{510};
    }
    SUBCASE("by a poll of its pidfd") {
        Host::in_call(shell, call_number("poll"));
        shell.threads.front().args[1] = 1;
        shell.threads.front().polled = {Fd{7}};
        Host::fd(shell, 7, OpenFileKind::pidfd, 0, 0).pidfd_pid = Pid{510};
    }
    host.resample(1600ms);
    CHECK_FALSE(why().stuck);
    lock_held(host, child);
    host.resample(1600ms);
    const Diagnosis verdict = why();
    CHECK(verdict.cause == "file-lock");
    CHECK(blamed(verdict) == Pids{600});
}

TEST_CASE("runc that reads to an end which never comes: who has inherited the pipe") {
    Host host;
    host.container(100, 200, "c1").role.role = ProcessRole::runtime_init;
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
    Host::in_call(runc, call_read, 9);
    Host::fd(runc, 9, OpenFileKind::pipe, 4200, read_only);
    Host::fd(host.add(700, 1, "daemon"), 1, OpenFileKind::pipe, 4200, write_only);
    host.pipe(4200, 0);
    host.resample(1600ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "runtime-blocked");
    CHECK(blamed(verdict) == Pids{700});
}

TEST_CASE("a daemon that a hook has left behind, and that has the pipe which runc reads to its end, is no hook") {
    Host host;
    host.container(100, 200, "c1").role.role = ProcessRole::runtime_init;
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
    Host::fd(runc, 9, OpenFileKind::pipe, 4200, read_only);
    Process& daemon = host.add(700, 110, "daemon");  // runc is a subreaper
    daemon.role = {.role = ProcessRole::hook, .container = {"default", "c1"}};
    Host::fd(daemon, 1, OpenFileKind::pipe, 4200, write_only);
    host.pipe(4200, 0);
    runc.go = GoProgram{.pid = Pid{110}};
    Goroutine& copier = runc.go->goroutines.emplace_back();
    copier.id = GoroutineId{5};
    copier.state = GoState::waiting;
    copier.wait = {.kind = GoWaitKind::fd_read, .fd = Fd{9}};
    host.resample(1600ms);
    CHECK(host.why("c1").cause == "runtime-blocked");
    CHECK(blamed(host.why("c1")) == Pids{700});
    // One that is waited for is the hook itself.
    Goroutine& waiter = runc.go->goroutines.emplace_back();
    waiter.id = GoroutineId{6};
    waiter.wait = {.kind = GoWaitKind::child};
    waiter.wait.child = Pid{700};
    CHECK(host.why("c1").cause == "hook-running");
}

TEST_CASE("a runc that is stopped just before it reaps its child is stopped: the child has nothing more to do") {
    Host host;
    host.container(100, 200, "c1");
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "exec"};
    Process& stage = host.add(120, 110, "runc:[0:PARENT]");
    stage.role = {.role = ProcessRole::runtime_init, .container = {"default", "c1"}};
    stage.state = stage.threads.front().state = ProcessState::zombie;
    SUBCASE("as a goroutine has it") {
        runc.go = GoProgram{.pid = Pid{110}};
        Goroutine& waiter = runc.go->goroutines.emplace_back();
        waiter.id = GoroutineId{1};
        waiter.state = GoState::syscall;
        waiter.wait = {.kind = GoWaitKind::child};
        waiter.wait.child = Pid{120};
    }
    SUBCASE("as a thread has it") {
        Host::in_call(runc, call_wait4, 120);
    }
    runc.state = runc.threads.front().state = ProcessState::stopped;
    host.resample(1600ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "runtime-stopped");
    CHECK(blamed(verdict) == Pids{110});
}

TEST_CASE("a stuck runc of one container says nothing of the other in the same pod") {
    Host host;
    host.container(100, 200, "c1");
    Process& second = host.inside(host.add(210, 100, "app"), {"default", "c2"}, 1);
    second.role.role = ProcessRole::container_init;
    Host::in_call(second, call_nanosleep);
    ContainerFiles files = host.files();
    files.container = {"default", "c2"};
    files.init_pid = files.state_init_pid = Pid{210};
    host.snapshot().containers.push_back(files);
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "kill"};
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = Pid{100}};
    Goroutine& kill = shim.go->goroutines.emplace_back();
    kill.id = GoroutineId{7};
    kill.state = GoState::waiting;
    kill.wait = {.kind = GoWaitKind::child};
    kill.wait.child = Pid{110};
    host.resample(1600ms);
    CHECK(host.why("c1").cause == "runtime-blocked");
    CHECK(host.why("c2").cause == "healthy");
}
