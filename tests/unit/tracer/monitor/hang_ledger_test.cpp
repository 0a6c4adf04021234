#include "tracer/monitor/hang_ledger.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace shimtrace;
using namespace shimtrace::monitor;

namespace {

Diagnosis diagnosis(const std::string& container, bool stuck, std::string cause = "stdio-backpressure", std::int32_t culprit = 7) {
    Diagnosis one;
    one.target = {.pid = Pid{100}, .comm = "containerd-shim", .role = "shim", .container = {.ns = "k8s.io", .id = container}};
    one.stuck = stuck;
    one.cause = stuck ? std::move(cause) : "healthy";
    if (stuck) one.culprits = {{.pid = Pid{culprit}, .comm = "ctr", .role = "reader", .why = "stopped"}};
    return one;
}

/// Looks at `second` seconds after the start, at everything.
Findings at(int second, std::vector<Diagnosis> diagnoses, bool everything = true) {
    const Nanoseconds time = std::chrono::seconds(second);
    return {.at = RealTime(std::chrono::seconds(1'000'000) + time),
            .at_monotonic = MonotonicTime(std::chrono::seconds(500) + time),
            .diagnoses = std::move(diagnoses),
            .unit_of = [](const Diagnosis& one) { return one.target.pid; },
            .was_looked_at = [everything](const Hang&) { return everything; }};
}

}  // namespace

TEST_CASE("a hang begins once, and ends once, with how long it lasted") {
    HangLedger ledger("boot");
    CHECK(ledger.take(at(0, {diagnosis("c1", false)})).empty());
    const auto begun = ledger.take(at(30, {diagnosis("c1", true)}));
    REQUIRE(begun.size() == 1);
    CHECK(begun[0].step == HangStep::begin);
    CHECK(begun[0].hang.id.size() == 16);
    CHECK(ledger.take(at(60, {diagnosis("c1", true)})).empty());
    const auto over = ledger.take(at(90, {diagnosis("c1", false)}));
    REQUIRE(over.size() == 1);
    CHECK(over[0].step == HangStep::end);
    CHECK(over[0].how == HangEnd::resolved);
    CHECK(over[0].lasted_s == doctest::Approx(60));
    CHECK(over[0].hang.id == begun[0].hang.id);
    CHECK(ledger.take(at(120, {diagnosis("c1", false)})).empty());
    CHECK(ledger.ended().size() == 1);
}

TEST_CASE("a hang that was there before the first look began when its wait did") {
    HangLedger ledger("boot");
    Diagnosis old = diagnosis("c1", true);
    old.since_s = 312.5;
    const auto begun = ledger.take(at(0, {old}));
    REQUIRE(begun.size() == 1);
    CHECK(begun[0].lasted_s == doctest::Approx(312.5));
    CHECK(begun[0].at - begun[0].hang.began == std::chrono::milliseconds(312500));
}

TEST_CASE("another cause, or somebody else to blame, changes a hang, and is no new one") {
    HangLedger ledger("boot");
    const auto begun = ledger.take(at(0, {diagnosis("c1", true)}));
    const auto changed = ledger.take(at(30, {diagnosis("c1", true, "process-stopped")}));
    REQUIRE(changed.size() == 1);
    CHECK(changed[0].step == HangStep::change);
    CHECK(changed[0].before == "stdio-backpressure");
    CHECK(changed[0].hang.id == begun[0].hang.id);
    CHECK(ledger.take(at(60, {diagnosis("c1", true, "process-stopped", 8)})).size() == 1);
    CHECK(ledger.take(at(90, {diagnosis("c1", true, "process-stopped", 8)})).empty());
}

TEST_CASE("a look that could not tell ends nothing, and begins nothing") {
    HangLedger ledger("boot");
    Diagnosis unknown = diagnosis("c1", false);
    unknown.decided = false;
    CHECK(ledger.take(at(0, {unknown})).empty());
    ledger.take(at(30, {diagnosis("c1", true)}));
    CHECK(ledger.take(at(60, {unknown})).empty());
    CHECK(ledger.hangs().size() == 1);
}

TEST_CASE("who is gone hangs no more; who was not looked at does") {
    HangLedger ledger("boot");
    ledger.take(at(0, {diagnosis("c1", true)}));
    CHECK(ledger.take(at(30, {}, false)).empty());
    const auto over = ledger.take(at(60, {}));
    REQUIRE(over.size() == 1);
    CHECK(over[0].how == HangEnd::gone);
}

TEST_CASE("the same container hangs again: another hang") {
    HangLedger ledger("boot");
    const auto first = ledger.take(at(0, {diagnosis("c1", true)}));
    ledger.take(at(30, {diagnosis("c1", false)}));
    const auto second = ledger.take(at(60, {diagnosis("c1", true)}));
    REQUIRE(second.size() == 1);
    CHECK(second[0].hang.id != first[0].hang.id);
}

