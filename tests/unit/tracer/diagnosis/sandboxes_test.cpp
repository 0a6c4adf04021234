// Containers that have a kernel of their own: what is said of those, and what is not.
#include "tracer/diagnosis/graph/sandboxes.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

GoFrame frame(std::string_view function) {
    GoFrame made;
    made.function = std::string(function);
    return made;
}

Goroutine task(std::uint64_t id, std::string_view call) {
    Goroutine made{.id = GoroutineId{id}, .state = GoState::waiting, .wait_reason = "select"};
    made.stack = {frame("runtime.gopark"), frame("gvisor.dev/gvisor/pkg/sentry/kernel.(*Task).block")};
    if (!call.empty()) {
        made.stack.push_back(frame("gvisor.dev/gvisor/pkg/sentry/syscalls/linux.helper"));
        made.stack.push_back(frame("gvisor.dev/gvisor/pkg/sentry/syscalls/linux." + std::string(call)));
    }
    made.stack.push_back(frame("gvisor.dev/gvisor/pkg/sentry/kernel.(*Task).run"));
    return made;
}

/// A shim (100), its sandbox (200) with a stub that it traces (201), and the gofer (202).
struct Gvisor {
    Host host;
    Process& sandbox = host.container(100, 200, "c1");
    Process& stub = host.add(201, 200, "exe");
    Process& gofer = host.add(202, 100, "exe");

    Gvisor() {
        host.get(100).go = GoProgram{.pid = Pid{100}, .version = "go1.19.8"};
        sandbox.role.role = ProcessRole::sandbox;
        sandbox.threads.push_back({.tid = Tid{205}, .comm = "exe", .state = ProcessState::sleeping, .syscall = call_futex});
        stub.role = {.role = ProcessRole::container_process, .container = sandbox.role.container};
        stub.state = stub.threads.front().state = ProcessState::traced;
        stub.threads.front().tracer = 205;
        gofer.role = {.role = ProcessRole::gofer, .container = sandbox.role.container};
        host.files().runtime = "runsc";
    }
    [[nodiscard]] Diagnosis why_stub() const {
        return diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{201}}, .shims = {}}).at(0);
    }
    void reads(std::vector<Goroutine> tasks) {
        sandbox.go = GoProgram{.pid = sandbox.pid, .version = "go1.19.8"};
        sandbox.go->goroutines = std::move(tasks);
    }
};

}  // namespace

TEST_CASE("a sandbox's processes are its goroutines, each in the call that the sandbox serves it") {
    Gvisor machine;
    machine.reads({task(7, "ClockNanosleep"), task(8, ""), {.id = GoroutineId{9}}});
    const auto tasks = diagnosis::sandbox_tasks(machine.sandbox);
    REQUIRE(tasks.size() == 2);
    CHECK(tasks[0].call == "ClockNanosleep");
    CHECK(tasks[1].call.empty());
}

TEST_CASE("what a sandbox traces so as to run it is not stopped, and idle processes in it are likely well") {
    Gvisor machine;
    machine.reads({task(7, "ClockNanosleep"), task(8, "Wait4")});
    const Diagnosis verdict = machine.host.why("c1");
    CHECK(verdict.cause == "healthy");
    CHECK(!verdict.stuck);
    CHECK(verdict.confidence == Confidence::likely);
    CHECK(verdict.summary.find("ClockNanosleep") != std::string::npos);
    CHECK(machine.why_stub().cause != "traced");
}

TEST_CASE("what another tracer holds is") {
    Gvisor machine;
    machine.reads({task(7, "ClockNanosleep")});
    machine.host.add(300, 1, "gdb");
    machine.stub.threads.front().tracer = 300;
    CHECK(machine.why_stub().cause == "traced");
}

TEST_CASE("a sandbox whose processes cannot be seen is not called healthy") {
    Gvisor machine;
    const Diagnosis verdict = machine.host.why("c1");
    CHECK(verdict.cause != "healthy");
    CHECK(!verdict.decided);
    REQUIRE(!verdict.limits.empty());
    CHECK(verdict.limits.front().what.find("processes of c1") != std::string::npos);
}

TEST_CASE("a sandbox or a gofer that is stopped is to blame") {
    for (const bool of_gofer : {false, true}) {
        CAPTURE(of_gofer);
        Gvisor machine;
        machine.reads({task(7, "ClockNanosleep")});
        Process& culprit = of_gofer ? machine.gofer : machine.sandbox;
        culprit.state = culprit.threads.front().state = ProcessState::stopped;
        const Diagnosis verdict = machine.host.why("c1");
        CHECK(verdict.cause == "process-stopped");
        CHECK(verdict.confidence == Confidence::certain);
        REQUIRE(!verdict.culprits.empty());
        CHECK(verdict.culprits.front().pid == culprit.pid);
    }
}

TEST_CASE("of several that have a sandbox's role, the one below the shim has it; where none is, nobody has") {
    Gvisor machine;
    machine.reads({task(7, "ClockNanosleep")});
    Process& claimant = machine.host.add(900, 1, "firecracker");
    claimant.role = machine.sandbox.role;
    Host::stop(claimant);
    const diagnosis::Scope scope = diagnosis::Facts(machine.host.build()).scope(machine.sandbox.role.container, Pid{100});
    CHECK(scope.sandbox == machine.sandbox.pid);
    CHECK(scope.init == machine.sandbox.pid);
    CHECK(std::ranges::find(scope.processes, claimant.pid) == scope.processes.end());
    CHECK(machine.host.why("c1").cause == "healthy");

    machine.host.files().init_pid = machine.host.files().state_init_pid = {};
    machine.sandbox.parent = Pid{1};
    CHECK_FALSE(diagnosis::Facts(machine.host.build()).scope(machine.sandbox.role.container, Pid{100}).sandbox);
}
