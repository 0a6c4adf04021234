#include "tracer/containerd/roles.hpp"

#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/process_role.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::string shim_line = "/usr/bin/containerd-shim-runc-v2 -namespace ns -id c1 -address /run/containerd/containerd.sock";
const std::string runc =
    "runc --root /run/containerd/runc/ns --log /run/containerd/io.containerd.runtime.v2.task/ns/c1/log.json --log-format json ";

/// A shim (100) with its container c1 (110), an exec (120), and what they started.
Snapshot one_container() {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(50, 1, "/usr/bin/containerd"),
        process(60, 1, "/usr/bin/ctr -n ns run image c1"),
        process(100, 1, shim_line),
        inside(process(110, 100, "/bin/sh"), 5, 1, "/ns/c1"),
        inside(process(111, 110, "sleep 9"), 5, 7, "/ns/c1"),
        inside(process(120, 100, "sh"), 5, 8, "/ns/c1"),
        inside(process(121, 120, "runc --root /x --log /y kill z"), 5, 9, "/ns/c1"),
    };
    snapshot.containers = {container("ns", "c1", 110)};
    snapshot.containers[0].execs = {{"e1", Pid{120}}};
    return snapshot;
}

const ProcessRoleInfo& role(const Snapshot& snapshot, std::int32_t pid) {
    return std::ranges::find(snapshot.processes, Pid{pid}, &Process::pid)->role;
}

void settle(Snapshot& snapshot) {
    containerd::assign_roles(snapshot);
    containerd::find_shims(snapshot);
    containerd::assign_roles(snapshot);
}

}  // namespace

TEST_CASE("a shim, its container and an exec") {
    Snapshot snapshot = one_container();
    settle(snapshot);
    const ContainerRef c1{"ns", "c1"};
    CHECK(role(snapshot, 1).role == ProcessRole::none);
    CHECK(role(snapshot, 50).role == ProcessRole::containerd);
    CHECK(role(snapshot, 60).role == ProcessRole::client);
    CHECK(role(snapshot, 100) == ProcessRoleInfo{ProcessRole::shim, c1, "", ""});
    CHECK(role(snapshot, 110) == ProcessRoleInfo{ProcessRole::container_init, c1, "", ""});
    CHECK(role(snapshot, 111) == ProcessRoleInfo{ProcessRole::container_process, c1, "", ""});
    CHECK(role(snapshot, 120) == ProcessRoleInfo{ProcessRole::container_exec, c1, "e1", ""});
    // A container can't make itself a runtime by its command line.
    CHECK(role(snapshot, 121).role == ProcessRole::container_process);
    CHECK(snapshot.containers[0].sandbox_shim == Pid{100});
}

TEST_CASE("a shim whose program was renamed since it started is one still, where it is root's and was started under a shim's name") {
    Snapshot snapshot = one_container();
    Process& shim = *std::ranges::find(snapshot.processes, Pid{100}, &Process::pid);
    shim.exe = "/usr/bin/old-shim (deleted)";
    SUBCASE("it is") {
        settle(snapshot);
        CHECK(role(snapshot, 100).role == ProcessRole::shim);
        CHECK(snapshot.containers[0].sandbox_shim == Pid{100});
    }
    SUBCASE("another user's") {
        shim.uid = 1000;
        settle(snapshot);
        CHECK(role(snapshot, 100).role != ProcessRole::shim);
    }
    SUBCASE("another program, that calls itself so") {
        shim.comm = "sleep";
        settle(snapshot);
        CHECK(role(snapshot, 100).role != ProcessRole::shim);
    }
}

TEST_CASE("without any file the processes alone tell most of it") {
    Snapshot snapshot = one_container();
    snapshot.containers.clear();
    settle(snapshot);
    CHECK(role(snapshot, 110).role == ProcessRole::container_init);
    CHECK(role(snapshot, 120).role == ProcessRole::container_exec);
    CHECK(role(snapshot, 111).container.id == "c1");
}

