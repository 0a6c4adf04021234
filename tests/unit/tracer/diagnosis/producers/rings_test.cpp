// Locks in memory, and waits in a ring.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// A thread of the container's init that waits for a mutex of glibc's with that owner.
Thread& waits_for_mutex(Thread& thread, std::uint64_t address, std::uint32_t owner) {
    thread.state = ProcessState::sleeping;
    thread.syscall = call_futex;
    thread.args = {address, 128, 2};
    thread.kernel_stack = {"futex_wait_queue"};
    FutexMemory& futex = thread.futex.emplace();
    futex.words[FutexMemory::before] = 2;
    futex.words[FutexMemory::before + 2] = owner;
    futex.words[FutexMemory::before + 3] = 1;
    return thread;
}

/// The container's init, thread 1 of its namespace, and a second thread, 7.
Process& two_threads(Host& host) {
    Process& init = host.container(100, 200, "c1");
    init.threads.front().ns_tid = 1;
    Host::thread(init, 207, 7);
    return init;
}

/// Init and its child 210, with pipe 8000 from init to the child and 8001 back.
Process& with_child(Host& host) {
    Process& init = host.container(100, 200, "c1");
    Process& child = host.inside(host.add(210, 200, "child"), {"default", "c1"}, 7);
    Host::fd(init, 5, OpenFileKind::pipe, 8000, write_only);
    Host::fd(child, 6, OpenFileKind::pipe, 8000, read_only);
    Host::fd(child, 7, OpenFileKind::pipe, 8001, write_only);
    Host::fd(init, 8, OpenFileKind::pipe, 8001, read_only);
    return child;
}

}  // namespace

TEST_CASE("a mutex that a sleeping thread holds") {
    Host host;
    Process& init = two_threads(host);
    waits_for_mutex(init.threads.front(), 0x1000, 7);
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "mutex-held");
    CHECK(diagnosis.confidence == Confidence::certain);
    CHECK(blamed(diagnosis) == std::vector{200});
    CHECK(diagnosis.evidence.front().find("thread 207") != std::string::npos);
}

TEST_CASE("a mutex that is taken in turns, or whose owner works, hangs nobody") {
    Host host;
    Process& init = two_threads(host);
    waits_for_mutex(init.threads.front(), 0x1000, 7);
    SUBCASE("who waits has had it") {
        host.resample(2s);
        init.threads.front().second->context_switches += 5;
    }
    SUBCASE("its owner moves") {
        host.resample(2s);
        init.threads.back().second->context_switches += 5;
    }
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("a mutex whose owner has ended with it is nobody's any more") {
    Host host;
    Process& init = two_threads(host);
    waits_for_mutex(init.threads.front(), 0x1000, 9);
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "mutex-held");
    CHECK(diagnosis.culprits.empty());
    CHECK(diagnosis.summary.find("owner is gone") != std::string::npos);
}

TEST_CASE("a mutex whose owner is frozen: the cgroup is to be thawed, and nobody is to blame") {
    Host host;
    Process& init = two_threads(host);
    Thread& waiter = waits_for_mutex(init.threads.front(), 0x1000, 300);
    waiter.futex->shared = waiter.futex->mappings_known = true;
    waiter.futex->mapped_by = {Pid{300}};
    Process& owner = host.add(300, 1, "owner");
    owner.threads.front().ns_tid = 300;
    owner.cgroup = "/batch";
    host.snapshot().cgroups.push_back({.path = "/batch", .freezer_state = "FROZEN", .self_freezing = true, .frozen_by = "/batch"});
    host.resample(2s);
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.cause == "container-frozen");
    CHECK(verdict.summary == "c1 waits for owner[300], which is frozen: cgroup /batch");
    REQUIRE(!verdict.remedies.empty());
    CHECK(verdict.remedies.front().command.find("/batch") != std::string::npos);
}

