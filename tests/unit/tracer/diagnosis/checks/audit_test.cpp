#include "tracer/diagnosis/checks/check.hpp"

#include "tests/unit/tracer/containerd/process_table.hpp"
#include "tracer/containerd/audit_facts.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/roles.hpp"
#include "tracer/diagnosis/checks/places.hpp"

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

std::vector<Finding> findings(AuditFacts facts) {
    containerd::assign_roles(facts.snapshot);
    containerd::find_shims(facts.snapshot);
    containerd::assign_roles(facts.snapshot);
    return audit::run(facts);
}

std::vector<std::string> codes(const AuditFacts& facts) {
    std::vector<std::string> found;
    for (const Finding& finding : findings(facts)) {
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
    zombie.snapshot.processes[3].state = ProcessState::zombie;
    CHECK(codes(zombie) == Codes{"zombie-init"});
}

/// One container of runc alone, created and not started.
AuditFacts of_plain_runc() {
    AuditFacts facts = healthy();
    remove(facts, 50);
    remove(facts, 100);
    facts.instances.clear();
    facts.snapshot.processes[1].parent = Pid{1};
    ContainerFiles& files = facts.snapshot.containers[0];
    files.container = {"", "c1"};
    files.bundle = "/root/bundle";
    files.address = files.containerd_address = files.state_dir = "";
    files.exec_fifo = true;
    files.exec_fifo_age_s = 60;
    return facts;
}

TEST_CASE("a container that is being made is no leftover") {
    AuditFacts facts = healthy();
    remove(facts, 110);
    remove(facts, 100);
    CHECK(codes(facts) == Codes{"leftover"});
    AuditFacts starting = facts;
    starting.snapshot.processes.push_back(
        process(120, 50, "/usr/bin/containerd-shim-runc-v2 -namespace ns -address /run/containerd/containerd.sock -id c1 start"));
    CHECK(codes(starting).empty());
    starting.snapshot.processes.back().state = ProcessState::zombie;
    CHECK(codes(starting) == Codes{"leftover"});
    ContainerFiles& files = facts.snapshot.containers[0];
    files.state_path.clear();
    files.init_pid = files.state_init_pid = {};
    facts.containers[0].bundle_age_s = 1;
    CHECK(codes(facts).empty());
    facts.containers[0].bundle_age_s = 60;
    CHECK(codes(facts) == Codes{"leftover"});
}

TEST_CASE("a container of runc alone, whose create or run is at work, lacks no state") {
    AuditFacts facts = of_plain_runc();
    facts.snapshot.containers[0].state_json_error = "missing: /run/runc/c1/state.json is not there";
    facts.snapshot.processes[1].comm = "runc:[2:INIT]";
    facts.snapshot.processes.push_back(process(130, 1, "/usr/sbin/runc --root /run/containerd/runc/ns run c1"));
    CHECK(codes(facts).empty());
}

TEST_CASE("a container of runc alone is not spoken of as containerd's") {
    AuditFacts created = of_plain_runc(), zombie = of_plain_runc(), stateless = of_plain_runc(), broken = of_plain_runc();
    zombie.snapshot.processes[1].state = ProcessState::zombie;
    stateless.snapshot.containers[0].state_json_error = "missing: /run/runc/c1/state.json is not there";
    broken.containers[0].config = {{"line 1, column 1: a comment"}};
    broken.containers[0].cgroups_path = "a.slice:b:c";
    broken.containers[0].state_read = true;
    for (const AuditFacts& facts : {created, zombie, stateless, broken}) {
        const std::vector<Finding> all = findings(facts);
        CHECK(!all.empty());
        for (const Finding& finding : all) {
            CAPTURE(finding.code);
            for (const Belief& belief : finding.beliefs) {
                CHECK(belief.who != "containerd");
                CHECK(belief.who != "shim");
            }
            for (const Remedy& remedy : finding.remedies)
                for (const std::string_view word : {"containerd", "shim", "ctr"}) CHECK(remedy.text.find(word) == std::string::npos);
        }
    }
}

TEST_CASE("a bootstrap.json that says a later version than its shim speaks, or can't be read") {
    AuditFacts facts = healthy();
    facts.containers[0].bootstrap = BootstrapFacts{.version = 3, .protocol = "ttrpc", .error = {}};
    CHECK(codes(facts).empty());  // what it speaks is not known
    facts.containers[0].answer = ShimAnswer{.answered = true, .status = "RUNNING", .pid = Pid{110}, .error = {}, .took_s = 0, .version = 3};
    CHECK(codes(facts).empty());
    facts.containers[0].answer->version = 2;
    CHECK(codes(facts) == Codes{"bootstrap-wrong"});
    facts.containers[0].answer.reset();
    facts.snapshot.processes[2].version = "1.7.24~ds1";
    CHECK(codes(facts) == Codes{"bootstrap-wrong"});
    facts.containers[0].bootstrap->version = 2;
    CHECK(codes(facts).empty());
    facts.containers[0].bootstrap->error = "line 1, column 1: it is empty";
    CHECK(codes(facts) == Codes{"bootstrap-wrong"});
}

TEST_CASE("docker's hooks are the program of its own process") {
    CHECK(containerd::process_of_exe_link("/proc/50/exe") == Pid{50});
    for (const std::string_view path : {"/proc/self/exe", "/proc//exe", "/proc/50/root/exe", "/proc/-5/exe", "/usr/bin/hook"})
        CHECK(!containerd::process_of_exe_link(path));
    AuditFacts facts = healthy();
    facts.containers[0].hooks = {{"prestart", "/proc/49/exe", 1, "is the program of process 49, which has ended", true}};
    CHECK(codes(facts).empty());  // the container runs: its prestart is over
    facts.containers[0].hooks[0].kind = "poststop";
    CHECK(codes(facts) == Codes{"hook-unusable"});
}

TEST_CASE("an init that is exiting was not moved to another cgroup") {
    AuditFacts facts = healthy();
    facts.snapshot.processes[3].cgroup = "/elsewhere";
    CHECK(codes(facts) == Codes{"cgroup-moved"});
    facts.snapshot.processes[3].cgroup = "/";
    CHECK(codes(facts) == Codes{"cgroup-moved"});
    facts.snapshot.processes[3].exe = "";
    CHECK(codes(facts).empty());
}

TEST_CASE("the fifos of what runs are missed, not those of what has ended") {
    AuditFacts facts = healthy();
    FdEntry stream = descriptor(7, OpenFileKind::fifo, "/run/containerd/fifo/1/c1-stdout (deleted)", 70);
    stream.target.role = {OpenFileRole::stdout_stream, {"ns", "c1"}, ""};
    facts.snapshot.processes[2].fds = {stream};
    CHECK(codes(facts) == Codes{"stdio-fifo-missing"});
    remove(facts, 110);
    CHECK(codes(facts) == Codes{"container-gone"});
    AuditFacts exec = healthy();
    stream = descriptor(8, OpenFileKind::fifo, "/run/containerd/fifo/2/e1-stdout (deleted)", 80);
    exec.snapshot.processes[2].fds = {stream};
    exec.snapshot.containers[0].execs = {{"e1", Pid{110}}};
    CHECK(codes(exec) == Codes{"stdio-fifo-missing"});
    exec.snapshot.containers[0].execs = {{"e1", Pid{111}}};
    CHECK(codes(exec).empty());
}

TEST_CASE("that a shim keeps an exit status is said only where it says so itself") {
    AuditFacts facts = healthy();
    remove(facts, 110);
    const auto belief = [&] {
        for (const Finding& finding : findings(facts))
            for (const Belief& each : finding.beliefs)
                if (finding.code == "container-gone" && each.who == "shim") return each.what;
        return std::string();
    };
    CHECK(belief().find("exit status") == std::string::npos);
    facts.containers[0].answer = ShimAnswer{true, "STOPPED", Pid{110}, "", 0};
    CHECK(belief().find("keeps the exit status") != std::string::npos);
    facts.containers[0].answer->status = "RUNNING";
    CHECK(belief().find("has not seen the end") != std::string::npos);
}

TEST_CASE("where runc, shim and kernel see different states, that is a finding of its own, unless another says why") {
    AuditFacts facts = healthy();
    facts.containers[0].states = {"running", "alive", "stopped", true};
    CHECK(codes(facts) == Codes{"states-differ"});
    CHECK(findings(facts)[0].remedies[0].command == "kill -CONT 110");
    AuditFacts unread = facts;
    unread.containers[0].states = {"unknown", "alive", "gone", true};
    CHECK(codes(unread) == Codes{});
    unread.containers[0].states.shim = "stopped";
    CHECK(codes(unread) == Codes{"states-differ"});
    AuditFacts zombie = facts;
    zombie.containers[0].states = {"stopped", "alive", "zombie", true};
    zombie.snapshot.processes[3].state = ProcessState::zombie;
    CHECK(codes(zombie) == Codes{"zombie-init"});
    facts.containers[0].states = {"running", "traced", "running", true};
    facts.snapshot.processes[2].threads.resize(1);
    facts.snapshot.processes[2].threads[0].tracer = 4711;
    CHECK(findings(facts)[0].remedies[0].command == "kill 4711");
    facts.snapshot.processes.push_back(process(130, 100, "/usr/sbin/runc --root /run/containerd/runc/ns kill c1"));
    CHECK(codes(facts).empty());  // it is being changed
    facts.containers[0].states.differ = false;
    CHECK(codes(facts).empty());
}

TEST_CASE("many findings of one kind are one with many places") {
    AuditFacts facts = healthy();
    for (int n = 0; n < 119; ++n) {
        const std::string directory = "/run/containerd/fifo/" + std::to_string(n);
        facts.fifos.push_back({directory + "/gone-stdout", "gone", 3600, false});
    }
    const std::vector<Finding> all = findings(facts);
    REQUIRE(all.size() == 1);
    CHECK(all[0].places.size() == 119);
    CHECK(all[0].remedies.size() == 119);
    CHECK(all[0].beliefs.size() == 2);
    CHECK(all[0].summary.find("/run/containerd/fifo/118/gone-stdout") != std::string::npos);
    facts.fifos.resize(1);
    CHECK(findings(facts)[0].summary.starts_with("/run/containerd/fifo/0"));
    CHECK(findings(facts)[0].places.size() == 1);
}

TEST_CASE("what many containers have is one finding for people, and one each for programs") {
    std::vector<Finding> all;
    for (const std::string_view id : {"a", "b", "c", "d"}) {
        Finding finding{"hook-unusable", Severity::error, {"ns", std::string(id)}, {Pid{7}}, "its hook is gone"};
        finding.beliefs = {{"runc", "runs it"}};
        all.push_back(finding);
    }
    const std::vector<Finding> each = audit::folded(all);
    CHECK(each.size() == 4);
    const std::vector<Finding> one = audit::folded_over_containers(each);
    REQUIRE(one.size() == 1);
    CHECK(!one[0].container);
    CHECK(one[0].places.size() == 4);
    CHECK(one[0].places[3].container.id == "d");
    CHECK(one[0].pids == std::vector{Pid{7}});
    CHECK(audit::folded_over_containers(each, 4).size() == 4);
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
        CHECK(!check.code.empty());
        CHECK((check.look == nullptr) == (check.of_container != nullptr));
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
