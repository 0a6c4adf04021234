// Hangs as people met them that are made otherwise than the lab's: each was called well, or was nobody's, at first.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

namespace shimtrace::test {

namespace {

const std::int64_t call_sendfile = call_number("sendfile"), call_epoll_wait = call_number("epoll_wait"), call_pause = call_number("pause"),
                   call_mq_timedsend = call_number("mq_timedsend");

struct OneContainer {
    Host host;
    Process& init = host.container(100, 200, "c1");

    Thread& thread() { return init.threads.front(); }
    Diagnosis why() {
        host.resample(2s);
        return host.why("c1");
    }
    void serve(std::string_view type) {
        host.snapshot().mounts.push_back(
            {.device = 42, .mount_point = "/data", .type = std::string(type), .source = "x", .fuse_server = Pid{500}});
    }
    Process& program(std::int32_t pid, std::string name) {
        Process& made = host.inside(host.add(pid, 200, std::move(name)), {"default", "c1"}, pid - 200);
        Host::in_call(made, call_pause);
        return made;
    }
};

SocketFacts connection(std::uint64_t inode, std::uint64_t peer) {
    return {.protocol = "TCP",
            .local = "127.0.0.1:1",
            .remote = "127.0.0.1:2",
            .state = "ESTABLISHED",
            .inode = Inode{inode},
            .peer_inode = Inode{peer}};
}

}  // namespace

TEST_CASE("an epoll within an epoll: what the inner one watches is waited for") {
    OneContainer made;
    Host::in_call(made.init, call_epoll_wait, 4);
    Host::fd(made.init, 4, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{5}, .events = 1}};
    Host::fd(made.init, 5, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{6}, .events = 1}, {.fd = Fd{4}, .events = 1}};
    SocketFacts own = connection(700, 701);
    own.send_queue = 1;
    Host::fd(made.init, 6, OpenFileKind::inet_socket, 700, read_write).socket = own;
    made.host.snapshot().sockets = {own, connection(701, 700)};
    Process& server = made.host.add(300, 1, "server");
    Host::fd(server, 3, OpenFileKind::inet_socket, 701, read_write).socket = connection(701, 700);
    SUBCASE("its server rests: not for certain, all the same") {
        made.host.snapshot().sockets.front().send_queue = 0;
        Host::in_call(server, call_pause);
        const Diagnosis verdict = made.host.why("c1");
        CHECK(verdict.cause == "healthy");
        CHECK(verdict.confidence == Confidence::likely);
    }
    SUBCASE("its server is stopped") {
        Host::stop(server);
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "peer-unresponsive");
        CHECK(blamed(verdict) == std::vector{300});
    }
}

TEST_CASE("a page that a FUSE server is to give, which readahead has asked for: no function of FUSE's is on the stack") {
    OneContainer made;
    made.thread().kernel_stack = {"folio_wait_bit_common", "filemap_get_pages", "filemap_splice_read"};
    Process& server = made.host.add(500, 1, "fused");
    Host::in_call(server, call_pause);
    const auto reads = [&](std::string path) {
        Host::in_call(made.init, call_sendfile, 1, ProcessState::uninterruptible);
        made.thread().args[1] = 3;
        Host::fd(made.init, 1, OpenFileKind::char_device, 9, write_only, OpenFileRole::none, "/dev/null");
        Host::fd(made.init, 3, OpenFileKind::file, 10, read_only, OpenFileRole::none, std::move(path));
    };
    SUBCASE("read") {
        made.serve("fuse.x");
        reads("/data/file");
    }
    SUBCASE("touched: the file is one that is mapped") {
        made.serve("fuse.x");
        Host::in_call(made.init, -1, 0, ProcessState::uninterruptible);
        made.thread().kernel_stack = {"folio_wait_bit_common", "filemap_fault", "__do_fault"};
        made.thread().path_argument = "/data/file";
    }
    SUBCASE("the file is on a disk") {
        made.serve("ext4");
        reads("/data/file");
        CHECK(made.why().cause == "uninterruptible");
        return;
    }
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "filesystem-unresponsive");
    CHECK(blamed(verdict) == std::vector{500});
}