TEST_CASE("the runtime at work, its init, and hooks, also under other names") {
    for (const std::string& binary : {std::string("/usr/sbin/runc"), std::string("/opt/my-oci-runtime"), std::string("/usr/bin/crun")}) {
        CAPTURE(binary);
        Snapshot snapshot = one_container();
        snapshot.containers[0].hooks = {{"createRuntime", "/opt/hook", {}}, {"poststop", "/opt/other", {}}};
        snapshot.containers[0].init_pid = snapshot.containers[0].state_init_pid = {};
        std::erase_if(snapshot.processes, [](const Process& each) { return each.pid.value > 100; });
        snapshot.processes.push_back(process(200, 100, runc + "create --bundle /b --pid-file /b/init.pid c1", binary));
        Process init = inside(process(210, 200, "runc init", "/memfd:runc_cloned:/proc/self/exe (deleted)"), 5, 1, "/ns/c1");
        init.comm = "runc:[2:INIT]";
        snapshot.processes.push_back(init);
        snapshot.processes.push_back(process(220, 200, "/bin/sh /opt/hook", "/bin/sh"));
        snapshot.processes.push_back(process(221, 220, "sleep 999"));
        settle(snapshot);
        CHECK(role(snapshot, 200) == ProcessRoleInfo{ProcessRole::runtime, {"ns", "c1"}, "", "create"});
        CHECK(role(snapshot, 210) == ProcessRoleInfo{ProcessRole::runtime_init, {"ns", "c1"}, "", "create"});
        CHECK(role(snapshot, 220) == ProcessRoleInfo{ProcessRole::hook, {"ns", "c1"}, "", "createRuntime"});
        CHECK(role(snapshot, 221).role == ProcessRole::hook);
    }
}

TEST_CASE("a runtime whose command line does not answer is one by its program, under its shim") {
    Snapshot snapshot = one_container();
    snapshot.processes.push_back(process(130, 100, "/usr/sbin/runc"));
    snapshot.processes.back().command_line.clear();
    settle(snapshot);
    CHECK(role(snapshot, 130) == ProcessRoleInfo{ProcessRole::runtime, {"ns", "c1"}, "", ""});
}

TEST_CASE("a script in the runtime's place is the runtime, and what it runs no hook; nor is criu") {
    Snapshot snapshot = one_container();
    Process wrapper = process(200, 100, "/bin/sh /opt/nvidia-wrapper --root /run/containerd/runc/ns --log /l kill c1 9", "/bin/dash");
    wrapper.comm = "nvidia-wrapper";
    snapshot.processes.push_back(wrapper);
    snapshot.processes.push_back(process(201, 200, "sleep 999", "/bin/sleep"));
    snapshot.processes.push_back(process(210, 100, runc + "checkpoint c1", "/usr/sbin/runc"));
    snapshot.processes.push_back(process(211, 210, "criu swrk 3", "/usr/sbin/criu"));
    settle(snapshot);
    CHECK(role(snapshot, 200) == ProcessRoleInfo{ProcessRole::runtime, {"ns", "c1"}, "", "kill"});
    CHECK(role(snapshot, 201) == ProcessRoleInfo{ProcessRole::runtime, {"ns", "c1"}, "", ""});
    CHECK(role(snapshot, 211) == ProcessRoleInfo{ProcessRole::runtime, {"ns", "c1"}, "", ""});
}

TEST_CASE("a runtime's exec has the exec's id, from its pid file") {
    Snapshot snapshot = one_container();
    snapshot.processes.push_back(process(
        200, 100,
        runc + "exec --process /tmp/runc-process7 --detach --pid-file /run/containerd/io.containerd.runtime.v2.task/ns/c1/e9.pid c1",
        "/usr/sbin/runc"));
    settle(snapshot);
    CHECK(role(snapshot, 200) == ProcessRoleInfo{ProcessRole::runtime, {"ns", "c1"}, "e9", "exec"});
}

TEST_CASE("after create: runc init, or crun's, is the shim's child") {
    Snapshot snapshot = one_container();
    std::erase_if(snapshot.processes, [](const Process& each) { return each.pid.value > 100; });
    snapshot.containers[0].init_pid = snapshot.containers[0].state_init_pid = Pid{210};
    snapshot.containers[0].state_init_start = 2100;
    for (const std::string& line :
         {std::string("runc init"), std::string("crun --root /run/containerd/runc/ns --log /l create --bundle /b c1")}) {
        CAPTURE(line);
        Snapshot each = snapshot;
        each.processes.push_back(inside(process(210, 100, line, "/"), 5, 1, "/ns/c1"));
        settle(each);
        CHECK(role(each, 210).role == ProcessRole::runtime_init);
        CHECK(role(each, 210).container == ContainerRef{"ns", "c1"});
        const auto found = containerd::find_targets(each, "c1");
        REQUIRE(found);
        CHECK(found->front().init == Pid{210});
    }
}

