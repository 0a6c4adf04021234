// What is of one container of a pod is not told of the others, though one shim serves them; conmon in a shim's place.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// A sandbox s and its containers a and b under the shim 100; a runc at work for a is stopped.
Host pod_with_stopped_runtime() {
    Host host;
    host.container(100, 200, "s", "k8s.io");
    for (const auto& [pid, id] : {std::pair(210, "a"), std::pair(220, "b")}) {
        Process& init = host.inside(host.add(pid, 100, "app"), {"k8s.io", id}, 1);
        init.role.role = ProcessRole::container_init;
        Host::in_call(init, call_nanosleep);
        ContainerFiles files = host.files();
        files.container = {"k8s.io", id};
        files.bundle = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + std::string(id);
        files.init_pid = files.state_init_pid = init.pid;
        files.state_init_start = init.start_time;
        files.sandbox = "s";
        files.pod_namespace = "prod";
        files.pod = "web-1";
        files.name = id;
        host.snapshot().containers.push_back(files);
    }
    Process& runtime = host.add(300, 100, "runc");
    runtime.role = {.role = ProcessRole::runtime, .container = {"k8s.io", "a"}, .operation = "exec"};
    Host::stop(runtime);
    Process& shim = host.get(100);
    shim.go = GoProgram{.pid = Pid{100}, .version = "go1.19"};
    Goroutine waits;
    waits.id = GoroutineId{7};
    waits.state = GoState::waiting;
    waits.wait.kind = GoWaitKind::child;
    waits.wait.child = Pid{300};
    shim.go->goroutines = {waits};
    return host;
}

}  // namespace

TEST_CASE("a runtime that is stuck on one container of a pod marks that one, not the whole pod") {
    Host host = pod_with_stopped_runtime();
    host.resample(2s);
    CHECK(host.why("a", "k8s.io").cause == "runtime-stopped");
    CHECK(blamed(host.why("a", "k8s.io")) == std::vector{300});
    for (const char* other : {"s", "b"}) {
        CHECK_FALSE(host.why(other, "k8s.io").stuck);
        CHECK(host.why(other, "k8s.io").culprits.empty());
    }
}

TEST_CASE("a request for one container that its goroutine parks on is not told of another; a lock that both wait for is") {
    Host host = pod_with_stopped_runtime();
    Goroutine& holder = host.get(100).go->goroutines.front();
    holder.purpose = {.what = "RPC handler", .detail = "Task.Start", .container = ContainerRef{"", "a"}};
    Goroutine queued;
    queued.id = GoroutineId{8};
    queued.state = GoState::waiting;
    queued.wait.kind = GoWaitKind::mutex;
    queued.wait.holders = {{GoroutineId{7}, 8, {"its address is in the frame"}}};
    queued.waiting = Nanoseconds(std::chrono::minutes(2));
    queued.purpose = {.what = "RPC handler", .detail = "Task.Kill", .container = ContainerRef{"", "b"}};
    host.get(100).go->goroutines.push_back(queued);
    host.resample(2s);
    CHECK_FALSE(host.why("s", "k8s.io").stuck);
    CHECK(host.why("b", "k8s.io").cause == "runtime-stopped");
    CHECK(blamed(host.why("b", "k8s.io")) == std::vector{300});
}

TEST_CASE("a diagnosis has the pod's names, or the name that an engine gave") {
    Host host = pod_with_stopped_runtime();
    const DiagnosedTarget target = host.why("b", "k8s.io").target;
    CHECK(target.pod_namespace == "prod");
    CHECK(target.pod == "web-1");
    CHECK(target.name == "b");
    host.files().engine_name = "web";
    CHECK(host.why("s", "k8s.io").target.name == "web");
}

TEST_CASE("a verdict names the container as people do, the id short beside it") {
    Host host = pod_with_stopped_runtime();
    host.resample(2s);
    const Snapshot snapshot = host.build();
    const auto named = diagnosis::diagnose(snapshot, {.containers = {{"k8s.io", "b", "prod/web-1/b"}}, .pids = {}, .shims = {}}).at(0);
    CHECK(named.summary.starts_with("prod/web-1/b (b) is healthy"));
}

TEST_CASE("behind a conmon that is stopped stdio backs up, and conmon is to blame; a container whose conmon polls is healthy") {
    Host host;
    Process& conmon = host.add(100, 1, "conmon");
    conmon.role = {.role = ProcessRole::monitor, .container = {"", "c1"}};
    Process& init = host.inside(host.add(200, 100, "app"), {"", "c1"}, 1);
    init.role.role = ProcessRole::container_init;
    Host::in_call(init, call_nanosleep);
    ContainerFiles files;
    files.container = {"", "c1"};
    files.runc_root = "/run/runc";
    files.state_json_exists = true;
    files.state_init_pid = init.pid;
    files.state_init_start = init.start_time;
    files.monitor = conmon.pid;
    files.engine_name = "web";
    host.snapshot().containers = {files};
    Host::in_call(conmon, call_nanosleep);
    host.resample(2s);
    CHECK(host.why("c1", "").cause == "healthy");

    Host::fd(init, 1, OpenFileKind::pipe, 5000, write_only, OpenFileRole::stdout_stream);
    Host::fd(conmon, 8, OpenFileKind::pipe, 5000, read_only, OpenFileRole::stdout_stream);
    host.pipe(5000, 65536);
    Host::in_call(init, call_write, 1);
    init.threads.front().wchan = "anon_pipe_write";
    Host::stop(conmon);
    host.resample(2s);
    CHECK(host.why("c1", "").cause == "stdio-backpressure");
    CHECK(blamed(host.why("c1", "")) == std::vector{100});
}
