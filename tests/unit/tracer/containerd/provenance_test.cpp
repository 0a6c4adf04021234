#include "tracer/containerd/provenance.hpp"

#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/roles.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::string shim_of_c1 = "/usr/bin/containerd-shim-runc-v2 -namespace ns -id c1 -address /run/containerd/containerd.sock";
const std::string shim_of_c2 = "/usr/bin/containerd-shim-runc-v2 -namespace ns -id c2 -address /run/containerd/containerd.sock";

/// c1 (110) and its neighbour c2 (210), each with its shim.
Snapshot two_containers() {
    Snapshot snapshot;
    snapshot.processes = {
        process(1, 0, "/sbin/init"), process(50, 1, "/usr/bin/containerd"),
        process(100, 1, shim_of_c1), inside(process(110, 100, "/bin/sh"), 5, 1, "/ns/c1"),
        process(200, 1, shim_of_c2), inside(process(210, 200, "/bin/sh"), 6, 1, "/ns/c2"),
    };
    snapshot.containers = {container("ns", "c1", 110), container("ns", "c2", 210)};
    return snapshot;
}

/// In c1, which has the host's pid namespace.
Process sharing_pids(Process made) {
    made.ns.mnt = Inode{5};
    made.foreign_root = true;
    made.cgroup = "/ns/c1";
    return made;
}

const Process& settled(Snapshot& snapshot, std::int32_t pid) {
    containerd::assign_roles(snapshot);
    containerd::find_shims(snapshot);
    containerd::assign_roles(snapshot);
    return *std::ranges::find(snapshot.processes, Pid{pid}, &Process::pid);
}

constexpr std::string_view lies[] = {
    "runc --root /evil --log /l state c2",
    "runc --root /evil --log /l create --bundle /b c2",
    "containerd-shim-runc-v2 -namespace ns -id c2 -address /run/containerd/containerd.sock",
    "/usr/bin/containerd --state /evil",
};

}  // namespace

TEST_CASE("whatever a container's process calls itself, it is that container's, and its neighbour stays what it was") {
    for (const std::string_view lie : lies) {
        CAPTURE(std::string(lie));
        for (const std::int32_t parent : {100, 110, 1}) {  // brought in by exec, started by its init, left behind
            CAPTURE(parent);
            for (const bool shared : {false, true}) {
                CAPTURE(shared);
                Snapshot snapshot = two_containers();
                const Process liar = process(120, parent, lie);
                snapshot.processes.push_back(shared ? sharing_pids(liar) : inside(liar, 5, 9, "/ns/c1"));
                const ProcessRoleInfo& role = settled(snapshot, 120).role;
                CHECK(role.container == ContainerRef{"ns", "c1"});
                CHECK(role.role != ProcessRole::runtime);
                CHECK(role.role != ProcessRole::shim);
                CHECK(role.role != ProcessRole::containerd);
                CHECK(snapshot.containers[1].sandbox_shim == Pid{200});
            }
        }
    }
}

TEST_CASE("what a container's process says is told, as nothing that is believed") {
    Snapshot snapshot = two_containers();
    snapshot.processes.push_back(inside(process(120, 110, lies[0]), 5, 9, "/ns/c1"));
    snapshot.processes.push_back(inside(process(121, 110, lies[2]), 5, 10, "/ns/c1"));
    // crun's init says what is known.
    snapshot.processes.push_back(
        inside(process(122, 100, "crun --root /run/containerd/runc/ns --log /l create --bundle /b c1"), 5, 1, "/ns/c1"));
    settled(snapshot, 120);
    const auto claims = containerd::unbelieved_claims(snapshot);
    REQUIRE(claims.size() == 2);
    CHECK(claims[0].pid == Pid{120});
    CHECK(claims[0].what.find("runc with the root /evil") != std::string::npos);
    CHECK(claims[0].container == ContainerRef{"ns", "c1"});
    CHECK(claims[1].pid == Pid{121});
}

TEST_CASE("an unprivileged process is no shim of root's container, and its runtime's command acts on none") {
    Snapshot snapshot = two_containers();
    std::erase_if(snapshot.processes, [](const Process& each) { return each.pid == Pid{200}; });
    Process shim = process(300, 1, shim_of_c2), runc = process(301, 1, "/usr/bin/runc --root /run/containerd/runc/ns kill c2");
    shim.uid = runc.uid = 1000;
    snapshot.processes.push_back(shim);
    snapshot.processes.push_back(runc);
    CHECK(settled(snapshot, 300).role.role == ProcessRole::none);
    CHECK(!settled(snapshot, 301).role.container);
    CHECK(!snapshot.containers[1].sandbox_shim);
}

