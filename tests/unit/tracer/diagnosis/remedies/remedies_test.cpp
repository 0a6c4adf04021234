// What is printed for somebody to type: it reaches the container by the tool that has it, quotes what is foreign, and refuses what cannot
// be typed.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/remedies/container_remedies.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// c1 of that namespace (empty: of a runtime alone), created and not started.
Host created(std::string ns) {
    Host host;
    Process& init = host.container(100, 200, "c1", ns);
    init.role.role = ProcessRole::runtime_init;
    Host::in_call(init, call_openat);
    init.threads.front().wchan = "wait_for_partner";
    init.threads.front().path_argument = "/proc/self/fd/5";
    host.files().exec_fifo = true;
    host.files().exec_fifo_age_s = 60;
    return host;
}

std::vector<Remedy> by_audit(const Host& host, std::string_view code) {
    AuditFacts facts;
    facts.snapshot = host.build();
    facts.containers.resize(facts.snapshot.containers.size());
    for (const Finding& finding : audit::run(facts))
        if (finding.code == code) return finding.remedies;
    return {};
}

std::vector<std::string> commands(const std::vector<Remedy>& remedies) {
    std::vector<std::string> all;
    for (const Remedy& remedy : remedies) all.push_back(remedy.command);
    return all;
}

}  // namespace

TEST_CASE("why and audit say one and the same remedy, by the runtime that has the container") {
    Host host = created("");
    host.files().runc_root = "/run/crun";
    host.files().runtime = "crun";
    host.files().state_path = "/run/crun/c1/status";
    const std::vector<std::string> by_why = commands(host.why("c1", "").remedies);
    CHECK(by_why == std::vector<std::string>{"crun --root /run/crun start c1", "crun --root /run/crun delete --force c1"});
    CHECK(by_why == commands(by_audit(host, "created-not-started")));
}

TEST_CASE("an id that no runtime would take is not put into a command, and the text says why") {
    for (const std::string id : {"c1;reboot", "-f", "$(id)", "a b", "c1\nkill", "", "..", "a/b"}) {
        CAPTURE(id);
        ContainerFiles files;
        files.container = {"default", id};
        const auto remedy = diagnosis::start_it({.ref = files.container, .files = &files});
        CHECK(remedy.command.empty());
        CHECK(remedy.text.find("no command is given") != std::string::npos);
        CHECK(remedy.text.find('\n') == std::string::npos);
    }
    ContainerFiles files;
    files.runc_root = "/run/$(touch x)/it's";
    CHECK(diagnosis::start_it({.ref = {"", "c_1.a-b"}, .files = &files}).command ==
          R"(runc --root '/run/$(touch x)/it'\''s' start c_1.a-b)");
}

TEST_CASE("a state that runc cannot read: the kernel ends the init, its state is removed, then the task is") {
    Host host;
    host.container(100, 200, "c1");
    host.files().state_path = "/run/containerd/runc/default/c1/state.json";
    host.files().state_json_error = "line 1, column 8: unexpected end";
    const Diagnosis verdict = host.why("c1");
    REQUIRE(verdict.cause == "state-corrupt");
    const std::string& command = verdict.remedies.front().command;
    CHECK(command.starts_with("kill -KILL 200 && rm -r /run/containerd/runc/default/c1 && ctr -n default task delete --force c1 && "));
    CHECK(command.find("runc") == command.find("runc/default"));
    CHECK(verdict.remedies.front().risk == Risk::destroys_data);
    REQUIRE(verdict.remedies.front().named.size() == 1);
    CHECK(verdict.remedies.front().named.front().pid == Pid{200});
    CHECK(verdict.remedies.front().named.front().start_time == 10000);
}

TEST_CASE("a client that would hang beside the container is not told") {
    Host host = created("default");
    Process& daemon = host.add(50, 1, "containerd");
    daemon.role.role = ProcessRole::containerd;
    OpenFile& socket = Host::fd(daemon, 7, OpenFileKind::unix_socket, 900, read_write);
    socket.socket = SocketFacts{.local = "/run/containerd/containerd.sock", .state = "LISTEN"};
    CHECK(commands(host.why("c1").remedies).at(1) == "ctr -n default task delete --force c1 && ctr -n default container delete c1");
    Host::stop(daemon);
    CHECK(commands(host.why("c1").remedies).at(1).find("task delete") == std::string::npos);
}

