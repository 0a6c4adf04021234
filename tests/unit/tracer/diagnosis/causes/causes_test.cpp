#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;
using Pids = std::vector<std::int32_t>;

TEST_CASE("a container that sleeps is healthy, and what it waits for is said") {
    Host host;
    host.container(100, 200, "c1");
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "healthy");
    CHECK_FALSE(verdict.stuck);
    CHECK(verdict.culprits.empty());
    CHECK(verdict.summary.find("sleeps") != std::string::npos);
}

TEST_CASE("stdout backs up behind a stopped reader: the reader is to blame, at the first look") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Host::stop(host.reader(300, init, 5000));
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-backpressure");
    CHECK(verdict.stuck);
    CHECK(verdict.confidence == Confidence::certain);
    CHECK(blamed(verdict) == Pids{300});
    CHECK(verdict.culprits.front().state == ProcessState::stopped);
    CHECK(verdict.culprits.front().role == "reader");
}

TEST_CASE("a shim's own descriptors of a fifo are no reader: nobody reads, nobody is blamed") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-backpressure");
    CHECK(verdict.confidence == Confidence::certain);
    CHECK(verdict.culprits.empty());
}

TEST_CASE("stdio that backs up behind a stopped containerd has containerd as its culprit") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Process& daemon = host.reader(300, init, 5000);
    daemon.role.role = ProcessRole::containerd;
    Host::stop(daemon);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-backpressure");
    CHECK(blamed(verdict) == Pids{300});
    CHECK(verdict.culprits.front().role == "containerd");
}

TEST_CASE("a full pipe that moves between two looks is no hang") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    host.reader(300, init, 5000);
    const Diagnosis first = host.why("c1");
    CHECK(diagnosis::needs_second_look({first}));
    host.resample(200ms, {200});
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("a reader that is awake and does not read is to blame once the writer has stood still") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    host.reader(300, init, 5000);
    host.resample(1600ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-backpressure");
    CHECK(verdict.confidence == Confidence::likely);
    CHECK(blamed(verdict) == Pids{300});
}

TEST_CASE("the pipe is full, the fifo is not, and no goroutine reads: the copier is gone") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000, 0);
    host.reader(300, init, 5000);
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = shim.pid, .version = "go1.19.8"};
    shim.go->goroutines.push_back({.id = GoroutineId{1}, .state = GoState::waiting, .wait_reason = "select"});
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-copier-gone");
    CHECK(verdict.confidence == Confidence::certain);
    CHECK(blamed(verdict) == Pids{100});

    Goroutine copier{.id = GoroutineId{2}, .state = GoState::waiting, .wait_reason = "IO wait"};
    copier.wait = {.kind = GoWaitKind::fd_read, .fd = Fd{16}};
    shim.go->goroutines.push_back(copier);
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("a container that has just been started may have a copier that the look came too early for") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.start_time = host.files().state_init_start = 99900;  // a second ago
    host.full_stdout(init, 100, 5000, 0);
    host.reader(300, init, 5000);
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = shim.pid, .version = "go1.19.8"};
    shim.go->goroutines.push_back({.id = GoroutineId{1}, .state = GoState::waiting, .wait_reason = "select"});
    const Diagnosis first = host.why("c1");
    CHECK(first.confidence != Confidence::certain);
    CHECK(diagnosis::needs_second_look({first}));
    SUBCASE("it writes on") {
        host.resample(200ms, {200});
        CHECK(host.why("c1").cause == "healthy");
    }
    SUBCASE("it stands still") {
        host.resample(200ms);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "stdio-copier-gone");
        CHECK(verdict.confidence == Confidence::certain);
    }
}

TEST_CASE("a stopped shim is named, whatever waits behind it, and other stopped processes are not blamed") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000, 0);
    Host::stop(host.get(100));
    Host::stop(host.add(400, 1, "sleep"));
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "shim-stopped");
    CHECK(blamed(verdict) == Pids{100});
    CHECK(verdict.also.empty());
}

TEST_CASE("a hook under runc under a shim is the root; runc is not") {
    Host host;
    host.container(100, 200, "c1").role.role = ProcessRole::runtime_init;
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
    Process& hook = host.add(120, 110, "hook.sh");
    hook.role = {.role = ProcessRole::hook, .container = {"default", "c1"}};
    host.resample(200ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "hook-running");
    CHECK(blamed(verdict) == Pids{120});
}

