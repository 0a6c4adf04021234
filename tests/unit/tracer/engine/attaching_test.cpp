#include "tests/unit/kernel.hpp"
#include "tests/unit/tracer/engine/traced_session.hpp"

#include "tracer/procfs/task_files.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>
#include <utility>

using namespace shimtrace;
using namespace shimtrace::engine;
using namespace shimtrace::engine::test;

TEST_CASE("a call that was blocking at attach is shown with its arguments and since when, and its end as well") {
    Target target("waits_for_input");
    REQUIRE(eventually([&] { return target.blocks_in(SYS_read); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // so that there is a "since" to be told
    Session session(attaching(target));
    REQUIRE(session.await(EventKind::syscall_enter, SYS_read));
    const Event enter = session.calls(SYS_read).front();
    CHECK(enter.at_attach);
    CHECK(enter.args[0] == 0);
    CHECK(enter.args[2] == 1);
    if (enter.since) CHECK(enter.time - *enter.since >= std::chrono::milliseconds(150));
    target.type_byte();
    REQUIRE(session.result());
    const auto calls = session.calls(SYS_read);
    REQUIRE(calls.size() == 2);  // restarted, yet one call
    CHECK(calls[1].result == 1);
    CHECK(session.calls(SYS_restart_syscall).empty());
    CHECK(session.events().back().kind == EventKind::exited);
}

namespace {

void comes_and_goes(std::initializer_list<const char*> scenarios, std::int64_t number) {
    for (const char* scenario : scenarios) {
        CAPTURE(scenario);
        Target target(scenario);
        REQUIRE(eventually([&] { return target.blocks_in(number); }));
        for (int i = 0; i < 3; ++i) {
            Session session(attaching(target));
            REQUIRE(session.await(EventKind::syscall_enter, number));
            session.stop();
            REQUIRE(session.result());
            REQUIRE(eventually([&] { return target.blocks_in(number); }));
        }
        CHECK(target.tracers() == 0);
        target.type_byte();
        CHECK(target.exit_status() == 0);
    }
}

}  // namespace

TEST_CASE("coming and going is not noticed by calls that return EINTR to any wake-up") {
    comes_and_goes({"patient", "patient_for_a_while"}, SYS_epoll_wait);
}

TEST_CASE("coming and going is not noticed by 32-bit calls that return EINTR to any wake-up") {
    SKIP_UNLESS_KERNEL_CAN("32-bit-calls");
    constexpr std::int64_t epoll_wait_of_i386 = 256;
    comes_and_goes({"patient_32", "patient_32_for_a_while"}, epoll_wait_of_i386);
}

TEST_CASE("coming and going is not noticed by a 32-bit program that waits in semop") {
    SKIP_UNLESS_KERNEL_CAN("32-bit-calls");
    constexpr std::int64_t ipc_of_i386 = 117;
    Target target("semop_32");
    REQUIRE(eventually([&] { return target.blocks_in(ipc_of_i386); }));
    for (int i = 0; i < 3; ++i) {
        Session session(attaching(target));
        REQUIRE(session.await(EventKind::syscall_enter, ipc_of_i386));
        session.stop();
        REQUIRE(session.result());
        REQUIRE(eventually([&] { return target.blocks_in(ipc_of_i386); }));
    }
    target.signal(SIGUSR2);
    CHECK(target.exit_status() == 0);
}

TEST_CASE("coming and going is not noticed by sigwaitinfo, poll and read") {
    Target target("blocks_in_many_ways");
    REQUIRE(eventually([&] { return target.threads_block_in({SYS_rt_sigtimedwait, SYS_poll, SYS_read}); }));
    for (int i = 0; i < 3; ++i) {
        Session session(attaching(target));
        REQUIRE(eventually([&] { return session.events(EventKind::syscall_enter).size() == 3; }));
        session.stop();
        REQUIRE(session.result());
        CHECK(session.events(EventKind::detached).size() == 3);
        CHECK(session.events(EventKind::syscall_exit).empty());
    }
    target.type_byte();
    CHECK(target.exit_status() == 0);
}

TEST_CASE("a stopped process stays stopped, through attach and detach") {
    Target target("busy_threads");
    REQUIRE(eventually([&] { return target.threads().size() == 4; }));
    target.signal(SIGSTOP);
    REQUIRE(eventually([&] { return target.state() == ProcessState::stopped; }));
    {
        Session session(attaching(target));
        REQUIRE(eventually([&] { return session.events(EventKind::group_stop).size() == 4; }));
        CHECK(target.tracers() == 4);
    }
    CHECK(target.tracers() == 0);
    CHECK(eventually([&] { return target.state() == ProcessState::stopped; }));  // from traced to stopped it runs for a moment
    target.signal(SIGCONT);
    CHECK(eventually([&] { return target.state() != ProcessState::stopped; }));
}

TEST_CASE("SIGCONT wakes a process that was attached to while it was stopped") {
    Target target("waits_for_input");
    target.signal(SIGSTOP);
    REQUIRE(eventually([&] { return target.state() == ProcessState::stopped; }));
    Session session(attaching(target));
    REQUIRE(session.await(EventKind::group_stop, SIGSTOP));
    target.type_byte();
    target.signal(SIGCONT);
    REQUIRE(session.result());
    CHECK(session.events().back().kind == EventKind::exited);
    CHECK(session.events().back().result == 0);
}

TEST_CASE("every thread is traced, however many are being created") {
    Target target("storm");
    REQUIRE(eventually([&] { return target.threads().size() > 20; }));
    Session session(attaching(target));
    REQUIRE(session.await(EventKind::syscall_exit, SYS_clone3));
    // A thread that is there now has a tracer, or is gone a moment later.
    CHECK(eventually([&] {
        for (const Tid tid : target.threads()) {
            if (const auto status = host::task_status(tid); status && status->tracer == 0) return false;
        }
        return true;
    }));
    std::set<Tid> known;
    for (const Event& event : session.events()) {
        if (event.kind == EventKind::attached) known.insert(event.tid);
        CHECK(known.contains(event.tid));
        if (!known.contains(event.tid)) break;
    }
    session.stop();
    REQUIRE(session.result());
    CHECK(eventually([&] { return target.tracers() == 0; }));
    const std::set before_going_on = [&] {
        const auto threads = target.threads();
        return std::set(threads.begin(), threads.end());
    }();
    CHECK(eventually([&] {
        for (const Tid tid : target.threads()) {
            if (!before_going_on.contains(tid)) return true;
        }
        return false;
    }));
}

TEST_CASE("a session of a whole group traces its new threads, and other processes only when it follows") {
    for (const bool follow : {false, true}) {
        CAPTURE(follow);
        Target target("one_of_each");
        REQUIRE(eventually([&] { return target.blocks_in(SYS_read); }));
        TraceRequest request = attaching(target);
        request.follow = follow;
        Session session(request);
        REQUIRE(session.await(EventKind::syscall_enter, SYS_read));
        target.type_byte();
        REQUIRE(session.result());
        CHECK(session.calls(SYS_gettid).size() >= 2);
        CHECK(session.events(EventKind::attached).size() == (follow ? 3 : 2));
        CHECK(session.events().back().result == 0);
    }
}

TEST_CASE("that no call is missed any more is said once, when what each thread was at has been shown") {
    Target target("blocks_in_many_ways");
    REQUIRE(eventually([&] { return target.threads_block_in({SYS_rt_sigtimedwait, SYS_poll, SYS_read}); }));
    Session session(attaching(target));
    REQUIRE(eventually([&] { return !session.in_place().empty(); }));
    const auto events = session.events();
    CHECK(std::ranges::count(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(session.in_place().front()), true,
                             &Event::at_attach) == 3);
    target.type_byte();
    REQUIRE(session.result());
    CHECK(session.in_place().size() == 1);
}

TEST_CASE("who cannot be stopped does not keep a session from being in place") {
    Target target("vfork_that_lasts");
    REQUIRE(eventually([&] { return target.state() == ProcessState::uninterruptible; }));
    Session session(attaching(target));
    REQUIRE(eventually([&] { return !session.in_place().empty(); }));
    const auto events = session.events();
    CHECK(std::ranges::count(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(session.in_place().front()), true,
                             &Event::at_attach) == 1);
}

TEST_CASE("a single thread is traced alone") {
    Target target("busy_threads");
    REQUIRE(eventually([&] { return target.threads().size() == 4; }));
    TraceRequest request;
    request.attach_threads = {target.threads().back()};
    Session session(request);
    REQUIRE(session.await(EventKind::syscall_exit, SYS_getppid));
    CHECK(target.tracers() == 1);
    session.stop();
    REQUIRE(session.result());
    CHECK(target.tracers() == 0);
}

TEST_CASE("busy threads are all served, and all let go") {
    Target target("busy_threads");
    REQUIRE(eventually([&] { return target.threads().size() == 4; }));
    Session session(attaching(target));
    REQUIRE(eventually([&] {
        std::map<Tid, int> calls;
        for (const Event& event : session.events(EventKind::syscall_exit)) ++calls[event.tid];
        int busy = 0;
        for (const auto& [tid, count] : calls) busy += count > 50 ? 1 : 0;
        return busy >= 3;
    }));
    session.stop();
    REQUIRE(session.result());
    CHECK(target.tracers() == 0);
    CHECK(session.events(EventKind::detached).size() == 4);
}

TEST_CASE("the target's sudden death ends the session") {
    Target target("busy_threads");
    REQUIRE(eventually([&] { return target.threads().size() == 4; }));
    Session session(attaching(target));
    REQUIRE(session.await(EventKind::syscall_exit));
    target.signal(SIGKILL);
    REQUIRE(session.result());
    CHECK(session.events(EventKind::killed).size() == 4);
    CHECK(session.ended());
}

TEST_CASE("a call that keeps blocking is reported, each time it has blocked for twice as long") {
    Target target("waits_for_input");
    REQUIRE(eventually([&] { return target.blocks_in(SYS_read); }));
    TraceRequest request = attaching(target);
    request.blocked_after = std::chrono::milliseconds(100);
    Session session(request);
    REQUIRE(eventually([&] { return session.events(EventKind::still_blocked).size() >= 3; }));
    const auto reports = session.events(EventKind::still_blocked);
    CHECK(reports[0].number == SYS_read);
    CHECK(reports[0].note == "for a byte");
    for (int i = 0; i < 3; ++i) REQUIRE(reports[i].since);
    for (int i = 0; i < 3; ++i) CHECK(reports[i].time - *reports[i].since >= std::chrono::milliseconds(100 << i));
    target.type_byte();
    REQUIRE(session.result());
}

TEST_CASE("an idle session wakes for nothing but the wish to end it") {
    Target target("waits_for_input");
    REQUIRE(eventually([&] { return target.blocks_in(SYS_read); }));
    Session session(attaching(target));
    REQUIRE(eventually([&] { return session.idle(); }));
    const auto switches = [&] {
        long long sum = 0;
        for (const Tid tid : host::threads_of(Pid{getpid()})) {
            const std::string status = host::task_file(tid, "status");
            const auto at = status.find("\nvoluntary_ctxt_switches:");
            if (tid.value != getpid() && at != status.npos) sum += std::atoll(status.c_str() + status.find(':', at) + 1);
        }
        return sum;
    };
    // First comes the last check for threads that could not be stopped: late, where the CPUs are busy.
    CHECK(eventually([&] {
        const auto before = switches();
        std::this_thread::sleep_for(std::chrono::seconds(1));
        return switches() == before;
    }));
    const auto asked = std::chrono::steady_clock::now();
    session.stop();
    REQUIRE(session.result());
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(20));
}

TEST_CASE("what cannot be traced is refused with the reason") {
    const auto message = [](Pid pid) {
        TraceRequest request;
        request.attach = {pid};
        Session session(request);
        REQUIRE_FALSE(session.result());
        return session.result().error().message();
    };
    CHECK(message(Pid{getpid()}).ends_with("that is shimtrace itself"));
    CHECK(message(Pid{0x3fffffff}).ends_with("No such process"));
    if (host::task_stat(Tid{2}) && host::task_stat(Tid{2})->comm == "kthreadd")
        CHECK(message(Pid{2}).ends_with("a kernel thread cannot be traced"));

    const pid_t zombie = fork();
    if (zombie == 0) _exit(0);
    REQUIRE(eventually([&] { return host::task_stat(Tid{zombie})->state == ProcessState::zombie; }));
    CHECK(message(Pid{zombie}).find("waits to be reaped by") != std::string::npos);
    waitpid(zombie, nullptr, 0);

    Target target("waits_for_input");
    Session first(attaching(target));
    REQUIRE(first.await(EventKind::attached));
    CHECK(message(target.pid()).find("it is traced already, by ") != std::string::npos);
}