TEST_CASE("for a container of Kubernetes' what keeps kubelet's view comes first") {
    Host host = created("k8s.io");
    host.files().pod = "web-1";
    host.files().pod_namespace = "shop";
    host.files().sandbox = "other";
    const std::vector<std::string> all = commands(host.why("c1", "k8s.io").remedies);
    CHECK(all.at(0) == "crictl --runtime-endpoint unix:///run/containerd/containerd.sock start c1");
    CHECK(all.at(1) == "kubectl -n shop delete pod web-1");
    host.files().pod = "--all";
    CHECK(commands(host.why("c1", "k8s.io").remedies).at(1).empty());
}

TEST_CASE("containerd's unit is what its cgroup says; without one it is named with its command line") {
    Host host = gone();
    Process& daemon = host.add(50, 1, "containerd");
    daemon.role.role = ProcessRole::containerd;
    daemon.command_line = {"containerd", "--config", "/etc/my config.toml"};
    Host::fd(daemon, 7, OpenFileKind::unix_socket, 900, read_write).socket =
        SocketFacts{.local = "/run/containerd/containerd.sock", .state = "LISTEN"};
    const auto restart = [&] {
        for (const Remedy& remedy : host.why("c1").remedies)
            if (remedy.name == "restart-containerd") return remedy;
        return Remedy{};
    };
    daemon.cgroup = "/system.slice/k3s-agent.service";
    CHECK(restart().command == "systemctl restart k3s-agent.service");
    daemon.cgroup = "/user.slice/session-3.scope";
    CHECK(restart().command.empty());
    CHECK(restart().text.find("containerd[50]") != std::string::npos);
    CHECK(restart().text.find("containerd --config '/etc/my config.toml'") != std::string::npos);
}

TEST_CASE("what becomes of the container when its hook is ended depends on the hook") {
    const auto said = [](std::string kind) {
        Host host;
        host.container(100, 200, "c1");
        Process& runc = host.add(110, 100, "runc");
        runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .operation = "delete"};
        Process& hook = host.add(120, 110, "hook.sh");
        hook.role = {.role = ProcessRole::hook, .container = {"default", "c1"}, .operation = std::move(kind)};
        host.resample(200ms);
        const Diagnosis verdict = host.why("c1");
        REQUIRE(verdict.cause == "hook-running");
        return verdict.remedies.front().text;
    };
    CHECK(said("createRuntime").find("create fails") != std::string::npos);
    CHECK(said("poststop").find("delete goes on") != std::string::npos);
    CHECK(said("poststop").find("fails") == std::string::npos);
}

TEST_CASE("a remedy names the target as the command takes it, and a container it does not know not at all") {
    Host host;
    Host::stop(host.add(3219, 1, "python3"));
    Process& waiter = host.add(3300, 1, "sh");
    Host::in_call(waiter, call_wait4, 3219);
    const auto diagnose = [&](std::int32_t pid) {
        return diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{pid}}, .shims = {}}).at(0);
    };
    for (const Remedy& remedy : diagnose(3219).remedies) CHECK(remedy.command.find("python3[") == std::string::npos);
    Process& frozen = host.add(400, 1, "sh");
    frozen.cgroup = "/lonely";
    host.snapshot().cgroups.push_back({.path = "/lonely", .freezer_state = "FROZEN", .self_freezing = true, .frozen_by = "/lonely"});
    for (const Remedy& remedy : diagnose(400).remedies) CHECK(remedy.command.find("resume") == std::string::npos);
}

TEST_CASE("a file system is named by its mount") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Host::in_call(init, call_write, 3, ProcessState::uninterruptible);
    Host::fd(init, 3, OpenFileKind::file, 77, write_only, OpenFileRole::none, "/data/file").device = 42;
    init.threads.front().kernel_stack = {"percpu_rwsem_wait", "vfs_write"};
    host.snapshot().mounts.push_back({.device = 42, .mount_point = "/data", .type = "ext4", .source = "/dev/loop0", .frozen = true});
    host.resample(200ms);
    const Diagnosis verdict = host.why("c1");
    REQUIRE(verdict.cause == "uninterruptible");
    CHECK(verdict.remedies.front().command == "fsfreeze --unfreeze /data");
    CHECK(verdict.remedies.front().risk == Risk::disruptive);
}
