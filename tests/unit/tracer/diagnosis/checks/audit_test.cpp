#include "tracer/diagnosis/checks/check.hpp"

#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/audit_facts.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/roles.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// One healthy container and its shim.
AuditFacts healthy() {
    AuditFacts facts;
    facts.snapshot.processes = {
        process(1, 0, "/sbin/init"),
        process(50, 1, "/usr/bin/containerd"),
        process(100, 1, "/usr/bin/containerd-shim-runc-v2 -namespace ns -id c1 -address /run/containerd/containerd.sock"),
        inside(process(110, 100, "/bin/sh"), 5, 1, "/ns/c1"),
    };
    facts.snapshot.containers = {container("ns", "c1", 110)};
    facts.snapshot.processes[2].cwd = facts.snapshot.containers[0].bundle;
    facts.containers.resize(1);
    facts.instances = {{Pid{50}, "/run/containerd", "/run/containerd/containerd.sock", "", {}}};
    return facts;
}

std::vector<std::string> codes(AuditFacts facts) {
    containerd::assign_roles(facts.snapshot);
    containerd::find_shims(facts.snapshot);
    containerd::assign_roles(facts.snapshot);
    std::vector<std::string> found;
    for (const Finding& finding : audit::run(facts)) {
        CHECK(!finding.summary.empty());
        CHECK(!finding.beliefs.empty());
        CHECK(!finding.why.empty());
        CHECK(!finding.remedies.empty());
        found.push_back(finding.code);
    }
    return found;
}

void remove(AuditFacts& facts, std::int32_t pid) {
    std::erase_if(facts.snapshot.processes, [&](const Process& each) { return each.pid == Pid{pid}; });
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a healthy container has no finding") {
    CHECK(codes(healthy()).empty());
}

TEST_CASE("who is dead makes the finding") {
    AuditFacts no_shim = healthy();
    remove(no_shim, 100);
    CHECK(codes(no_shim) == Codes{"orphaned-container"});
    AuditFacts no_init = healthy();
    remove(no_init, 110);
    CHECK(codes(no_init) == Codes{"container-gone"});
    remove(no_init, 100);
    CHECK(codes(no_init) == Codes{"leftover"});
    AuditFacts zombie = healthy();
    zombie.snapshot.processes[3].state = 'Z';
    CHECK(codes(zombie) == Codes{"zombie-init"});
}

TEST_CASE("over a copy of a host's files only what the files say counts") {
    AuditFacts copy = healthy();
    copy.live = false;
    copy.snapshot.processes.clear();
    CHECK(codes(copy).empty());
    copy.snapshot.containers[0].state_json_error = "line 1, column 1: the file is empty";
    CHECK(codes(copy) == Codes{"state-corrupt"});
}

TEST_CASE("a slice-shaped path under cgroupfs, and a configured driver that is not used") {
    AuditFacts facts = healthy();
    facts.containers[0].state_read = true;
    facts.containers[0].cgroups_path = "kubepods.slice:cri-containerd:c1";
    CHECK(codes(facts) == Codes{"cgroup-driver-mismatch"});
    facts.containers[0].cgroups_path = "/ns/c1";
    CHECK(codes(facts).empty());
    facts.instances[0].runtimes = {{"runc", true, true, 7}};
    CHECK(codes(facts) == Codes{"cgroup-driver-mismatch"});
}

TEST_CASE("every row of the table has a code of its own, and says why it matters") {
    Codes all;
    for (const audit::Check& check : audit::all_checks()) {
        CHECK(!check.why.empty());
        all.emplace_back(check.code);
    }
    std::ranges::sort(all);
    CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEST_CASE("the kernel's log and its table of sockets") {
    const auto kills = containerd::parse_oom_kills(
        "<3>[  12.3] Out of memory: Killed process 4711 (containerd-shim) total-vm:1kB\n<6>[ 13.0] eth0: up\nMemory cgroup out of memory: "
        "Killed process x (y)\n");
    REQUIRE(kills.size() == 1);
    CHECK(kills[0].pid == Pid{4711});
    CHECK(kills[0].comm == "containerd-shim");
    const auto paths = containerd::listening_paths(
        "Num       RefCount Protocol Flags    Type St Inode Path\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 39018 /run/containerd/s/aa\n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 39019 /run/containerd/s/bb\nbroken\n");
    CHECK(paths == Codes{"/run/containerd/s/aa"});
}

TEST_CASE("common errors of the runtime are explained") {
    CHECK(audit::explain_runtime_error("exec: \"x\": executable file not found in $PATH").find("PATH") != std::string_view::npos);
    CHECK(audit::explain_runtime_error("all is well").empty());
}