TEST_CASE("plain runc, without any shim") {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(70, 1, "bash"),
        process(80, 70, "runc run job", "/usr/sbin/runc"),
        inside(process(81, 80, "/bin/job"), 6, 1, "/job"),
        inside(process(90, 1, "/bin/daemon"), 7, 1, "/d"),
        inside(process(91, 90, "/bin/child"), 7, 2, "/d"),
    };
    ContainerFiles daemon = container("", "d", 90);
    daemon.runc_root = "/run/runc";
    daemon.cgroup = "/d";
    snapshot.containers = {daemon};
    settle(snapshot);
    CHECK(role(snapshot, 80) == ProcessRoleInfo{ProcessRole::runtime, {"", "job"}, "", "run"});
    CHECK(role(snapshot, 81) == ProcessRoleInfo{ProcessRole::container_init, {"", "job"}, "", ""});
    CHECK(role(snapshot, 90).role == ProcessRole::container_init);
    CHECK(role(snapshot, 91).role == ProcessRole::container_process);
}

TEST_CASE("an orphan is found by its state, a reused pid is not it") {
    Snapshot snapshot = one_container();
    std::erase_if(snapshot.processes, [](const Process& each) { return each.pid.value == 100; });
    for (Process& each : snapshot.processes) {
        if (each.parent == Pid{100}) each.parent = Pid{1};
    }
    Snapshot reused = snapshot;
    settle(snapshot);
    CHECK(role(snapshot, 110).role == ProcessRole::container_init);
    CHECK(role(snapshot, 120).role == ProcessRole::container_exec);
    CHECK(!snapshot.containers[0].sandbox_shim);

    reused.processes.erase(reused.processes.begin() + 3, reused.processes.end());
    reused.processes.push_back(process(110, 1, "/usr/sbin/cron"));
    reused.processes.back().start_time = 1101;
    settle(reused);
    CHECK(role(reused, 110).role == ProcessRole::none);
}

TEST_CASE("one shim serves a pod's containers") {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id pod1 -address /run/containerd/containerd.sock"),
        inside(process(110, 100, "/pause"), 5, 1, "/kubepods/podX/pod1"),
        inside(process(120, 100, "/app"), 6, 1, "/kubepods/podX/app1"),
        inside(process(130, 100, "/probe"), 6, 20, "/kubepods/podX/app1"),
    };
    ContainerFiles pod = container("k8s.io", "pod1", 110), app = container("k8s.io", "app1", 120);
    pod.cgroup = "/kubepods/podX/pod1";
    app.cgroup = "/kubepods/podX/app1";
    app.sandbox = pod.sandbox = "pod1";
    snapshot.containers = {pod, app};
    snapshot.processes[1].fds = {
        descriptor(10, OpenFileKind::fifo, "/run/containerd/io.containerd.grpc.v1.cri/containers/app1/io/123/app1-stdout", 901),
        descriptor(11, OpenFileKind::pipe, "pipe:[500]", 500),
    };
    snapshot.processes[3].fds = {descriptor(1, OpenFileKind::pipe, "pipe:[500]", 500)};
    settle(snapshot);
    CHECK(role(snapshot, 110).container.id == "pod1");
    CHECK(role(snapshot, 120) == ProcessRoleInfo{ProcessRole::container_init, {"k8s.io", "app1"}, "", ""});
    CHECK(role(snapshot, 130) == ProcessRoleInfo{ProcessRole::container_exec, {"k8s.io", "app1"}, "", ""});
    CHECK(snapshot.containers[1].sandbox_shim == Pid{100});
    const auto& fds = snapshot.processes[1].fds;
    CHECK(fds[0].target.role == OpenFileRoleInfo{OpenFileRole::stdout_stream, {"k8s.io", "app1"}, ""});
    CHECK(fds[1].target.role == OpenFileRoleInfo{OpenFileRole::stdout_stream, {"k8s.io", "app1"}, ""});
    const auto found = containerd::find_targets(snapshot, "k8s.io/app1");
    REQUIRE(found);
    CHECK(found->front().pids == std::vector<Pid>{Pid{100}, Pid{120}});
}