TEST_CASE("a mutex in shared memory: its owner is whoever has the memory, and that number") {
    Host host;
    Process& init = two_threads(host);
    Thread& waiter = waits_for_mutex(init.threads.front(), 0x1000, 400);
    waiter.args[1] = 0;
    waiter.futex->words[FutexMemory::before + 4] = 128;
    waiter.futex->shared = true;
    waiter.futex->inode = Inode{77};
    waiter.futex->path = "/dev/shm/lock";
    SUBCASE("outside") {
        Process& owner = host.add(400, 1, "owner");
        Host::in_call(owner, call_nanosleep);
        waiter.futex->mapped_by = {Pid{400}};
        waiter.futex->mappings_known = true;
        host.resample(2s);
        const Diagnosis diagnosis = host.why("c1");
        CHECK(diagnosis.cause == "mutex-held");
        CHECK(blamed(diagnosis) == std::vector{400});
    }
    SUBCASE("stopped") {
        Process& owner = host.add(400, 1, "owner");
        Host::stop(owner);
        waiter.futex->mapped_by = {Pid{400}};
        waiter.futex->mappings_known = true;
        host.resample(2s);
        const Diagnosis diagnosis = host.why("c1");
        CHECK(diagnosis.cause == "mutex-held");
        CHECK(blamed(diagnosis) == std::vector{400});
    }
    SUBCASE("whose number in its own pid namespace is the waiter's too") {
        Process& owner = host.inside(host.add(400, 1, "owner"), {"default", "c2"}, 1);
        owner.threads.front().ns_tid = 1;
        Host::in_call(owner, call_nanosleep);
        waits_for_mutex(waiter, 0x1000, 1);
        waiter.ns_tid = 1;
        waiter.args[1] = 0;
        waiter.futex->words[FutexMemory::before + 4] = 128;
        waiter.futex->mapped_by = {Pid{400}};
        waiter.futex->mappings_known = waiter.futex->shared = true;
        host.resample(2s);
        const Diagnosis diagnosis = host.why("c1");
        CHECK(diagnosis.cause == "mutex-held");
        CHECK(blamed(diagnosis) == std::vector{400});
        CHECK(diagnosis.confidence != Confidence::certain);
    }
    SUBCASE("gone") {
        waiter.futex->mappings_known = true;
        host.resample(2s);
        CHECK(host.why("c1").cause == "mutex-held");
    }
    SUBCASE("not everybody was asked") {
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("two threads that wait for each other's mutex, and one that waits for the end of the other") {
    Host host;
    Process& init = two_threads(host);
    waits_for_mutex(init.threads.back(), 0x2000, 1);
    SUBCASE("mutexes") {
        waits_for_mutex(init.threads.front(), 0x1000, 7);
    }
    SUBCASE("join") {
        Thread& joining = init.threads.front();
        joining.syscall = call_futex;
        joining.args = {0x3000, 9, 7};
        joining.futex.emplace().words[FutexMemory::before] = 7;
    }
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "deadlock");
    CHECK(blamed(diagnosis) == std::vector{200});
    // Without a handler the first of a pid namespace does not get SIGTERM.
    REQUIRE_FALSE(diagnosis.remedies.empty());
    CHECK(diagnosis.remedies.front().command == "kill -KILL 200");
    init.caught_signals = 1U << 14U;
    CHECK(host.why("c1").remedies.front().command == "kill -TERM 200");
}

TEST_CASE("a thread that waits for what it holds itself") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().ns_tid = 1;
    waits_for_mutex(init.threads.front(), 0x1000, 1);
    host.resample(2s);
    CHECK(host.why("c1").cause == "deadlock");
}

