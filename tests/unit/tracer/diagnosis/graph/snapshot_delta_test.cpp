#include "tracer/diagnosis/graph/snapshot_delta.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// What the second look is called in the verdict on c1.
std::string cause_after(const Snapshot& first, Snapshot second, Nanoseconds between = 200ms) {
    second.taken_monotonic = first.taken_monotonic + between;
    for (Process& process : second.processes)
        for (Thread& thread : process.threads) thread.first.at = thread.first.at + between;
    diagnosis::merge_progress(second, diagnosis::compared_part(first));
    const std::vector<Diagnosis> verdicts = diagnosis::diagnose(second, {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}});
    return verdicts.at(0).cause;
}

}  // namespace

TEST_CASE("the counters of the first look are the first ones, by pid and start time") {
    Host host;
    host.container(100, 200, "c1");
    const Snapshot first = host.build();
    Snapshot second = first;
    for (Process& process : second.processes) process.threads.front().first.context_switches = 9;
    second.processes.back().start_time += 1;  // the pid has been given away again
    diagnosis::merge_progress(second, diagnosis::compared_part(first));
    const Thread& same = second.processes.at(1).threads.front();
    REQUIRE(same.second);
    CHECK(same.first.context_switches == 0);
    CHECK(same.second->context_switches == 9);
    CHECK_FALSE(second.processes.back().threads.front().second);
}

TEST_CASE("who asks a name server by the same goroutine has waited for the time between; another reader need not") {
    Host host;
    Process& containerd = host.add(10, 1, "containerd");
    containerd.go = GoProgram{.pid = Pid{10}};
    Goroutine& asks = containerd.go->goroutines.emplace_back();
    asks.id = GoroutineId{7};
    asks.state = GoState::waiting;
    asks.wait.kind = GoWaitKind::fd_read;
    asks.wait.fd = Fd{5};
    asks.stack = {{.function = "net.dnsPacketRoundTrip"}};
    Goroutine& reads = containerd.go->goroutines.emplace_back(asks);
    reads.id = GoroutineId{8};
    reads.stack = {{.function = "net.(*conn).Read"}};
    const Snapshot first = host.build();
    Snapshot second = first;
    second.taken_monotonic = first.taken_monotonic + 2s;
    diagnosis::merge_progress(second, diagnosis::compared_part(first));
    const auto process = std::ranges::find(second.processes, Pid{10}, &Process::pid);
    CHECK(process->go->goroutines.front().waiting == Nanoseconds(2s));
    CHECK_FALSE(process->go->goroutines.back().waiting);
    Snapshot third = first;
    third.taken_monotonic = second.taken_monotonic;
    std::ranges::find(third.processes, Pid{10}, &Process::pid)->go->goroutines.front().wait.fd_path = "socket:[9]";  // asks anew
    diagnosis::merge_progress(third, diagnosis::compared_part(first));
    CHECK_FALSE(std::ranges::find(third.processes, Pid{10}, &Process::pid)->go->goroutines.front().waiting);
}

TEST_CASE("remains are believed when both looks show them, not while a container is being made or removed") {
    Host alive;
    alive.container(100, 200, "c1");
    CHECK(cause_after(gone().build(), gone().build()) == "leftover");
    CHECK(cause_after(alive.build(), gone().build()) == "healthy");
    CHECK(cause_after({}, gone().build()) == "healthy");
    Host another = gone();
    another.files().init_pid = Pid{90300};
    CHECK(cause_after(gone().build(), another.build()) == "healthy");
}

TEST_CASE("remains in which something was made or removed between the looks are those of a container that moves") {
    Host first = gone(), second = gone();
    second.files().changed_s_ago = 0;
    CHECK(cause_after(first.build(), second.build(), 1600ms) == "healthy");
    second.files().changed_s_ago = 2;
    CHECK(cause_after(first.build(), second.build(), 1600ms) == "leftover");
}

TEST_CASE("a file that is broken at one look alone is being written") {
    Host host;
    host.container(100, 200, "c1");
    const Snapshot whole = host.build();
    host.files().config_json_error = "line 1, column 1: unexpected end";
    CHECK(cause_after(host.build(), host.build()) == "config-invalid");
    CHECK(cause_after(whole, host.build()) == "healthy");
    const Snapshot broken = host.build();
    host.files().init_pid = Pid{190};  // another of that name, which is being written as well
    CHECK(cause_after(host.build(), broken) == "healthy");
}

TEST_CASE("a bundle and a state of two inits are a contradiction when both looks show the same two") {
    Host host;
    host.container(100, 200, "c1");
    const Snapshot whole = host.build();
    host.files().init_pid = Pid{190};
    host.files().state_init_pid = Pid{200};
    const Snapshot differs = host.build();
    CHECK(cause_after(differs, differs) == "state-corrupt");
    CHECK(cause_after(whole, differs) == "healthy");
    host.files().init_pid = Pid{180};
    CHECK(cause_after(differs, host.build()) == "healthy");
}

TEST_CASE("who is gone at both looks has been for the time between") {
    Host host;
    host.container(100, 200, "c1");
    host.files().execs = {{"e1", Pid{300}}};
    const Snapshot alive = host.build();
    host.get(200).pid = Pid{90200};
    const Snapshot gone = host.build();
    const auto after = [](const Snapshot& first, Snapshot second) {
        second.taken_monotonic = first.taken_monotonic + 1600ms;
        diagnosis::merge_progress(second, diagnosis::compared_part(first));
        return second.containers.at(0);
    };
    CHECK(after(alive, gone).init_gone_for == Nanoseconds::zero());
    CHECK(after(gone, gone).init_gone_for == Nanoseconds(1600ms));
    CHECK(after(gone, gone).execs.at(0).gone_for == Nanoseconds(1600ms));
    CHECK(after(gone, alive).init_gone_for == Nanoseconds::zero());
}