TEST_CASE("a stopped runc is runtime-stopped") {
    Host host;
    host.container(100, 200, "c1");
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "exec"};
    Host::stop(runc);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "runtime-stopped");
    CHECK(blamed(verdict) == Pids{110});
}

TEST_CASE("a runc that blocks in open is runtime-blocked, a workload that does is fifo-open") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    const auto in_open = [](Process& process) {
        Host::in_call(process, call_openat);
        process.threads.front().wchan = "wait_for_partner";
        process.threads.front().path_argument = "/tmp/fifo";
    };
    in_open(init);
    host.resample(200ms);
    CHECK(host.why("c1").cause == "fifo-open");
    Host::in_call(init, call_nanosleep);
    Process& runc = host.add(110, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "create"};
    in_open(runc);
    host.resample(200ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "runtime-blocked");
    CHECK(verdict.culprits.empty());
}

TEST_CASE("created, and not started: certain after a while, a container that is just starting is only possible") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.role.role = ProcessRole::runtime_init;
    Host::in_call(init, call_openat);
    init.threads.front().wchan = "wait_for_partner";
    init.threads.front().path_argument = "/proc/self/fd/5";
    host.files().exec_fifo = true;
    host.files().exec_fifo_age_s = 60;
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "created-not-started");
    CHECK(verdict.confidence == Confidence::certain);
    CHECK(verdict.since_s == 60);
    host.files().exec_fifo_age_s = 0;
    CHECK(diagnosis::needs_second_look({host.why("c1")}));
    host.resample(200ms);
    CHECK(diagnosis::needs_second_look({host.why("c1")}));  // a busy client may take that long
    host.resample(1600ms);
    CHECK(host.why("c1").confidence == Confidence::likely);
    init.start_time = host.files().state_init_start = 99950;  // half a second ago: not there at the first look
    init.threads.front().second.reset();
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("an init that ran at the first look and is a zombie at the last has only just died") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.state = init.threads.front().state = ProcessState::zombie;
    host.resample(1600ms);
    CHECK(host.why("c1").cause == "zombie-unreaped");
    host.resample(1600ms, {200});
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("stdout and stderr are one pipe: the copier tells which of the two it is") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000, 0);
    Host::fd(init, 2, OpenFileKind::pipe, 5000, write_only, OpenFileRole::stdout_stream);
    Process& shim = host.get(100);
    const std::string fifo = "/run/containerd/fifo/1/c1-stderr";
    Host::fd(shim, 20, OpenFileKind::fifo, 7000, read_write, OpenFileRole::stderr_stream, fifo);
    host.pipe(7000, 65536, fifo);
    Process& client = host.reader(300, init, 5000);
    Host::fd(client, 10, OpenFileKind::fifo, 7000, read_only, OpenFileRole::stderr_stream, fifo);
    Host::stop(client);
    shim.go = GoProgram{.pid = shim.pid, .version = "go1.19.8"};
    Goroutine copier{.id = GoroutineId{2}, .state = GoState::waiting, .wait_reason = "IO wait", .purpose = {.what = "stdio copier"}};
    copier.wait = {.kind = GoWaitKind::fd_write, .fd = Fd{20}, .fd_path = fifo};
    shim.go->goroutines.push_back(copier);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-backpressure");
    CHECK(blamed(verdict) == Pids{300});
}

TEST_CASE("a container under a frozen cgroup is not resumed by itself") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.files().cgroup = init.cgroup;
    host.snapshot().cgroups.push_back({.path = init.cgroup, .freezer_state = "FROZEN", .frozen_by = "/default"});
    const Diagnosis above = host.why("c1");
    CHECK(above.remedies.front().command == "echo THAWED > /sys/fs/cgroup/freezer/default/freezer.state");
    host.snapshot().cgroups.back().frozen_by = "/it's";
    host.files().cgroup = "/it's/default/c1";
    CHECK(host.why("c1").remedies.front().command == R"(echo THAWED > '/sys/fs/cgroup/freezer/it'\''s/freezer.state')");
    host.files().cgroup = host.snapshot().cgroups.back().frozen_by = init.cgroup;
    CHECK(host.why("c1").remedies.front().command.ends_with("task resume c1"));
}

