#include "tracer/diagnosis/known_bugs/known_bugs.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// The shim waits for `runc exec`, whose child has ended and lies there.
Host lost_signal(const std::string& runc_version) {
    Host host;
    host.container(100, 200, "c1");
    Process& runc = host.add(300, 100, "runc");
    runc.role = {.role = ProcessRole::runtime, .container = {"default", "c1"}, .exec_id = "e1", .operation = "exec"};
    runc.go = GoProgram{.pid = Pid{300}, .version = "go1.24.4"};
    Goroutine& main = runc.go->goroutines.emplace_back();
    main.id = GoroutineId{1};
    main.state = GoState::waiting;
    main.wait.kind = GoWaitKind::chan_receive;
    main.stack = {{.function = "main.(*signalHandler).forward"}, {.function = "main.(*runner).run"}};
    host.add(301, 300, "true").state = ProcessState::zombie;
    host.snapshot().host.runc_version = runc_version;
    host.resample(2s);
    return host;
}

/// containerd, which is at a pull for pod prod/web-1, in functions that the goroutine's stack has.
Host pulling(const std::string& version) {
    Host host;
    Process& containerd = host.add(50, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    containerd.version = version;
    containerd.go = GoProgram{.pid = Pid{50}, .version = "go1.24.4"};
    Goroutine& pull = containerd.go->goroutines.emplace_back();
    pull.id = GoroutineId{70};
    pull.state = GoState::waiting;
    pull.wait.kind = GoWaitKind::wait_group;
    pull.waiting = 600s;
    pull.serves = {.service = "ImageService", .method = "PullImage", .pod_namespace = "prod", .pod = "web-1"};
    return host;
}

Goroutine& goroutine(Host& host, std::uint64_t id, GoWaitKind kind, std::vector<std::string> functions) {
    Goroutine& one = host.get(50).go->goroutines.emplace_back();
    one.id = GoroutineId{id};
    one.state = GoState::waiting;
    one.wait.kind = kind;
    for (std::string& function : functions) one.stack.push_back({.function = std::move(function)});
    return one;
}

std::string bug_of_daemon(Host& host) {
    host.resample(2s);
    const auto verdicts = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{50}}, .shims = {}});
    return verdicts.at(0).stuck && verdicts.at(0).known_bug ? verdicts.at(0).known_bug->id : std::string();
}

}  // namespace

TEST_CASE("pulls wait for permits that failed pulls have kept: containerd#12126") {
    const auto waits = [](Host& host, std::uint64_t id) {
        goroutine(host, id, GoWaitKind::select,
                  {"golang.org/x/sync/semaphore.(*Weighted).Acquire",
                   "github.com/containerd/containerd/v2/core/remotes/docker.(*dockerBase).Acquire",
                   "github.com/containerd/containerd/v2/core/remotes/docker.dockerFetcher.open"});
    };
    Host host = pulling("2.1.3");
    waits(host, 80);
    waits(host, 81);
    CHECK(bug_of_daemon(host) == "containerd/containerd#12126");
    Host mended = pulling("2.1.4");
    waits(mended, 80);
    CHECK(bug_of_daemon(mended).empty());
    Host busy = pulling("2.1.3");  // who has a permit reads, slowly
    waits(busy, 80);
    goroutine(busy, 82, GoWaitKind::fd_read,
              {"internal/poll.(*FD).Read", "github.com/containerd/containerd/v2/core/remotes/docker.dockerFetcher.open.func2"});
    CHECK(bug_of_daemon(busy).empty());
}

TEST_CASE("progress is reported to nobody: containerd#12331") {
    const std::string tracker = "github.com/containerd/containerd/v2/core/transfer/local.(*ProgressTracker).";
    Host host = pulling("2.1.4");
    goroutine(host, 80, GoWaitKind::chan_send, {tracker + "ExtractProgress"});
    CHECK(bug_of_daemon(host) == "containerd/containerd#12331");
    Host mended = pulling("2.1.5+unknown");
    goroutine(mended, 80, GoWaitKind::chan_send, {tracker + "ExtractProgress"});
    CHECK(bug_of_daemon(mended).empty());
    Host reported = pulling("2.1.4");
    goroutine(reported, 80, GoWaitKind::chan_send, {tracker + "ExtractProgress"});
    goroutine(reported, 81, GoWaitKind::select, {tracker + "HandleProgress"});
    CHECK(bug_of_daemon(reported).empty());
}

TEST_CASE("containerd's start waits for a shim that does not answer: containerd#13954") {
    const auto starting = [](const std::string& version) {
        Host host = pulling(version);
        host.get(50).go->goroutines.clear();
        host.container(100, 200, "c1");
        host.get(100).state = host.get(100).threads[0].state = ProcessState::stopped;
        Host::fd(host.get(50), 9, OpenFileKind::unix_socket, 7000, read_write).holders = {{.pid = Pid{100}, .fd = Fd{12}, .comm = "shim"}};
        Goroutine& main = goroutine(
            host, 1, GoWaitKind::select,
            {"github.com/containerd/ttrpc.(*Client).dispatch", "github.com/containerd/containerd/v2/core/runtime/v2.(*shimTask).Pids",
             "github.com/containerd/containerd/v2/core/runtime/v2.(*ShimManager).loadShims"});
        main.waiting = 60s;
        main.wait.reply = {.protocol = "ttrpc", .method = "Task.Pids", .connections = {Fd{9}}, .tied = true};
        return host;
    };
    Host host = starting("2.1.9+unknown");
    CHECK(bug_of_daemon(host) == "containerd/containerd#13954");
    Host old = starting("1.6.20~ds1");
    CHECK(bug_of_daemon(old).empty());
}

TEST_CASE("the version is the running program's own, not that of the one which the host would start") {
    Host host = lost_signal("1.3.6");
    host.get(300).version = "1.3.4";
    const auto verdicts = diagnosis::diagnose(host.build(), {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}});
    REQUIRE(verdicts.at(0).known_bug);
    CHECK(verdicts.at(0).known_bug->running == "1.3.4");
}

TEST_CASE("a version is in a range by its numbers") {
    CHECK(diagnosis::is_in_range("1.3.0", "1.3.0", "1.3.5"));
    CHECK(diagnosis::is_in_range("1.3.5~ds1", "1.3.0", "1.3.5"));
    CHECK(diagnosis::is_in_range("v1.3.4", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("1.3.6", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("1.30.1", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("", "1.3.0", "1.3.5"));
    CHECK_FALSE(diagnosis::is_in_range("1.3", "1.3.0", "1.3.5"));
}

TEST_CASE("a bug is known by all of its signature, never by the version alone") {
    const auto bug_of = [](const Host& host) {
        const auto verdicts = diagnosis::diagnose(host.build(), {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}});
        return verdicts.at(0).stuck && verdicts.at(0).known_bug ? verdicts.at(0).known_bug->id : std::string();
    };
    CHECK(bug_of(lost_signal("1.3.4")) == "opencontainers/runc#5208");
    CHECK(bug_of(lost_signal("1.3.6")).empty());
    CHECK(bug_of(lost_signal("")).empty());
    Host other = lost_signal("1.3.4");
    other.get(300).go->goroutines[0].stack.erase(other.get(300).go->goroutines[0].stack.begin());
    CHECK(bug_of(other).empty());
    Host lives = lost_signal("1.3.4");
    lives.get(301).state = ProcessState::sleeping;
    CHECK(bug_of(lives).empty());
}
