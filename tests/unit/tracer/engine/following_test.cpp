#include "tests/unit/kernel.hpp"
#include "tests/unit/tracer/engine/traced_session.hpp"

#include "decoders/syscalls/table.hpp"

#include <sys/syscall.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace shimtrace;
using namespace shimtrace::engine;
using namespace shimtrace::engine::test;

namespace {

/// The events of one thread, its own start included.
std::vector<Event> of(Session& session, Tid tid) {
    std::vector<Event> found = session.events();
    std::erase_if(found, [&](const Event& event) { return event.tid != tid; });
    return found;
}

Tid child_of(Session& session) {
    for (const Event& event : session.events(EventKind::attached)) {
        if (event.parent) return event.tid;
    }
    return {};
}

}  // namespace

TEST_CASE("a started command is traced from its execve to its end, and its status is handed on") {
    Session session(running("exit7"));
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 7);
    const auto enters = session.events(EventKind::syscall_enter);
    REQUIRE(!enters.empty());
    CHECK(enters.front().number == SYS_execve);
    CHECK(session.calls(SYS_execve).back().result == 0);
    CHECK(session.events(EventKind::exec).size() == 1);
    CHECK(session.events().back().kind == EventKind::exited);
    CHECK(session.events().back().result == 7);
    CHECK(session.ended());
    CHECK(session.info().started_command);
}

TEST_CASE("a command that cannot be started is an error that says why") {
    TraceRequest request;
    request.command = {"no-such-command-anywhere"};
    Session missing(request);
    REQUIRE_FALSE(missing.result());
    CHECK(missing.result().error().message() == "start no-such-command-anywhere: No such file or directory (no such executable in PATH)");

    request.command = {"/etc/passwd"};
    Session denied(request);
    REQUIRE_FALSE(denied.result());
    CHECK(denied.result().error().number == EACCES);
}

TEST_CASE("children of fork, vfork and clone3 are traced from their first call") {
    for (const auto& [scenario, status] : {std::pair("forks", 3), std::pair("vforks", 7), std::pair("clone3s", 4)}) {
        CAPTURE(scenario);
        Session session(running(scenario));
        REQUIRE(session.result());
        CHECK(session.result()->exit_status == 0);
        const Tid child = child_of(session);
        REQUIRE(child);
        const auto events = of(session, child);
        CHECK(events.front().kind == EventKind::attached);
        CHECK(events.front().pid == Pid{child.value});
        REQUIRE(events.size() > 2);
        CHECK(events[1].kind == EventKind::syscall_enter);
        CHECK(events.back().kind == EventKind::exited);
        CHECK(events.back().result == status);
    }
}

TEST_CASE("without following, a child runs untraced and unharmed") {
    TraceRequest request = running("forks");
    request.follow = false;
    Session session(request);
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 0);
    CHECK(session.events(EventKind::attached).size() == 1);
}

TEST_CASE("an exec by a thread goes on under the leader's id, the other threads are gone") {
    Session session(running("exec_by_thread"));
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 7);
    const auto execs = session.events(EventKind::exec);
    REQUIRE(execs.size() == 2);
    CHECK(execs[1].tid == leader(execs[1].pid));
    CHECK(execs[1].parent);
    CHECK(execs[1].parent != execs[1].tid);
    const auto calls = session.calls(SYS_execve);
    REQUIRE(calls.size() == 4);
    CHECK(calls[2].tid == execs[1].parent);  // entered by the thread
    CHECK(calls[3].tid == execs[1].tid);     // returned to the leader
    CHECK(session.events().back().tid == execs[1].tid);
    CHECK(session.events().back().result == 7);
}

TEST_CASE("signals arrive unchanged, with their siginfo") {
    Session session(running("signals"));
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 0);
    const auto signals = session.events(EventKind::signal);
    REQUIRE(signals.size() == 2);
    CHECK(signals[0].number == SIGUSR1);
    CHECK(signals[1].number == SIGRTMIN + 3);
    const auto info = signals[1].memory.value<siginfo_t>(RemoteAddress{0});
    REQUIRE(info);
    CHECK(info->si_signo == SIGRTMIN + 3);
    CHECK(info->si_code == SI_QUEUE);
    CHECK(info->si_value.sival_int == 42);
}