TEST_CASE("a program is no shim by the name that it was given, but for one that runs under a name of its own") {
    Snapshot snapshot;
    snapshot.processes = {process(1, 0, "/sbin/init"), process(10, 1, shim_of_c1, "/bin/sleep"),
                          process(11, 1, "/opt/my-shim -namespace ns -id c9 -address /a", "/opt/my-shim")};
    CHECK(settled(snapshot, 10).role.role == ProcessRole::none);
    CHECK(settled(snapshot, 11).role.role == ProcessRole::shim);
}

TEST_CASE("a listener is containerd by the socket that shims have, not by how its path ends") {
    Snapshot snapshot = two_containers();
    const auto listener = [](std::int32_t pid, std::string path, std::uint32_t uid) {
        Process made = process(pid, 1, "/opt/daemon");
        made.uid = uid;
        made.fds = {descriptor(3, OpenFileKind::unix_socket, "socket:[9]", static_cast<std::uint64_t>(pid))};
        made.fds[0].target.socket = SocketFacts{"UNIX-STREAM", std::move(path), "", "LISTEN", Inode{static_cast<std::uint64_t>(pid)}};
        return made;
    };
    snapshot.processes.push_back(listener(60, "/tmp/x/containerd.sock", 0));
    snapshot.processes.push_back(listener(61, "/run/containerd/containerd.sock", 1000));
    snapshot.processes.push_back(sharing_pids(listener(62, "/run/containerd/containerd.sock", 0)));
    snapshot.processes.push_back(listener(63, "/run/containerd/containerd.sock", 0));
    CHECK(settled(snapshot, 60).role.role == ProcessRole::none);
    CHECK(settled(snapshot, 61).role.role == ProcessRole::none);
    CHECK(settled(snapshot, 62).role.role == ProcessRole::container_process);
    CHECK(settled(snapshot, 63).role.role == ProcessRole::containerd);
}

TEST_CASE("a cgroup that a container has made belongs to it, whatever it is called") {
    Snapshot snapshot = two_containers();
    snapshot.processes.push_back(inside(process(120, 1, "/bin/sh"), 9, 1, "/ns/c1/c2"));
    CHECK(settled(snapshot, 120).role.container == ContainerRef{"ns", "c1"});
    CHECK(containerd::ContainerIndex(snapshot).by_cgroup("/ns/c1/cri-containerd-c2.scope")->container.id == "c1");
    snapshot.containers[0].cgroup = snapshot.containers[1].cgroup = "";
    CHECK(containerd::ContainerIndex(snapshot).by_cgroup("/ns/c1/c2")->container.id == "c1");
}

TEST_CASE("a state's init is the process of that start, none without a start outside its cgroup, and no other user's is root's") {
    ContainerFiles files = container("ns", "c1", 110);
    Process init = inside(process(110, 100, "/bin/sh"), 5, 1, "/ns/c1");
    const auto living = [&] { return containerd::living_init(files, &init, nullptr); };
    CHECK(living() == Pid{110});
    files.state_init_start = 7;
    CHECK(!living());
    files.state_init_start = 0;
    CHECK(living() == Pid{110});
    init.cgroup = "/ns/c11";
    CHECK(!living());
    files.state_init_start = init.start_time;
    files.owner = 1000;
    CHECK(!living());
    init.uid = 100000;
    CHECK(living() == Pid{110});
}

TEST_CASE("a service of the host's init is the host's, whatever root it has; below it lies what it has started") {
    Process snap = process(10, 1, "/snap/docker/bin/containerd");
    snap.foreign_root = true;
    CHECK(!containerd::is_of_host(snap));
    snap.cgroup = "/system.slice/snap.docker.dockerd.service";
    CHECK(containerd::is_of_host(snap));
    snap.cgroup = "/system.slice/docker.service/c1";
    CHECK(!containerd::is_of_host(snap));
    snap.cgroup = "/machine.slice/libpod-1.scope/container/system.slice/x.service";
    CHECK(!containerd::is_of_host(snap));
}