TEST_CASE("a later monitor goes on with the hangs of an earlier one; those of an earlier boot are over") {
    HangLedger before("boot");
    const auto begun = before.take(at(0, {diagnosis("c1", true)}));
    std::vector<Hang> kept;
    for (const auto& [key, hang] : before.hangs()) kept.push_back(hang);

    HangLedger same("boot");
    CHECK(same.take_over(kept, "boot", at(20, {}).at, at(20, {}).at_monotonic).empty());
    CHECK(same.take(at(30, {diagnosis("c1", true)})).empty());
    const auto over = same.take(at(60, {diagnosis("c1", false)}));
    REQUIRE(over.size() == 1);
    CHECK(over[0].hang.id == begun[0].hang.id);
    CHECK(over[0].lasted_s == doctest::Approx(60));

    HangLedger other("another boot");
    const auto ended = other.take_over(kept, "boot", at(20, {}).at, at(20, {}).at_monotonic);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].how == HangEnd::restarted);
    CHECK(other.hangs().empty());
}

TEST_CASE("the wall clock jumps: how long a hang lasted does not") {
    HangLedger ledger("boot");
    ledger.take(at(0, {diagnosis("c1", true)}));
    Findings later = at(30, {diagnosis("c1", false)});
    later.at -= std::chrono::hours(24 * 365);
    const auto over = ledger.take(later);
    REQUIRE(over.size() == 1);
    CHECK(over[0].lasted_s == doctest::Approx(30));
}

TEST_CASE("the wall clock jumps, there and back, while it hangs: it is the same hang, and began when it began") {
    HangLedger ledger("boot");
    const auto begun = ledger.take(at(0, {diagnosis("c1", true)}));
    REQUIRE(begun.size() == 1);
    int second = 0;
    for (const std::chrono::hours jump : {std::chrono::hours(24 * 365), std::chrono::hours(-24 * 365), std::chrono::hours(0)}) {
        Findings later = at(second += 30, {diagnosis("c1", true)});
        later.at += jump;
        CHECK(ledger.take(later).empty());
        const Hang& hang = ledger.hangs().begin()->second;
        CHECK(hang.id == begun[0].hang.id);
        CHECK(hang.began == begun[0].hang.began);
        // And so it is to a monitor that is started anew meanwhile.
        HangLedger anew("boot");
        CHECK(anew.take_over({hang}, "boot", later.at, later.at_monotonic).empty());
        CHECK(anew.take(later).empty());
        later.diagnoses = {diagnosis("c1", false)};
        const auto over = anew.take(later);
        REQUIRE(over.size() == 1);
        CHECK(over[0].hang.id == begun[0].hang.id);
        CHECK(over[0].lasted_s == doctest::Approx(second));
    }
}

TEST_CASE("a hang that is said to have begun when it cannot have lasts no negative time, and no centuries") {
    const Hang seen = [] {
        HangLedger before("boot");
        before.take(at(0, {diagnosis("c1", true)}));
        return before.hangs().begin()->second;
    }();
    for (const std::int64_t nanoseconds : {INT64_MAX, INT64_MIN}) {
        Hang forged = seen;
        forged.began = RealTime(Nanoseconds(nanoseconds));
        forged.began_monotonic = MonotonicTime(Nanoseconds(nanoseconds));
        HangLedger later("boot");
        CHECK(later.take_over({forged}, "boot", at(20, {}).at, at(20, {}).at_monotonic).empty());
        const auto over = later.take(at(60, {diagnosis("c1", false)}));
        REQUIRE(over.size() == 1);
        CHECK(over[0].lasted_s == doctest::Approx(40));
        HangLedger of_next_boot("another boot");
        const auto ended = of_next_boot.take_over({forged}, "boot", at(20, {}).at, at(20, {}).at_monotonic);
        REQUIRE(ended.size() == 1);
        CHECK(ended[0].lasted_s == 0);
    }
}

TEST_CASE("critical is what keeps others from being managed") {
    CHECK(severity_of(diagnosis("c1", true)) == HangSeverity::warning);
    Diagnosis shim = diagnosis("c1", true);
    shim.culprits.front().role = "shim";
    CHECK(severity_of(shim) == HangSeverity::critical);
    Diagnosis mount = diagnosis("c1", true);
    mount.shared_object = "/mnt";
    CHECK(severity_of(mount) == HangSeverity::critical);
    Diagnosis daemon = diagnosis("", true);
    daemon.target.role = "containerd";
    CHECK(severity_of(daemon) == HangSeverity::critical);
}
