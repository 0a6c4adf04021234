#include "tracer/containerd/session_roles.hpp"
#include "tracer/containerd/plain_process.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace shimtrace;
using namespace shimtrace::containerd;

namespace {

constexpr Inode host_mounts{4026531840}, other_mounts{4026532000};

Process process(std::int32_t pid, std::int32_t parent, const std::string& exe, Inode mounts = host_mounts) {
    Process made;
    made.pid = Pid{pid};
    made.parent = Pid{parent};
    made.exe = exe;
    made.comm = exe.substr(exe.rfind('/') + 1);
    made.command_line = {exe};
    made.ns.mnt = mounts;
    made.ns_pids = {pid};
    return made;
}

struct Host {
    std::map<Pid, Process> processes;
    int looks = 0;
    Snapshot listing;

    explicit Host(std::initializer_list<Process> all) {
        for (const Process& each : all) processes[each.pid] = each;
    }
    SessionRoles roles() {
        return SessionRoles(
            [this](Pid pid) {
                const auto found = processes.find(pid);
                return found == processes.end() ? std::nullopt : std::optional(found->second);
            },
            [this] {
                ++looks;
                return listing;
            });
    }
};

OpenFile unix_socket(const std::string& path) {
    OpenFile target;
    target.kind = OpenFileKind::unix_socket;
    target.inode = Inode{77};
    target.socket = SocketFacts{};
    target.socket->remote = path;
    return target;
}

}  // namespace

TEST_CASE("the host is looked at when something of the session has to do with containers, and once") {
    const Process init = process(1, 0, "/sbin/init"), shell = process(100, 1, "/usr/bin/bash"),
                  python = process(200, 100, "/usr/bin/python3");
    Host host({init, shell, python});
    SessionRoles roles = host.roles();

    SUBCASE("what is plain needs no look, nor do its files, its pipes and its unnamed sockets") {
        CHECK(roles.process(python).role == ProcessRole::none);
        OpenFile file;
        file.kind = OpenFileKind::file;
        file.path = "/etc/passwd";
        OpenFile pipe;
        pipe.kind = OpenFileKind::pipe;
        pipe.inode = Inode{5};
        for (const OpenFile& target : {file, pipe, unix_socket("")}) CHECK(roles.target(Pid{200}, target).role == OpenFileRole::none);
        CHECK(host.looks == 0);
    }
    SUBCASE("a client of containerd") {
        CHECK(roles.process(process(300, 100, "/usr/bin/ctr")).role == ProcessRole::client);
        CHECK(host.looks == 1);
        CHECK(roles.process(process(301, 100, "/usr/bin/crictl")).role == ProcessRole::client);
        CHECK(host.looks == 1);
    }
    SUBCASE("what is known is not read again") {
        roles.know({init, shell});
        host.processes.erase(Pid{100});
        CHECK(roles.process(python).role == ProcessRole::none);
        CHECK(host.looks == 0);
    }
    SUBCASE("other mounts, or another pid namespace") {
        Process inside = process(400, 100, "/app");
        SUBCASE("mounts") {
            inside.ns.mnt = other_mounts;
        }
        SUBCASE("mounts that may not be read") {
            inside.ns.mnt = {};
        }
        SUBCASE("pids") {
            inside.ns_pids = {400, 1};
        }
        roles.process(inside);
        CHECK(host.looks == 1);
    }
    SUBCASE("a child of what has to do with them") {
        host.processes[Pid{500}] = process(500, 1, "/usr/bin/containerd-shim-runc-v2");
        roles.process(process(501, 500, "/usr/bin/python3"));
        CHECK(host.looks == 1);
    }
    SUBCASE("what the look has found holds, also of who was told of before") {
        Process known = python;
        known.role = {ProcessRole::container_process, {"default", "web-1", {}}};
        host.listing.processes.push_back(known);
        CHECK(roles.process(python).role == ProcessRole::none);
        roles.process(process(300, 100, "/usr/bin/ctr"));
        REQUIRE(roles.known(Pid{200}) != nullptr);
        CHECK(roles.known(Pid{200})->role.container.id == "web-1");
        CHECK(roles.process(python).container.id == "web-1");
    }
    SUBCASE("a socket whose name only a shim's command line tells") {
        Process shim = process(500, 1, "/usr/bin/containerd-shim-runc-v2");
        shim.command_line = {"/usr/bin/containerd-shim-runc-v2", "-namespace", "default", "-id", "web-1", "-address", "/somewhere/cd.sock"};
        shim.role = {ProcessRole::shim, {"default", "web-1", {}}};
        host.listing.processes.push_back(shim);
        roles.process(python);
        CHECK(host.looks == 0);
        CHECK(roles.target(Pid{200}, unix_socket("/somewhere/cd.sock")).role == OpenFileRole::containerd_grpc);
        CHECK(host.looks == 1);
    }
}

