#include "tracer/session/resample.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/diagnose.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::session;
using namespace shimtrace::test;

namespace {

/// Container c1 writes a full stdout, whose reader is awake: it may be about to read, or never.
Snapshot writing_to_slow_reader() {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    host.reader(300, init, 5000);
    return host.build();
}

void run(Snapshot& snapshot, std::int32_t pid) {
    for (Process& process : snapshot.processes)
        if (process.pid.value == pid) process.threads.front().first.context_switches += 3;
}

/// Its clock goes on by waiting alone.
struct Source {
    Snapshot host = writing_to_slow_reader();
    std::vector<std::size_t> runs_before;  ///< c1 has run since the snapshot before, where that many were taken
    std::size_t fails_at = 99, interrupted_at = 99;

    MonotonicTime now{1000s};
    std::size_t taken = 0;
    std::vector<Nanoseconds> waited_until;  ///< since the start

    SnapshotSource source() {
        return {[this]() -> std::expected<SnapshotAndQuery, Refusal> {
                    if (taken == fails_at) return std::unexpected(Refusal{{.what = "c1 is gone"}});
                    if (std::ranges::find(runs_before, taken) != runs_before.end()) run(host, 200);
                    ++taken;
                    host.taken_monotonic = now;
                    for (Process& process : host.processes)
                        for (Thread& thread : process.threads) thread.first.at = now;
                    return SnapshotAndQuery{host, {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}}};
                },
                [this](MonotonicTime moment) {
                    waited_until.push_back(moment - MonotonicTime(1000s));
                    now = std::max(now, moment);
                    return waited_until.size() != interrupted_at;
                }};
    }
};

}  // namespace

TEST_CASE("one look is enough where nothing is in doubt") {
    Source calm;
    calm.host = [] {
        Host host;
        host.container(100, 200, "c1");
        return host.build();
    }();
    const auto result = diagnose_resampled(calm.source(), resample_after(200ms));
    REQUIRE(result);
    CHECK(result->diagnoses.size() == 1);
    CHECK(calm.taken == 1);
    CHECK(calm.waited_until.empty());
}

TEST_CASE("in doubt it looks again, and once more after a longer time, counted from the first look") {
    Source stuck;
    const auto result = diagnose_resampled(stuck.source(), resample_after(200ms));
    REQUIRE(result);
    CHECK(stuck.waited_until == std::vector<Nanoseconds>{200ms, 1600ms});
    CHECK(result->diagnoses.at(0).cause == "stdio-backpressure");
    CHECK(result->diagnoses.at(0).confidence == Confidence::likely);
}

TEST_CASE("what has moved by the second look is not waited for any longer") {
    Source moving;
    moving.runs_before = {1};
    const auto result = diagnose_resampled(moving.source(), resample_after(200ms));
    REQUIRE(result);
    CHECK(moving.waited_until == std::vector<Nanoseconds>{200ms});
    CHECK(result->diagnoses.at(0).cause == "healthy");
}

TEST_CASE("each look is compared to the first, as that was seen") {
    Source moving;
    moving.runs_before = {2};
    const auto result = diagnose_resampled(moving.source(), resample_after(200ms));
    REQUIRE(result);
    CHECK(moving.taken == 3);
    CHECK(result->diagnoses.at(0).cause == "healthy");
}

TEST_CASE("an interval of 0 is one look, whatever the doubt; a long one is not followed by a shorter") {
    Source stuck;
    const auto result = diagnose_resampled(stuck.source(), resample_after(0ms));
    REQUIRE(result);
    CHECK(stuck.taken == 1);
    CHECK(result->diagnoses.at(0).confidence == Confidence::possible);
    CHECK(resample_after(5s) == std::vector<Nanoseconds>{5s, 5s});
    CHECK(resample_after(200ms, 700ms) == std::vector<Nanoseconds>{200ms, 700ms});
}

TEST_CASE("what only more time can tell is waited for no longer than one is patient") {
    Host host;
    host.container(100, 200, "c1");
    GoProgram& go = host.get(100).go.emplace();
    go.goroutines.push_back({.id = GoroutineId{7}, .state = GoState::waiting, .waiting = 1s, .complete = true});
    go.goroutines.back().purpose = {.what = "RPC handler", .detail = "Task.Delete", .container = ContainerRef{"default", "c1"}};
    for (const Nanoseconds patience : {Nanoseconds{}, most_patient}) {
        Source young;
        young.host = host.build();
        const auto result = diagnose_resampled(young.source(), resample_after(200ms), nullptr, patience);
        REQUIRE(result);
        CAPTURE(young.waited_until.size());
        CHECK((young.waited_until.back() == most_patient) == (patience == most_patient));
    }
}