TEST_CASE("a FUSE server of many threads, of which all but one wait for work: what that one waits for is the end") {
    OneContainer made;
    made.serve("fuse.x");
    Host::in_call(made.init, call_read, 3, ProcessState::uninterruptible);
    made.thread().kernel_stack = {"request_wait_answer", "fuse_read"};
    Host::fd(made.init, 3, OpenFileKind::file, 10, read_only, OpenFileRole::none, "/data/file").device = 42;
    Process& server = made.host.add(500, 1, "fused");
    server.threads.front().kernel_stack = {"futex_wait_queue", "futex_wait"};
    Thread worker = server.threads.front();
    worker.tid = Tid{501};
    worker.syscall = call_read;
    worker.kernel_stack = {"fuse_dev_do_read"};
    server.threads.push_back(worker);
    worker.tid = Tid{502};
    worker.syscall = call_flock;
    worker.args[0] = 7;
    worker.kernel_stack = {"locks_lock_inode_wait"};
    server.threads.push_back(worker);
    Host::fd(server, 7, OpenFileKind::file, 20, read_write, OpenFileRole::none, "/var/lock/x");
    Process& holder = made.host.add(600, 1, "holder");
    Host::in_call(holder, call_pause);
    made.host.snapshot().locks.push_back({.kind = "FLOCK", .holder = Pid{600}, .inode = Inode{20}, .waiters = {Pid{500}}});
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "file-lock");
    CHECK(blamed(verdict) == std::vector{600});
}

TEST_CASE("an open waits until another's lease is given up") {
    OneContainer made;
    Host::in_call(made.init, call_openat);
    made.thread().kernel_stack = {"__break_lease", "do_dentry_open"};
    made.thread().path_argument = "/data/file";
    Process& holder = made.host.add(300, 1, "samba");
    Host::in_call(holder, call_pause);
    made.host.snapshot().locks.push_back({.kind = "LEASE", .holder = Pid{300}, .inode = Inode{9}, .waiters = {Pid{200}}});
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "file-lock");
    CHECK(blamed(verdict) == std::vector{300});
    CHECK(verdict.summary.find("the lease on /data/file") != std::string::npos);
}

TEST_CASE("frozen by a cgroup of version 2, beside one of version 1 that is not") {
    OneContainer made;
    made.host.snapshot().cgroups.push_back({.path = "/default/c1", .freezer_state = "THAWED"});
    made.thread().kernel_stack = {"get_signal", "arch_do_signal_or_restart"};
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "container-frozen");
    CHECK(verdict.remedies.empty());
    made.thread().kernel_stack = {"do_sys_pause", "get_signal"};
    CHECK(made.why().cause == "healthy");
}

TEST_CASE("a container has ended, its shim waits to be told to delete it, and its init's number has gone to another") {
    OneContainer made;
    made.init.role = {};
    made.init.parent = Pid{1};
    made.init.cgroup = "/";
    SUBCASE("that has started since") {
        made.init.start_time += 1000;
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "healthy");
        CHECK(!verdict.stuck);
    }
    SUBCASE("that was there before: the state is wrong") {
        made.init.start_time -= 1000;
        CHECK(made.why().cause == "state-corrupt");
    }
}

TEST_CASE("a cgroup within the container's own is frozen: the container's resume would leave it so") {
    OneContainer made;
    Process& child = made.program(210, "child");
    child.cgroup = "/default/c1/sub";
    made.host.files().cgroup = "/default/c1";
    made.host.snapshot().cgroups.push_back({.path = "/default/c1", .freezer_state = "THAWED"});
    made.host.snapshot().cgroups.push_back(
        {.path = "/default/c1/sub", .freezer_state = "FROZEN", .self_freezing = true, .frozen_by = "/default/c1/sub"});
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "container-frozen");
    REQUIRE(!verdict.remedies.empty());
    CHECK(verdict.remedies.front().command.find("/default/c1/sub/") != std::string::npos);
}