TEST_CASE("two processes that each write to the other what its pipe does not hold") {
    Host host;
    Process& child = with_child(host);
    Process& init = host.get(200);
    Host::in_call(init, call_write, 5);
    Host::in_call(child, call_write, 7);
    host.pipe(8000, 65536);
    host.pipe(8001, 65536);
    SUBCASE("both") {
        host.resample(2s);
        const Diagnosis diagnosis = host.why("c1");
        CHECK(diagnosis.cause == "deadlock");
        CHECK(blamed(diagnosis) == std::vector{200, 210});
        CHECK(diagnosis.also.empty());
    }
    SUBCASE("one of them reads") {
        Host::in_call(child, call_read, 6);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
    SUBCASE("it flows") {
        host.resample(2s, {200, 210});
        CHECK(host.why("c1").cause == "healthy");
    }
    SUBCASE("another may read as well") {
        Process& third = host.inside(host.add(211, 200, "child"), {"default", "c1"}, 8);
        Host::fd(third, 6, OpenFileKind::pipe, 8000, read_only);
        Host::in_call(third, call_nanosleep);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("a parent that waits for its child, and that for what the parent has yet to write") {
    Host host;
    Process& child = with_child(host);
    Process& init = host.get(200);
    Host::in_call(init, call_wait4, 0);
    Host::in_call(child, call_read, 6);
    host.pipe(8000, 0);
    SUBCASE("a ring") {
        host.resample(2s);
        const Diagnosis diagnosis = host.why("c1");
        CHECK(diagnosis.cause == "deadlock");
        CHECK(blamed(diagnosis) == std::vector{200, 210});
    }
    SUBCASE("with another child, whose end would do as well") {
        Host::in_call(host.inside(host.add(211, 200, "sleep"), {"default", "c1"}, 8), call_nanosleep);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("two who listen to each other may be woken by something else") {
    Host host;
    Process& child = with_child(host);
    Host::in_call(host.get(200), call_read, 8);
    Host::in_call(child, call_read, 6);
    host.pipe(8000, 0);
    host.pipe(8001, 0);
    host.resample(2s);
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("two files that are locked in the opposite order") {
    Host host;
    Process& child = with_child(host);
    Process& init = host.get(200);
    for (Process* process : {&init, &child}) {
        Host::fd(*process, 10, OpenFileKind::file, 900, read_write, OpenFileRole::none, "/data/one");
        Host::fd(*process, 11, OpenFileKind::file, 901, read_write, OpenFileRole::none, "/data/other");
    }
    Host::in_call(init, call_flock, 11);
    Host::in_call(child, call_flock, 10);
    auto& locks = host.snapshot().locks;
    locks.push_back({.kind = "FLOCK", .write = true, .holder = Pid{200}, .inode = Inode{900}, .waiters = {Pid{210}}});
    locks.push_back({.kind = "FLOCK", .write = true, .holder = Pid{210}, .inode = Inode{901}, .waiters = {Pid{200}}});
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "deadlock");
    CHECK(blamed(diagnosis) == std::vector{200, 210});
    CHECK(diagnosis.also.empty());
}

TEST_CASE("a parent that waits for any of its children is in a ring only where none of them can end") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& child = with_child(host);
    Process& writer = host.inside(host.add(220, 200, "head"), {"default", "c1"}, 8);
    // head | child: what head writes child reads, and what that writes init would have to read.
    Host::fd(writer, 1, OpenFileKind::pipe, 8002, write_only);
    Host::fd(child, 0, OpenFileKind::pipe, 8002, read_only);
    host.pipe(8001, 65536);
    host.pipe(8002, 65536);
    Host::in_call(init, call_wait4, static_cast<std::uint64_t>(-1));
    Host::in_call(child, call_write, 7);
    Host::in_call(writer, call_write, 1);
    SUBCASE("none can") {
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "deadlock");
        CHECK(blamed(verdict) == std::vector{200, 210});
    }
    SUBCASE("one only sleeps") {
        Host::in_call(writer, call_nanosleep);
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
    SUBCASE("one moves") {
        host.resample(2s, {220});
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("who polls one pipe for room alone waits for it as in a write") {
    Host host;
    Process& child = with_child(host);
    Process& init = host.get(200);
    host.pipe(8000, 65536);
    host.pipe(8001, 65536);
    Host::fd(init, 3, OpenFileKind::eventfd, 0, read_write);
    Host::in_call(init, call_number("ppoll"), 0x1000);
    init.threads.front().polled = {Fd{5}, Fd{3}};
    Host::in_call(child, call_write, 7);
    SUBCASE("one") {
        host.resample(2s);
        CHECK(host.why("c1").cause == "deadlock");
    }
    SUBCASE("among others") {
        init.threads.front().polled.push_back(Fd{8});
        host.resample(2s);
        CHECK(host.why("c1").cause == "healthy");
    }
}

TEST_CASE("what a runtime's own timers wake does not go on with the program; another thread's timer may") {
    Host host;
    Process& child = with_child(host);
    Process& init = host.get(200);
    host.pipe(8001, 65536);
    Host::in_call(init, call_wait4, 210);
    Host::in_call(child, call_write, 7);
    Thread& timed = Host::thread(init, 207, 7);
    timed.syscall = call_futex;
    timed.args = {0x2000, 137, 0, 0x3000};
    timed.kernel_stack = {"futex_wait_queue"};
    timed.comm = "VM Periodic Tas";
    host.resample(2s);
    timed.second->context_switches += 40;
    CHECK(host.why("c1").cause == "healthy");  // anybody may call a thread so
    init.exe = "/usr/lib/jvm/java-17-openjdk-amd64/bin/java";
    CHECK(host.why("c1").cause == "deadlock");
    timed.comm = "consumer";
    CHECK(host.why("c1").cause == "healthy");
    timed.second->context_switches -= 40;
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("a lock that was held when fork made a copy of one thread alone is nobody's any more") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& child = host.inside(host.add(210, 200, "app"), {"default", "c1"}, 7);
    init.exe = child.exe = "/bin/app";
    init.command_line = child.command_line = {"app"};
    Host::in_call(init, call_wait4, 210);
    Host::thread(init, 201, 2);
    Thread& thread = child.threads.front();
    thread.args = {0x1000, 0x189, 0, 0};
    child.caught_signals = (1U << 1U) | (std::uint64_t{1} << 32U);
    SUBCASE("so that nobody ends the wait") {
        host.resample(2s);
        const Diagnosis verdict = host.why("c1");
        CHECK(verdict.cause == "mutex-held");
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.culprits.empty());
        return;
    }
    SUBCASE("there was no other thread") {
        init.threads.pop_back();
    }
    SUBCASE("a signal may") {
        child.caught_signals |= 1U << 14U;
    }
    SUBCASE("a timer may") {
        thread.args[3] = 0x2000;
    }
    SUBCASE("another process may, that shares the memory") {
        thread.args[1] = 0x109;
    }
    SUBCASE("a thread of its own may") {
        Host::thread(child, 211, 8);
    }
    SUBCASE("it has run another program since") {
        child.command_line = {"other"};
    }
    SUBCASE("it moves") {
        host.resample(2s, {210});
        CHECK(host.why("c1").cause == "healthy");
        return;
    }
    host.resample(2s);
    CHECK(host.why("c1").cause == "healthy");
}

TEST_CASE("a lock that servers take in turns to accept is no hang while nobody connects") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    Process& first = host.inside(host.add(210, 200, "worker"), {"default", "c1"}, 7);
    Process& second = host.inside(host.add(220, 200, "worker"), {"default", "c1"}, 8);
    Host::in_call(init, call_wait4, static_cast<std::uint64_t>(-1));
    SocketFacts listener{.protocol = "TCP", .local = "0.0.0.0:80", .state = "LISTEN", .inode = Inode{7000}};
    Host::in_call(first, call_number("accept4"), 3);
    const auto listen = [&](Process& process) {
        Host::fd(process, 3, OpenFileKind::inet_socket, 7000, read_write, OpenFileRole::none, "socket").socket = listener;
    };
    const auto accepted = [&](Process& process) {
        Host::fd(process, 4, OpenFileKind::inet_socket, 7001, read_write, OpenFileRole::none, "socket").socket =
            SocketFacts{.protocol = "TCP", .local = "10.0.0.2:80", .remote = "10.0.0.3:4000", .state = "ESTABLISHED", .inode = Inode{7001}};
    };
    SUBCASE("a file's") {
        Host::in_call(second, call_flock, 8);
        Host::fd(second, 8, OpenFileKind::file, 900, read_write, OpenFileRole::none, "/tmp/accept");
        host.snapshot().locks.push_back(
            {.kind = "FLOCK", .write = true, .holder = first.pid, .inode = Inode{900}, .waiters = {second.pid}});
        SUBCASE("idle") {
            listen(first), listen(second);
            host.resample(2s);
            CHECK(host.why("c1").cause == "healthy");
        }
        SUBCASE("connections wait") {
            listener.receive_queue = 3;
            listen(first), listen(second);
            host.resample(2s);
            CHECK(host.why("c1").cause == "file-lock");
        }
        SUBCASE("the holder is stopped") {
            listen(first), listen(second);
            Host::stop(first);
            host.resample(2s);
            CHECK(host.why("c1").cause == "file-lock");
        }
        SUBCASE("another's listener") {
            listen(first);
            host.resample(2s);
            CHECK(host.why("c1").cause == "file-lock");
        }
        SUBCASE("who waits has a client") {
            listen(first), listen(second);
            accepted(second);
            host.resample(2s);
            CHECK(host.why("c1").cause == "file-lock");
        }
        SUBCASE("who waits has a client, and another thread for it") {
            listen(first), listen(second);
            accepted(second);
            Host::thread(second, 221, 10);
            host.resample(2s);
            CHECK(host.why("c1").cause == "healthy");
        }
    }
    SUBCASE("a mutex in memory") {
        listen(first);
        first.threads.front().ns_tid = 7;
        waits_for_mutex(Host::thread(first, 211, 9), 0x1000, 7);
        Host::in_call(second, call_nanosleep);
        SUBCASE("idle") {
            host.resample(2s);
            CHECK(host.why("c1").cause == "healthy");
        }
        SUBCASE("a third is at a client's request") {
            accepted(first);
            Host::thread(first, 212, 10).syscall = call_nanosleep;
            host.resample(2s);
            CHECK(host.why("c1").cause == "healthy");
        }
        SUBCASE("a client, and nobody is at its request") {
            accepted(first);
            host.resample(2s);
            CHECK(host.why("c1").cause == "mutex-held");
        }
    }
}