TEST_CASE("descriptors by their paths and by who shares them") {
    Snapshot snapshot = one_container();
    const std::string bundle = snapshot.containers[0].bundle;
    Process& shim = snapshot.processes[3];
    shim.cwd = bundle;
    shim.fds = {
        descriptor(0, OpenFileKind::fifo, "/run/containerd/fifo/77/c1-stdout", 1),
        descriptor(1, OpenFileKind::fifo, "/run/containerd/fifo/78/e1-stderr (deleted)", 2),
        descriptor(2, OpenFileKind::fifo, bundle + "/log", 3),
        descriptor(3, OpenFileKind::pipe, "pipe:[40]", 40),
        descriptor(4, OpenFileKind::pipe, "pipe:[41]", 41),
        descriptor(5, OpenFileKind::pipe, "pipe:[99]", 99),
        descriptor(6, OpenFileKind::pty, "/dev/ptmx", 4),
        descriptor(7, OpenFileKind::unix_socket, "socket:[50]", 50),
        descriptor(8, OpenFileKind::unix_socket, "socket:[51]", 51),
        descriptor(9, OpenFileKind::file, bundle + "/config.json", 5),
        descriptor(10, OpenFileKind::file, bundle + "/e1.pid", 6),
    };
    shim.fds[7].target.socket = SocketFacts{"UNIX-STREAM", "/run/containerd/s/c1", "", "LISTEN", Inode{50}};
    shim.fds[8].target.socket = SocketFacts{"UNIX-STREAM", "", "", "ESTABLISHED", Inode{51}, Inode{52}};
    snapshot.sockets = {SocketFacts{"UNIX-STREAM", "/run/containerd/containerd.sock.ttrpc", "", "ESTABLISHED", Inode{52}, Inode{51}}};
    snapshot.processes[4].fds = {descriptor(0, OpenFileKind::pipe, "pipe:[40]", 40), descriptor(1, OpenFileKind::pipe, "pipe:[41]", 41),
                                 descriptor(5, OpenFileKind::pipe, "pipe:[60]", 60), descriptor(6, OpenFileKind::fifo, "/evil-stdout", 7)};
    // A pipe between the container's own processes is nobody's stdio.
    snapshot.processes[5].fds = {descriptor(1, OpenFileKind::pipe, "pipe:[60]", 60)};
    snapshot.processes[2].fds = {descriptor(9, OpenFileKind::fifo, "/run/containerd/fifo/77/c1-stdout", 1)};
    settle(snapshot);

    const ContainerRef c1{"ns", "c1"};
    const auto& fds = snapshot.processes[3].fds;
    CHECK(fds[0].target.role == OpenFileRoleInfo{OpenFileRole::stdout_stream, c1, ""});
    CHECK(fds[1].target.role == OpenFileRoleInfo{OpenFileRole::stderr_stream, c1, "e1"});
    CHECK(fds[2].target.role->role == OpenFileRole::log_fifo);
    CHECK(fds[3].target.role == OpenFileRoleInfo{OpenFileRole::stdin_stream, c1, ""});
    CHECK(fds[4].target.role == OpenFileRoleInfo{OpenFileRole::stdout_stream, c1, ""});
    CHECK(fds[5].target.role->role == OpenFileRole::none);
    CHECK(fds[6].target.role->role == OpenFileRole::console);
    CHECK(fds[7].target.role == OpenFileRoleInfo{OpenFileRole::shim_ttrpc, c1, ""});
    CHECK(fds[8].target.role->role == OpenFileRole::containerd_ttrpc);
    CHECK(fds[9].target.role->role == OpenFileRole::bundle_config);
    CHECK(fds[10].target.role == OpenFileRoleInfo{OpenFileRole::pid_file, c1, "e1"});
    CHECK(snapshot.processes[4].fds[2].target.role->role == OpenFileRole::none);
    CHECK(snapshot.processes[4].fds[3].target.role->role == OpenFileRole::none);
    CHECK(snapshot.processes[5].fds[0].target.role->role == OpenFileRole::none);
    CHECK(snapshot.processes[2].fds[0].target.role == OpenFileRoleInfo{OpenFileRole::stdout_stream, c1, ""});
}

