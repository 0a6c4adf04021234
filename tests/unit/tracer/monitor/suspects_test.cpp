#include "tracer/monitor/suspects.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::monitor;

namespace {

const Identity shim{Pid{100}, 5}, other{Pid{200}, 6};

/// No budget: only what has to be looked at is.
constexpr Budget none{.share = 0, .spent_s = 1};

/// Two shims with an init each; `ran` is how often c1's init has run.
Activity host(std::uint64_t ran, ProcessState state = ProcessState::sleeping) {
    Activity activity;
    activity.units[shim].threads = {{Tid{100}, {.state = ProcessState::sleeping, .ran = ran * 3}},
                                    {Tid{101}, {.state = state, .ran = ran, .of_container = true}}};
    activity.units[other].threads = {{Tid{200}, {.state = ProcessState::sleeping, .ran = ran * 2}},
                                     {Tid{201}, {.state = ProcessState::sleeping, .ran = 4, .of_container = true}}};
    return activity;
}

/// Everybody is known, and stands.
void settle(Suspects& suspects);

/// Looks once; what is chosen is looked at.
ClosePlan look(Suspects& suspects, const Activity& now, const std::set<Identity>& hanging = {}, const Budget& budget = none) {
    ClosePlan plan = suspects.choose(now, hanging, budget);
    if (!plan.empty()) suspects.looked_at(plan, now);
    return plan;
}

void settle(Suspects& suspects) {
    for (int n = 0; n < 3; ++n) look(suspects, host(1));
}

}  // namespace

TEST_CASE("the first look is at everything, and what stays as it is needs no other") {
    Suspects suspects;
    CHECK(look(suspects, host(1)).all);
    CHECK(look(suspects, host(1)).units.size() == 2);  // now they stand, and they are looked at as such
    for (int n = 0; n < 5; ++n) CHECK(look(suspects, host(1)).empty());
}

TEST_CASE("a container that ran and then stands still is looked at the second time it is seen so, and once") {
    Suspects suspects;
    settle(suspects);
    CHECK(look(suspects, host(2)).empty());  // it has run since: it may have stopped at any time after the look before
    const ClosePlan plan = look(suspects, host(2));
    REQUIRE(plan.units.size() == 1);
    CHECK(plan.units.front() == shim);
    CHECK(look(suspects, host(2)).empty());
}

TEST_CASE("a close look at who has only just come to stand does not count") {
    Suspects suspects;
    settle(suspects);
    const Budget plenty{.share = 0.01, .spent_s = 0, .elapsed_s = 100, .whole_s = 0.15, .base_s = 0};
    CHECK(look(suspects, host(2), {}, plenty).all);
    CHECK(look(suspects, host(2)).units == std::vector{shim});
    CHECK(look(suspects, host(2)).empty());
}

TEST_CASE("who runs is not looked at; a shim's own threads that run are no reason") {
    Suspects suspects;
    settle(suspects);
    for (std::uint64_t ran = 2; ran < 9; ++ran) CHECK(look(suspects, host(ran)).empty());
}

TEST_CASE("in state D at two looks, though it runs a little meanwhile") {
    Suspects suspects;
    settle(suspects);
    CHECK(look(suspects, host(2, ProcessState::uninterruptible)).empty());
    CHECK(look(suspects, host(3, ProcessState::uninterruptible)).units.size() == 1);
}

TEST_CASE("somebody on the host is stopped and stays so: everything is looked at, once") {
    Suspects suspects;
    settle(suspects);
    Activity now = host(1);
    now.halted[Identity{Pid{900}, 1}] = ProcessState::stopped;
    CHECK(look(suspects, now).empty());
    CHECK(look(suspects, now).all);
    CHECK(look(suspects, now).empty());
}

TEST_CASE("a shim that is gone, or new") {
    Suspects suspects;
    settle(suspects);
    Activity now = host(1);
    now.units[Identity{Pid{300}, 7}].threads = {{Tid{300}, {.ran = 1}}};
    CHECK(look(suspects, now).empty());
    CHECK(look(suspects, now).units == std::vector{Identity{Pid{300}, 7}});
    CHECK(look(suspects, now).empty());
    now.units.erase(other);
    CHECK(look(suspects, now).all);
}