TEST_CASE("a terminal whose output is stopped: who writes has no room, who reads has nothing to read") {
    OneContainer made;
    SUBCASE("the container's") {
        Process& shim = made.host.get(100);
        Host::in_call(made.init, call_write, 1);
        OpenFile& console = Host::fd(made.init, 1, OpenFileKind::pty, 3, read_write, OpenFileRole::console, "/dev/pts/0");
        console.holders = {{.pid = Pid{100}}};
        Host::fd(shim, 11, OpenFileKind::pty, 2, read_write, OpenFileRole::console, "/dev/pts/ptmx");
        Host::fd(shim, 12, OpenFileKind::fifo, 901, read_write, OpenFileRole::stdout_stream, "/run/containerd/fifo/1/c1-stdout");
        made.host.pipe(901, 0, "/run/containerd/fifo/1/c1-stdout");
        made.host.reader(300, made.init, 900);
        Goroutine copier;
        copier.id = GoroutineId{20};
        copier.state = GoState::waiting;
        copier.wait.kind = GoWaitKind::cond;
        copier.stack = {{.function = "github.com/containerd/console.(*EpollConsole).Read"}, {.function = "io.copyBuffer"}};
        shim.go.emplace();
        shim.go->goroutines.push_back(copier);
    }
    SUBCASE("one of its own") {
        Process& writer = made.program(210, "writer");
        Host::in_call(writer, call_write, 1);
        OpenFile& slave = Host::fd(writer, 1, OpenFileKind::pty, 3, read_write, OpenFileRole::none, "/dev/pts/5");
        slave.holders = {{.pid = Pid{200}}};
        OpenFile& master = Host::fd(made.init, 3, OpenFileKind::pty, 2, read_write, OpenFileRole::none, "/dev/pts/ptmx");
        master.holders = {{.pid = Pid{210}}};
        slave.count = master.count = 5;
        Host::in_call(made.init, call_read, 3);
        CHECK(made.why().cause == "console-backpressure");
        made.host.resample(2s, {210});
        CHECK(made.host.why("c1").cause == "healthy");
    }
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "console-backpressure");
    CHECK(verdict.summary.find("^Q") != std::string::npos);
    REQUIRE(!verdict.remedies.empty());
    CHECK(verdict.remedies.front().command.find("-drain -ixon && stty") != std::string::npos);
}

TEST_CASE("room in a POSIX message queue, for who has it open to read") {
    OneContainer made;
    Host::in_call(made.init, call_mq_timedsend, 3);
    OpenFile& queue = Host::fd(made.init, 3, OpenFileKind::file, 70, write_only, OpenFileRole::none, "/jobs");
    queue.holders = {{.pid = Pid{200}, .writes = true}, {.pid = Pid{300}, .reads = true}};
    Process& reader = made.host.add(300, 1, "worker");
    SUBCASE("stopped") {
        Host::stop(reader);
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "peer-unresponsive");
        CHECK(verdict.confidence == Confidence::certain);
        CHECK(blamed(verdict) == std::vector{300});
    }
    SUBCASE("at something else") {
        Host::in_call(reader, call_pause);
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "peer-unresponsive");
        CHECK(blamed(verdict) == std::vector{300});
        made.host.resample(2s, {200});
        CHECK(made.host.why("c1").cause == "healthy");
    }
}

TEST_CASE("who polls a unix socket alone, of a server of one thread: what that is held up by, its client is") {
    OneContainer made;
    const auto facts = [](std::uint64_t inode, std::uint64_t peer, std::string local) {
        return SocketFacts{
            .protocol = "UNIX-STREAM", .local = std::move(local), .state = "ESTABLISHED", .inode = Inode{inode}, .peer_inode = Inode{peer}};
    };
    Host::in_call(made.init, call_epoll_wait, 4);
    Host::fd(made.init, 4, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{5}, .events = 1}};
    Host::fd(made.init, 5, OpenFileKind::unix_socket, 700, read_write).socket = facts(700, 701, "");
    Process& server = made.host.add(300, 1, "server");
    Host::fd(server, 3, OpenFileKind::unix_socket, 701, read_write).socket = facts(701, 700, "/run/x.sock");
    made.host.snapshot().sockets = {facts(700, 701, ""), facts(701, 700, "/run/x.sock")};
    Host::in_call(server, call_pause);
    SUBCASE("it rests") {
        CHECK(made.why().cause == "healthy");
    }
    SUBCASE("it waits for a lock") {
        Host::in_call(server, call_flock, 7);
        Host::fd(server, 7, OpenFileKind::file, 20, read_write, OpenFileRole::none, "/var/lock/x");
        Host::in_call(made.host.add(600, 1, "holder"), call_pause);
        made.host.snapshot().locks.push_back({.kind = "FLOCK", .holder = Pid{600}, .inode = Inode{20}, .waiters = {Pid{300}}});
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "file-lock");
        CHECK(blamed(verdict) == std::vector{600});
    }
}

}  // namespace shimtrace::test