TEST_CASE("signals that are not asked for are delivered without a word") {
    TraceRequest request = running("signals");
    request.signals.reset();
    Session session(request);
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 0);
    CHECK(session.events(EventKind::signal).empty());
}

TEST_CASE("a command killed by a signal says by which") {
    Session session(running("terminated"));
    REQUIRE(session.result());
    CHECK(session.result()->killed_by == SIGTERM);
    CHECK(session.result()->exit_status == 128 + SIGTERM);
    CHECK(session.events().back().kind == EventKind::killed);
    CHECK(session.events().back().number == SIGTERM);
}

TEST_CASE("a group-stop stays one until SIGCONT") {
    Session session(running("stops"));
    REQUIRE(session.await(EventKind::group_stop, SIGSTOP));
    const Pid pid = session.events().front().pid;
    CHECK(session.events().back().kind == EventKind::group_stop);
    kill(pid.value, SIGCONT);
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 5);
    CHECK(session.events(EventKind::signal).back().number == SIGCONT);
}

TEST_CASE("a 32-bit call is one, with its own number and arguments") {
    SKIP_UNLESS_KERNEL_CAN("32-bit-calls");
    Session session(running("compat"));
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 0);
    auto calls = session.events();
    std::erase_if(calls, [](const Event& event) { return event.arch != Arch::i386; });
    REQUIRE(calls.size() == 2);
    CHECK(calls[0].kind == EventKind::syscall_enter);
    CHECK(calls[0].number == decoders::syscall_number(Arch::i386, "getpid"));
    CHECK(calls[0].args[0] == 0x11);
    CHECK(calls[0].args[1] == 0x22);
    CHECK(calls[1].result == calls[1].pid.value);
}

TEST_CASE("an interrupted sleep is seen to be restarted") {
    Session session(running("naps"));
    REQUIRE(session.await(EventKind::syscall_enter, SYS_clock_nanosleep));
    const Pid pid = session.events().front().pid;
    kill(pid.value, SIGSTOP);
    REQUIRE(session.await(EventKind::group_stop));
    kill(pid.value, SIGCONT);
    REQUIRE(session.result());
    CHECK(session.result()->exit_status == 0);
    CHECK(session.calls(SYS_clock_nanosleep).back().result == -516);  // ERESTART_RESTARTBLOCK
    const auto restarts = session.calls(SYS_restart_syscall);
    REQUIRE(restarts.size() == 2);
    CHECK(restarts[1].result == 0);
}

TEST_CASE("with a seccomp filter the same calls are reported as without") {
    const auto numbers = [](bool filter) {
        TraceRequest request = running("forks");
        request.calls.of(native_arch).reset();
        for (const long number : {SYS_execve, SYS_wait4, SYS_exit_group})
            request.calls.of(native_arch).set(static_cast<std::size_t>(number));
        request.seccomp_filter = filter;
        Session session(request);
        REQUIRE(session.result());
        CHECK(session.result()->exit_status == 0);
        std::vector<std::int64_t> seen;
        for (const Event& event : session.events(EventKind::syscall_enter)) seen.push_back(event.number);
        for (const Event& event : session.events(EventKind::syscall_exit)) seen.push_back(event.number);
        std::ranges::sort(seen);
        return seen;
    };
    CHECK(numbers(true) == numbers(false));
    CHECK(numbers(true) == std::vector<std::int64_t>{SYS_execve, SYS_execve, SYS_wait4, SYS_wait4, SYS_exit_group, SYS_exit_group});
}

TEST_CASE("the observer hears of a close that is not reported, where descriptors are resolved") {
    for (const bool filter : {false, true}) {
        CAPTURE(filter);
        TraceRequest request = running("counts_calls");
        request.calls.of(native_arch).reset();
        request.calls.of(native_arch).set(SYS_exit_group);
        request.seccomp_filter = filter;
        request.resolve_descriptors = true;
        Session session(request);
        REQUIRE(session.result());
        CHECK(session.observed_returns(SYS_close) > 0);
        CHECK(session.observed_returns(SYS_getppid) == 0);
        CHECK(session.events(EventKind::syscall_enter).size() == 1);
    }
}
