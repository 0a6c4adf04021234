// Locks of Python's and of a JVM's, and pipelines of a shell's job.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

Thread& waits_for(Thread& thread, std::string what, std::vector<std::int32_t> owners, bool told) {
    thread.state = ProcessState::sleeping;
    thread.syscall = call_futex;
    thread.args = {0x1000, 128, 0};
    thread.kernel_stack = {"futex_wait_queue"};
    thread.language_lock = LanguageLock{std::move(what), 0x5000, std::move(owners), told};
    return thread;
}

/// The container's init, thread 1 of its namespace, and two more, 7 and 8.
Process& three_threads(Host& host) {
    Process& init = host.container(100, 200, "c1");
    init.threads.front().ns_tid = 1;
    Host::thread(init, 207, 7);
    Host::thread(init, 208, 8);
    return init;
}

}  // namespace

TEST_CASE("a Java monitor that a sleeping thread has") {
    Host host;
    Process& init = three_threads(host);
    waits_for(init.threads[0], "Java monitor", {7}, true);
    host.resample(2s);
    SUBCASE("all stand still") {}
    SUBCASE("the JVM wakes who waits, to look again") {
        init.threads[0].args[3] = 1;
        init.threads[0].second->context_switches += 2;
    }
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "mutex-held");
    CHECK(diagnosis.confidence == Confidence::likely);  // it sleeps for a time, and may let it go then
    CHECK(blamed(diagnosis) == std::vector{200});
    CHECK(diagnosis.evidence.front().find("thread 207") != std::string::npos);
}

TEST_CASE("a lock whose owner runs is let go in its turn") {
    Host host;
    Process& init = three_threads(host);
    waits_for(init.threads[0], "Java monitor", {7}, true);
    host.resample(2s);
    init.threads[1].second->context_switches += 5;
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "healthy");
    CHECK(diagnosis.confidence == Confidence::likely);
    CHECK(diagnosis.summary.find("Java monitor that thread 7") != std::string::npos);
}

TEST_CASE("a lock whose owner waits for another's that runs hangs nobody, nor one that was had meanwhile") {
    Host host;
    Process& init = three_threads(host);
    waits_for(init.threads[0], "Python lock", {7}, true);
    waits_for(init.threads[1], "Python's interpreter lock (GIL)", {8}, true);
    host.resample(2s);
    SUBCASE("it runs") {
        init.threads[2].second->context_switches += 5;
    }
    SUBCASE("who waits has run") {
        for (Thread& thread : init.threads)
            if (thread.language_lock) thread.second->context_switches += 5;
    }
    CHECK(host.why("c1").stuck == false);
}

TEST_CASE("two threads that each have the lock that the other waits for") {
    Host host;
    Process& init = three_threads(host);
    bool told = true;
    SUBCASE("as the locks tell") {}
    SUBCASE("as their frames show") {
        told = false;
    }
    waits_for(init.threads[1], "Python lock", {8}, told);
    waits_for(init.threads[2], "Python lock", {7}, told).language_lock->address = 0x6000;
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "deadlock");
    CHECK(diagnosis.confidence == (told ? Confidence::certain : Confidence::likely));
    CHECK(blamed(diagnosis) == std::vector{200});
}

TEST_CASE("of forty threads that may have what all wait for nothing is certain, and that is known soon") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    init.threads.front().ns_tid = 1;
    std::vector<std::int32_t> owners;
    SUBCASE("four may") {
        owners = {1, 2, 3, 4};
    }
    SUBCASE("all may") {
        for (std::int32_t number = 1; number <= 40; ++number) owners.push_back(number);
    }
    for (std::int32_t number = 2; number <= 40; ++number) Host::thread(init, 200 + number, number);
    for (Thread& thread : init.threads) waits_for(thread, "Python lock", owners, false);
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.confidence != Confidence::certain);
}

TEST_CASE("a lock that names nobody is no proof of anything") {
    Host host;
    Process& init = three_threads(host);
    waits_for(init.threads[0], "Python lock", {}, false);
    host.resample(2s);
    SUBCASE("all stand still") {}
    SUBCASE("the JVM wakes who waits, to look again") {
        init.threads[0].args[3] = 1;
        init.threads[0].second->context_switches += 2;
    }
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "healthy");
    CHECK(diagnosis.confidence == Confidence::likely);
    CHECK(diagnosis.summary.find("does not tell who has it") != std::string::npos);
}

TEST_CASE("a lock whose owner is gone") {
    Host host;
    Process& init = three_threads(host);
    waits_for(init.threads[0], "Python RLock", {}, true);
    host.resample(2s);
    const Diagnosis diagnosis = host.why("c1");
    CHECK(diagnosis.cause == "mutex-held");
    CHECK(diagnosis.culprits.empty());
}

TEST_CASE("a job's pipe whose reader is slow, and moves, hangs nobody") {
    Host host;
    Process& writer = host.add(300, 1, "yes");
    Process& reader = host.add(301, 1, "xargs");
    writer.process_group = reader.process_group = 300;
    Host::fd(writer, 1, OpenFileKind::pipe, 9000, write_only);
    Host::fd(reader, 0, OpenFileKind::pipe, 9000, read_only);
    host.pipe(9000, 65536);
    host.in_call(writer, call_write, 1);
    host.resample(2s);
    SUBCASE("it moves") {
        reader.threads.front().second->context_switches += 5;
        CHECK(diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{300}}, .shims = {}}).at(0).stuck == false);
    }
    SUBCASE("it stands still") {
        CHECK(diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{300}}, .shims = {}}).at(0).stuck != false);
    }
}

TEST_CASE("a parent that waits for a child whose output it does not read: the ring is told, and nothing else of that pipe") {
    Host host;
    Process& parent = host.add(300, 1, "python3");
    Process& child = host.add(301, 300, "yes");
    Host::fd(parent, 3, OpenFileKind::pipe, 9000, read_only);
    Host::fd(child, 1, OpenFileKind::pipe, 9000, write_only);
    host.pipe(9000, 65536);
    Host::in_call(parent, call_wait4, 301);
    Host::in_call(child, call_write, 1);
    host.resample(2s);
    const auto diagnoses = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{301}}, .shims = {}});
    REQUIRE(diagnoses.size() == 1);
    CHECK(diagnoses.front().cause == "deadlock");
    CHECK(blamed(diagnoses.front()) == std::vector{301, 300});
}