TEST_CASE("an earlier look stands for the first: nothing is waited for where it tells enough") {
    Source stuck;
    const Snapshot earlier = stuck.source().take()->snapshot;
    stuck.now += 1700ms;
    const auto result = diagnose_resampled(stuck.source(), {}, &earlier);
    REQUIRE(result);
    CHECK(stuck.waited_until.empty());
    CHECK(result->diagnoses.at(0).confidence == Confidence::likely);
}

TEST_CASE("who is interrupted while waiting answers what has been seen so far") {
    Source stuck;
    stuck.interrupted_at = 2;
    const auto result = diagnose_resampled(stuck.source(), resample_after(200ms));
    REQUIRE(result);
    CHECK(stuck.taken == 2);
    CHECK(result->snapshot.processes.size() == stuck.host.processes.size());
    CHECK(result->diagnoses.at(0).cause == "stdio-backpressure");
    CHECK(result->diagnoses.at(0).confidence == Confidence::possible);

    Source at_once;
    at_once.interrupted_at = 1;
    const auto first = diagnose_resampled(at_once.source(), resample_after(200ms));
    REQUIRE(first);
    CHECK(at_once.taken == 1);
    CHECK(first->snapshot.processes.size() == at_once.host.processes.size());
}

TEST_CASE("a later look at those in doubt alone leaves what was said of the others, and who is gone is left out") {
    for (const bool gone : {false, true}) {
        Source stuck;
        Host other;
        other.container(700, 800, "c2");
        const Snapshot healthy = other.build();
        stuck.host.processes.insert(stuck.host.processes.end(), healthy.processes.begin(), healthy.processes.end());
        stuck.host.containers.insert(stuck.host.containers.end(), healthy.containers.begin(), healthy.containers.end());
        std::vector<std::string> asked_again;
        SnapshotSource source = stuck.source();
        const auto take = source.take;
        source.take = [&]() -> std::expected<SnapshotAndQuery, Refusal> {
            auto taken = take();
            if (taken) taken->query.containers.push_back({"default", "c2"});
            if (taken) taken->query.shims = {Pid{}, Pid{}}, taken->query.places = {"", ""};
            return taken;
        };
        source.answers_interrupted = false;
        source.take_again = [&](const std::vector<Diagnosis>& before) {
            for (const Diagnosis& one : before)
                if (diagnosis::needs_second_look(one)) asked_again.push_back(one.target.container.id);
            auto taken = take();
            taken->of = LooksAgain::at_hanging;
            if (gone) taken->query.containers = {{"default", "c2"}};
            return taken;
        };
        const auto result = diagnose_resampled(source, resample_after(200ms));
        REQUIRE(result);
        CHECK(asked_again.front() == "c1");
        CHECK(result->diagnoses.size() == (gone ? 1 : 2));
        const auto c2 =
            std::ranges::find(result->diagnoses, "c2", [](const Diagnosis& one) -> const std::string& { return one.target.container.id; });
        REQUIRE(c2 != result->diagnoses.end());
        CHECK(c2->cause == "healthy");
        if (gone) continue;
        CHECK(asked_again == std::vector<std::string>{"c1", "c1"});
        CHECK(result->diagnoses.at(0).cause == "stdio-backpressure");
        CHECK(result->diagnoses.at(0).confidence == Confidence::likely);
    }
}

TEST_CASE("who hangs for certain is looked at again with those in doubt: the last look is what is kept of that hang") {
    Diagnosis one;
    CHECK_FALSE(is_looked_at_again(one, LooksAgain::at_hanging));
    one.stuck = true;
    one.confidence = Confidence::certain;
    CHECK_FALSE(diagnosis::needs_second_look(one));
    CHECK(is_looked_at_again(one, LooksAgain::at_hanging));
    CHECK_FALSE(is_looked_at_again(one, LooksAgain::at_doubtful));  // where none is kept, what was said of it stays
    one.confidence = Confidence::possible;
    CHECK(is_looked_at_again(one, LooksAgain::at_doubtful));
}

TEST_CASE("a look that fails ends it: the first as well as a later one") {
    for (const std::size_t nth : {std::size_t{0}, std::size_t{1}}) {
        Source gone;
        gone.fails_at = nth;
        const auto result = diagnose_resampled(gone.source(), resample_after(200ms));
        REQUIRE_FALSE(result);
        CHECK(result.error().error.what == "c1 is gone");
    }
}