TEST_CASE("a stream that was met before the host was looked at has the role that the look has found") {
    Host host({process(1, 0, "/sbin/init"), process(200, 1, "/usr/bin/python3")});
    SessionRoles roles = host.roles();
    OpenFile pipe;
    pipe.kind = OpenFileKind::pipe;
    pipe.inode = Inode{5};
    OpenFile unnamed = unix_socket("");
    for (const OpenFile& target : {pipe, unnamed}) CHECK(roles.target(Pid{200}, target).role == OpenFileRole::none);
    Process shim = process(500, 1, "/usr/bin/containerd-shim-runc-v2");
    for (OpenFile target : {pipe, unnamed}) {
        target.role = {OpenFileRole::stdout_stream, {"default", "web-1", {}}};
        shim.fds.emplace_back().target = target;
    }
    host.listing.processes.push_back(shim);
    roles.process(process(300, 1, "/usr/bin/ctr"));
    REQUIRE(host.looks == 1);
    for (const OpenFile& target : {pipe, unnamed}) CHECK(roles.target(Pid{200}, target).role == OpenFileRole::stdout_stream);
}

TEST_CASE("a look at the host that takes its time holds nobody up, and what it finds is told once it is there") {
    const Process init = process(1, 0, "/sbin/init"), python = process(200, 1, "/usr/bin/python3"),
                  shell = process(210, 1, "/usr/bin/bash");
    std::optional<Snapshot> found;
    int asked = 0;
    SessionRoles roles([&](Pid pid) { return pid == init.pid ? std::optional(init) : std::nullopt; },
                       [&] {
                           ++asked;
                           return found;
                       });
    CHECK(roles.process(python).role == ProcessRole::none);
    CHECK(roles.process(shell).role == ProcessRole::none);
    CHECK(asked == 0);
    CHECK(roles.process(process(300, 1, "/usr/bin/ctr")).role == ProcessRole::client);
    CHECK(asked == 1);
    OpenFile pipe;
    pipe.kind = OpenFileKind::pipe;
    pipe.inode = Inode{5};
    CHECK(roles.target(Pid{200}, pipe).role == OpenFileRole::none);
    // The shell becomes another program while the look, which has seen it before that, is under way.
    Process executed = process(210, 1, "/usr/bin/make");
    roles.process(executed);

    Process known = python, earlier = shell, shim = process(500, 1, "/usr/bin/containerd-shim-runc-v2");
    known.role = {ProcessRole::container_process, {"default", "web-1", {}}};
    earlier.role = known.role;
    pipe.role = {OpenFileRole::stdout_stream, {"default", "web-1", {}}};
    shim.fds.emplace_back().target = pipe;
    found.emplace().processes = {known, earlier, shim};
    CHECK(roles.target(Pid{200}, pipe).role == OpenFileRole::stdout_stream);
    CHECK(roles.process(python).container.id == "web-1");
    REQUIRE(roles.known(Pid{210}) != nullptr);
    CHECK(roles.known(Pid{210})->exe == "/usr/bin/make");
    CHECK(roles.known(Pid{210})->role.role == ProcessRole::none);
    const int before = asked;
    roles.process(process(301, 1, "/usr/bin/crictl"));
    CHECK(asked == before);
}

TEST_CASE("who is plain") {
    const Process self = process(4711, 1, "/usr/bin/test");
    CHECK(is_plain(self, {}, host_mounts));
    CHECK_FALSE(is_plain(self, {ProcessRole::runtime}, host_mounts));
    CHECK_FALSE(is_plain(self, {ProcessRole::none, {"default", "web-1", {}}}, host_mounts));
    CHECK_FALSE(is_plain(self, {}, other_mounts));
    CHECK_FALSE(is_plain(self, {}, Inode{}));
    CHECK_FALSE(is_plain(process(300, 1, "/opt/kata/bin/qemu-system-x86_64"), {}, host_mounts));
    CHECK_FALSE(plain_line(Pid{-1}));
}