TEST_CASE("an init that is gone while its shim lives on") {
    Suspects suspects;
    settle(suspects);
    Activity now = host(1);
    now.units[shim].threads.erase(Tid{101});
    CHECK(look(suspects, now).empty());
    CHECK(look(suspects, now).units == std::vector{shim});
}

TEST_CASE("what hangs is looked at again as soon as anything of it moves, and now and then where nothing does") {
    Suspects suspects;
    settle(suspects);
    CHECK(look(suspects, host(2), {shim}).units == std::vector{shim});
    int looked = 0;
    for (int n = 0; n < 20; ++n) looked += look(suspects, host(2), {shim}).units.empty() ? 0 : 1;
    CHECK(looked == 2);
}

TEST_CASE("what may be put off is looked at in turn, as the budget allows") {
    Suspects suspects;
    settle(suspects);
    const Budget for_one{.share = 0.01, .spent_s = 0, .elapsed_s = 10, .whole_s = 0.15, .base_s = 0};
    std::set<Identity> seen;
    for (std::uint64_t ran = 2; ran < 6; ++ran)
        for (const Identity& unit : look(suspects, host(ran), {}, for_one).units) seen.insert(unit);
    CHECK(seen == std::set<Identity>{shim, other});
    const Budget plenty{.share = 0.01, .spent_s = 0, .elapsed_s = 100, .whole_s = 0.15, .base_s = 0};
    look(suspects, host(6));
    CHECK(look(suspects, host(7), {}, plenty).all);
}

TEST_CASE("a daemon, of which a look at every container does not tell, is looked at by itself, as the budget allows") {
    Suspects suspects;
    Activity now = host(1);
    const Identity daemon{Pid{50}, 1};
    now.units[daemon] = {.daemon = true, .threads = {{Tid{50}, {.ran = 1}}}};
    look(suspects, now);
    const Budget plenty{.share = 0.01, .spent_s = 0, .elapsed_s = 100, .whole_s = 0.15, .base_s = 0.05};
    const ClosePlan plan = look(suspects, now, {}, plenty);
    CHECK(plan.all);
    CHECK(plan.units == std::vector{daemon});
}

namespace {

/// A shim without a container that could tell anything; the last of its goroutines stands at `pc`.
Activity shim_alone(std::uint64_t id, std::uint64_t pc) {
    Activity activity;
    activity.units[shim].goroutines = {{.id = 1, .sp = 8, .pc = 100, .status = 4}, {.id = id, .sp = 16, .pc = pc, .status = 4}};
    return activity;
}

}  // namespace

TEST_CASE("a goroutine of a shim that stands where none was seen to stand is looked at the second time it is seen so, and once") {
    Suspects suspects;
    for (int n = 0; n < 3; ++n) look(suspects, shim_alone(7, 200));
    CHECK(look(suspects, shim_alone(7, 200)).empty());
    // Another request: it may be done any moment.
    CHECK(look(suspects, shim_alone(8, 200)).empty());
    const ClosePlan plan = look(suspects, shim_alone(8, 200));
    REQUIRE(plan.units.size() == 1);
    CHECK(plan.units.front() == shim);
    for (int n = 0; n < 3; ++n) CHECK(look(suspects, shim_alone(8, 200)).empty());
    // The same goroutine, in another wait.
    CHECK(look(suspects, shim_alone(8, 300)).empty());
    CHECK(look(suspects, shim_alone(8, 300)).units.size() == 1);
    // Back where it was seen well.
    for (int n = 0; n < 3; ++n) CHECK(look(suspects, shim_alone(8, 200)).empty());
}

TEST_CASE("requests that come and go are no suspects") {
    Suspects suspects;
    for (int n = 0; n < 3; ++n) look(suspects, shim_alone(7, 200));
    for (std::uint64_t id = 8; id < 20; ++id) CHECK(look(suspects, shim_alone(id, 200)).empty());
}