TEST_CASE("what runc and its init share is for their synchronization; exec.fifo is exec.fifo") {
    Snapshot snapshot = one_container();
    std::erase_if(snapshot.processes, [](const Process& each) { return each.pid.value > 100; });
    Process runtime = process(200, 100, runc + "create c1", "/usr/sbin/runc");
    Process init = inside(process(210, 200, "runc init"), 5, 1, "/ns/c1");
    runtime.fds = {descriptor(7, OpenFileKind::unix_socket, "socket:[70]", 70), descriptor(8, OpenFileKind::pipe, "pipe:[71]", 71)};
    init.fds = {descriptor(3, OpenFileKind::unix_socket, "socket:[72]", 72), descriptor(4, OpenFileKind::pipe, "pipe:[71]", 71),
                descriptor(5, OpenFileKind::fifo, "/run/containerd/runc/ns/c1/exec.fifo", 8)};
    snapshot.processes.push_back(runtime);
    snapshot.processes.push_back(init);
    settle(snapshot);
    const auto& fds = snapshot.processes.back().fds;
    CHECK(fds[1].target.role->role == OpenFileRole::runtime_sync);
    CHECK(fds[2].target.role == OpenFileRoleInfo{OpenFileRole::exec_fifo, {"ns", "c1"}, ""});
}

TEST_CASE("TARGET: pid, id, prefix, namespace/id, containerd") {
    Snapshot snapshot = one_container();
    snapshot.containers.push_back(container("ns", "c10", 0));
    snapshot.containers.push_back(container("other", "c1", 0));
    snapshot.containers.push_back(container("ns", "zebra", 0));
    settle(snapshot);
    const auto found = [&](std::string_view text) { return containerd::find_targets(snapshot, text); };

    REQUIRE(found("ns/c1"));
    CHECK(found("ns/c1")->size() == 1);
    CHECK(found("ns/c1")->front().shim == Pid{100});
    CHECK(found("ns/c1")->front().pids == std::vector<Pid>{Pid{100}, Pid{110}});
    CHECK(found("110")->front().pids == std::vector<Pid>{Pid{110}});
    CHECK(found("z")->front().container == ContainerRef{"ns", "zebra"});
    CHECK(found("containerd")->front().pids == std::vector<Pid>{Pid{50}});

    REQUIRE(!found("c1"));  // in two namespaces
    CHECK(found("c1").error().ambiguous);
    CHECK(found("c1").error().error.what.find("other/c1") != std::string::npos);
    REQUIRE(!found("nothing"));
    CHECK(!found("nothing").error().ambiguous);
    CHECK(!found("99999"));
    CHECK(!found(""));
}

TEST_CASE("a table with a loop, itself as parent, or no parents ends") {
    Snapshot snapshot;
    snapshot.processes = {process(10, 11, "a"), process(11, 10, "b"), process(12, 12, "c"), process(13, 4711, "d")};
    settle(snapshot);
    CHECK(role(snapshot, 10).role == ProcessRole::none);
}

TEST_CASE("runc's last words") {
    const auto lines = containerd::error_lines(
        "{\"level\":\"info\",\"msg\":\"x\"}\n{\"level\":\"error\",\"msg\":\"no such file\",\"time\":\"2026-01-01T00:00:00Z\"}\nnot json "
        "\"error\"\n",
        10);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0] == "2026-01-01T00:00:00Z no such file");
}

TEST_CASE("a program's name alone tells that it is about containers") {
    for (const char* program : {"runc", "/usr/sbin/runc", "crun", "/usr/bin/ctr", "containerd", "nerdctl", "kubelet", "conmon",
                                "/opt/bin/containerd-shim-runc-v2"})
        CHECK_MESSAGE(containerd::has_containers_name(program), program);
    for (const char* program : {"true", "/usr/bin/sh", "runcible", "", "/"})
        CHECK_FALSE_MESSAGE(containerd::has_containers_name(program), program);
}