TEST_CASE("a frozen cgroup comes before what waits behind it, and both are told") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    Host::stop(host.reader(300, init, 5000));
    host.snapshot().cgroups.push_back({.path = init.cgroup, .freezer_state = "FROZEN", .self_freezing = true, .frozen_by = init.cgroup});
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "container-frozen");
    CHECK(verdict.summary == "c1 is frozen: cgroup " + init.cgroup);
    CHECK(verdict.culprits.empty());
    REQUIRE(verdict.also.size() == 1);
    CHECK(verdict.also.front().cause == "stdio-backpressure");
    CHECK(blamed(verdict.also.front()) == Pids{300});
}

TEST_CASE("a teardown that waits for a zombie of a tracer outside") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().kernel_stack = {"zap_pid_ns_processes", "do_exit"};
    Process& child = host.inside(host.add(210, 200, "sleep"), {"default", "c1"}, 2);
    child.state = child.threads.front().state = ProcessState::zombie;
    child.threads.front().tracer = 500;
    host.add(500, 1, "tracer");
    host.resample(200ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "pidns-teardown");
    CHECK(blamed(verdict).front() == 500);
}

TEST_CASE("a lock's holder is to blame") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_flock, 3);
    Host::fd(init, 3, OpenFileKind::file, 77, read_write, OpenFileRole::none, "/data/lock");
    host.add(500, 1, "holder");
    host.snapshot().locks.push_back(
        {.kind = "FLOCK", .write = true, .holder = Pid{500}, .device = 1, .inode = Inode{77}, .waiters = {Pid{200}}});
    host.resample(200ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "file-lock");
    CHECK(blamed(verdict) == Pids{500});
}

TEST_CASE("a lock's holder that waits for something in its turn is not the end") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_flock, 3);
    Host::fd(init, 3, OpenFileKind::file, 77, read_write, OpenFileRole::none, "/data/lock");
    Process& holder = host.add(500, 1, "holder");
    host.snapshot().locks.push_back(
        {.kind = "FLOCK", .write = true, .holder = Pid{500}, .device = 1, .inode = Inode{77}, .waiters = {Pid{200}}});
    SUBCASE("a fifo that nobody opens") {
        Host::in_call(holder, call_openat);
        holder.threads.front().path_argument = "/data/fifo";
        holder.threads.front().kernel_stack = {"wait_for_partner", "fifo_open"};
        host.resample(2s);
        CHECK(host.why("c1").cause == "fifo-open");
    }
    SUBCASE("stopped, it has the lock") {
        Host::stop(holder);
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "file-lock");
        CHECK(blamed(verdict) == Pids{500});
    }
}

TEST_CASE("a FUSE server that is stopped") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_read, 3, ProcessState::uninterruptible);
    Host::fd(init, 3, OpenFileKind::file, 77, read_only, OpenFileRole::none, "/data/file").device = 42;
    init.threads.front().kernel_stack = {"request_wait_answer", "__fuse_simple_request"};
    Host::stop(host.add(500, 1, "fuse-server"));
    host.snapshot().mounts.push_back(
        {.device = 42, .mount_point = "/data", .type = "fuse.x", .source = "x", .fuse_server = Pid{500}, .fuse_waiting = 1});
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "filesystem-unresponsive");
    CHECK(verdict.confidence == Confidence::certain);
    CHECK(blamed(verdict) == Pids{500});
}

TEST_CASE("state D is a hang once it has lasted, and blames no process") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_write, 3, ProcessState::uninterruptible);
    CHECK(diagnosis::needs_second_look({host.why("c1")}));
    host.resample(200ms, {200});
    CHECK(host.why("c1").cause == "healthy");
    host.resample(1600ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "uninterruptible");
    CHECK(verdict.culprits.empty());
}

