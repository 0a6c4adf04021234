// Roles where containers have a kernel of their own, and of shims without flags.
#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/listing.hpp"
#include "tracer/containerd/roles.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::string root = "--root=/run/containerd/runsc/ns --log=/l --log-format=json ";

/// A shim (100) whose container is gVisor's: gofer (108), sentry (110), and what that runs its code in (111).
Snapshot gvisor() {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(50, 1, "/usr/bin/containerd"),
        process(100, 1, "/usr/bin/containerd-shim-runsc-v1 -namespace ns -id c1 -address /run/containerd/containerd.sock"),
        inside(process(108, 100, "runsc-gofer " + root + "gofer --bundle /b --spec-fd=4", "/usr/bin/runsc"), 6, 1, "/ns/c1"),
        process(110, 100, "runsc-sandbox " + root + "boot --bundle=/b --io-fds=4 c1", "/usr/bin/runsc"),
        process(111, 110, "", "/usr/bin/runsc"),
        process(120, 100, "runsc-exec " + root + "exec --process /tmp/p --pid-file /b/e1.pid c1", "/usr/bin/runsc"),
    };
    for (Process& each : snapshot.processes) {
        if (each.pid.value < 110) continue;
        each.cgroup = "/ns/c1";
        if (each.pid.value == 120) continue;
        each.ns.mnt = Inode{7};
        each.uid = 65534;
        each.foreign_root = true;
    }
    ContainerFiles files = container("ns", "c1", 110);
    files.runc_root = "/run/containerd/runsc/ns";
    files.state_path = files.runc_root + "/c1_sandbox:c1.state";
    files.state_init_start = 0;
    files.runtime = "runsc";
    files.gofer = Pid{108};
    files.execs = {{"e1", Pid{120}}};
    snapshot.containers = {files};
    return snapshot;
}

void settle(Snapshot& snapshot) {
    containerd::assign_roles(snapshot);
    containerd::find_shims(snapshot);
    containerd::assign_roles(snapshot);
}

const ProcessRoleInfo& role(const Snapshot& snapshot, std::int32_t pid) {
    return std::ranges::find(snapshot.processes, Pid{pid}, &Process::pid)->role;
}

Process& at(Snapshot& snapshot, std::int32_t pid) {
    return *std::ranges::find(snapshot.processes, Pid{pid}, &Process::pid);
}

constexpr auto c1 = [] { return ContainerRef{"ns", "c1"}; };

}  // namespace

TEST_CASE("gVisor's sandbox, its gofer and an exec into it, as its state has them") {
    Snapshot snapshot = gvisor();
    settle(snapshot);
    CHECK(role(snapshot, 100) == ProcessRoleInfo{ProcessRole::shim, c1(), "", ""});
    CHECK(role(snapshot, 108) == ProcessRoleInfo{ProcessRole::gofer, c1(), "", ""});
    CHECK(role(snapshot, 110) == ProcessRoleInfo{ProcessRole::sandbox, c1(), "", ""});
    CHECK(role(snapshot, 111) == ProcessRoleInfo{ProcessRole::container_process, c1(), "", ""});
    CHECK(role(snapshot, 120) == ProcessRoleInfo{ProcessRole::container_exec, c1(), "e1", ""});
    const auto rows = containerd::list_containers(snapshot);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].init == Pid{110});
    CHECK(rows[0].state == "running");
}

TEST_CASE("who has the pid of a sandbox that has ended is no sandbox") {
    Snapshot snapshot = gvisor();
    at(snapshot, 110).cgroup = "/other";
    at(snapshot, 108).command_line = split("/bin/sh");
    settle(snapshot);
    CHECK(role(snapshot, 110).role != ProcessRole::sandbox);
    CHECK(role(snapshot, 108).role != ProcessRole::gofer);
}

TEST_CASE("a sandbox that was given no cgroup says itself what it is for") {
    Snapshot snapshot = gvisor();
    snapshot.containers[0].cgroup.clear();
    settle(snapshot);
    CHECK(role(snapshot, 110).role == ProcessRole::sandbox);
    at(snapshot, 110).command_line.back() = "c2";
    settle(snapshot);
    CHECK(role(snapshot, 110).role != ProcessRole::sandbox);
}