TEST_CASE("a shim whose goroutines wait for each other") {
    Host host;
    host.container(100, 200, "c1");
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = shim.pid};
    const auto locked = [](std::uint64_t id, std::uint64_t holder) {
        Goroutine one{.id = GoroutineId{id}, .state = GoState::waiting, .wait_reason = "semacquire", .waiting = 60s};
        one.wait = {.kind = GoWaitKind::mutex,
                    .object = RemoteAddress{0x1000 + id},
                    .holders = {{GoroutineId{holder}, 8, {"address in its frame"}}}};
        return one;
    };
    shim.go->goroutines = {locked(1, 2), locked(2, 1)};
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "shim-deadlock");
    CHECK(blamed(verdict) == Pids{100});

    // The holder waits for a runc that was started a moment ago: that is no deadlock.
    Process& runc = host.add(110, 100, "runc");
    runc.start_time = 99990;
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "kill"};
    shim.go->goroutines[1].wait = {.kind = GoWaitKind::child, .child = Pid{110}};
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("files: an orphan, a leftover, a state and a config that are broken") {
    Host host;
    host.container(100, 200, "c1");
    host.files().state_json_error = "line 1, column 8: unexpected end";
    CHECK(host.why("c1").cause == "state-corrupt");
    host.files().state_json_error.clear();
    host.files().config_json_error = "line 3, column 1: a comment";
    CHECK(host.why("c1").cause == "config-invalid");

    Host orphan;
    orphan.container(100, 200, "c1").parent = Pid{1};
    orphan.get(100).pid = Pid{99999};
    orphan.get(99999).role = {};
    orphan.files().sandbox_shim = {};
    CHECK(orphan.why("c1").cause == "orphaned-container");

    CHECK(gone().why("c1").cause == "leftover");
}

TEST_CASE("an exec whose daemon keeps its stdout open") {
    Host host;
    host.container(100, 200, "c1");
    Process& daemon = host.daemon_of_exec(100, 200, 210);
    host.files().execs.push_back({"e1", Pid{205}});
    host.resample(200ms);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "stdio-held-open");
    CHECK(blamed(verdict) == Pids{210});

    // While the exec'd process lives, its children may well have its stdout.
    Process& exec = host.inside(host.add(205, 100, "sh"), {"default", "c1"}, 7);
    exec.role.role = ProcessRole::container_exec;
    daemon.parent = Pid{205};
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("what a workload does among its own is its own affair") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& child = host.inside(host.add(210, 200, "sleep"), {"default", "c1"}, 2);
    // yes | sleep: the pipe between them is full.
    Host::fd(init, 1, OpenFileKind::pipe, 7000, write_only);
    Host::fd(child, 0, OpenFileKind::pipe, 7000, read_only);
    host.pipe(7000, 65536);
    Host::in_call(init, call_write, 1);
    host.resample(1600ms);
    CHECK(host.why("c1").cause == "healthy");
    // A shell at its terminal, with a stopped job and one that runs.
    Host::in_call(init, call_wait4, static_cast<std::uint64_t>(-1));
    init.tty = 34816;
    init.session = init.process_group = 200;
    Process& job = host.inside(host.add(211, 200, "job"), {"default", "c1"}, 3);
    Host::stop(job);
    job.tty = 34816;
    job.session = 200;
    job.process_group = 211;
    CHECK(host.why("c1").cause == "healthy");
    // Without a terminal nobody controls jobs.
    job.tty = 0;
    const Diagnosis stopped = host.why("c1");
    CHECK(stopped.cause == "process-stopped");
    CHECK(blamed(stopped) == Pids{211});
}

TEST_CASE("namesakes in another namespace are kept apart") {
    Host host;
    host.container(100, 200, "c1", "one");
    Process& init = host.container(101, 201, "c1", "two");
    host.full_stdout(init, 101, 5000);
    CHECK(host.why("c1", "one").cause == "healthy");
    CHECK(host.why("c1", "two").cause == "stdio-backpressure");
    CHECK(diagnosis::diagnose(host.build(), {}).size() == 2);
}

TEST_CASE("files on a mount that does not answer: nothing else is said of them, and its server is to blame") {
    Host host;
    host.container(100, 200, "c1");
    host.files().unresponsive_mount = "/run/containerd/state";
    host.files().state_json_exists = false;
    host.files().state_json_error = "missing";
    Process& server = host.add(300, 1, "fused");
    Host::stop(server);
    host.snapshot().mounts.push_back({.mount_point = "/run/containerd/state", .type = "fuse", .fuse_server = Pid{300}});
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "filesystem-unresponsive");
    CHECK(diagnosis.also.empty());
    CHECK(blamed(diagnosis) == std::vector<std::int32_t>{300});
    CHECK(diagnosis.summary.find("/run/containerd/state") != std::string::npos);
    CHECK_FALSE(diagnosis.remedies.empty());
}