TEST_CASE("what calls itself a sandbox, and no state says so, is none") {
    Snapshot snapshot = gvisor();
    snapshot.containers.clear();
    settle(snapshot);
    CHECK(role(snapshot, 110).role != ProcessRole::sandbox);
    CHECK(role(snapshot, 108).role != ProcessRole::gofer);
}

TEST_CASE("Kata's virtual machine is its shim's child, or has the sandbox's name in its arguments") {
    Snapshot snapshot;
    const std::string id = "0d5f3c9a8e";
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/bin/containerd-shim-kata-v2 -namespace k8s.io -id " + id + " -address /run/containerd/containerd.sock"),
        process(110, 100, "/usr/libexec/virtiofsd --socket-path=/run/vc/vm/" + id + "/vhost-fs.sock"),
        process(111, 1, "/usr/bin/qemu-system-x86_64 -name sandbox-" + id + ",debug-threads=on -daemonize"),
        process(112, 1, "/usr/bin/qemu-system-x86_64 -name another-machine-" + id + "7"),
        process(113, 1, "/usr/bin/cloud-hypervisor --api-socket /run/vm.sock"),
    };
    for (Process& each : snapshot.processes)
        if (each.pid.value >= 100) each.cgroup = "/kata_overhead";
    settle(snapshot);
    const ContainerRef pod{"k8s.io", id};
    CHECK(role(snapshot, 100) == ProcessRoleInfo{ProcessRole::shim, pod, "", ""});
    CHECK(role(snapshot, 110) == ProcessRoleInfo{ProcessRole::gofer, pod, "", ""});
    CHECK(role(snapshot, 111) == ProcessRoleInfo{ProcessRole::sandbox, pod, "", ""});
    CHECK(role(snapshot, 112).role == ProcessRole::none);
    CHECK(role(snapshot, 113).role == ProcessRole::none);
}

TEST_CASE("a program with the name of a virtual machine and the sandbox's in its arguments is Kata's only if its shim started it") {
    Snapshot snapshot;
    const std::string id = "0d5f3c9a8e";
    const std::string machine = "/tmp/firecracker " + id;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/bin/containerd-shim-kata-v2 -namespace k8s.io -id " + id + " -address /run/containerd/containerd.sock"),
        process(110, 100, "/usr/libexec/start"),
        process(111, 110, machine),  // below the shim
        process(112, 1, machine),    // in its session
        process(113, 1, machine),    // in its cgroup, another user's
        process(114, 1, machine),    // root's, elsewhere
    };
    for (Process& each : snapshot.processes) each.session = each.pid.value;
    for (const std::int32_t pid : {100, 113}) at(snapshot, pid).cgroup = "/kata_overhead";
    at(snapshot, 112).session = 100;
    at(snapshot, 113).uid = 1000;
    at(snapshot, 114).cgroup = "/user.slice";
    settle(snapshot);
    for (const std::int32_t pid : {111, 112}) CHECK(role(snapshot, pid).role == ProcessRole::sandbox);
    for (const std::int32_t pid : {113, 114}) CHECK(role(snapshot, pid).role == ProcessRole::none);
}

TEST_CASE("a shim without flags is that of the bundle in which it works") {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(100, 1, "/usr/bin/containerd-shim-x-v1"),
        process(101, 1, "/usr/bin/containerd-shim-x-v1 start"),
        process(102, 1, "/usr/bin/containerd-shim-x-v1"),
        inside(process(110, 100, "/bin/sh"), 5, 1, "/ns/c1"),
    };
    snapshot.containers = {container("ns", "c1", 110)};
    for (const std::int32_t pid : {100, 101}) at(snapshot, pid).cwd = snapshot.containers[0].bundle;
    at(snapshot, 102).cwd = "/";
    at(snapshot, 100).environment = {"TTRPC_ADDRESS=/run/containerd/containerd.sock.ttrpc"};
    settle(snapshot);
    CHECK(role(snapshot, 100) == ProcessRoleInfo{ProcessRole::shim, c1(), "", ""});
    CHECK(role(snapshot, 101) == ProcessRoleInfo{ProcessRole::shim, c1(), "", "start"});
    CHECK(role(snapshot, 102) == ProcessRoleInfo{ProcessRole::shim, {}, "", ""});
    CHECK(role(snapshot, 110) == ProcessRoleInfo{ProcessRole::container_init, c1(), "", ""});
    CHECK(snapshot.containers[0].sandbox_shim == Pid{100});
}
