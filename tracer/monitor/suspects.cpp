#include "tracer/monitor/suspects.hpp"

#include <algorithm>

namespace shimtrace::monitor {

namespace {

/// A hang that stands still is confirmed now and then all the same: whom it waits for may have gone in a way that wakes nobody.
constexpr std::uint64_t confirm_after = 10;

bool stands_by_state(ProcessState state) {
    return is_halted(state) || state == ProcessState::uninterruptible || state == ProcessState::zombie;
}

/// A thread that waits, and waited at the last look, in a way that the last close look has not seen.
bool stands_unseen(const UnitActivity& now, const UnitActivity& before, const UnitActivity& vetted) {
    return std::ranges::any_of(now.threads, [&](const auto& entry) {
        const auto& [tid, thread] = entry;
        const auto earlier = before.threads.find(tid), seen = vetted.threads.find(tid);
        if (earlier == before.threads.end()) return false;
        const bool by_state = stands_by_state(thread.state) && earlier->second.state == thread.state;
        if (by_state) return seen == vetted.threads.end() || seen->second.state != thread.state;
        const bool stands = thread.of_container && thread == earlier->second;
        return stands && (seen == vetted.threads.end() || seen->second != thread);
    });
}

/// Threads of the unit that were there are gone, and it has been so for a look.
bool lost_threads(const UnitActivity& now, const UnitActivity& before, const UnitActivity& vetted) {
    return std::ranges::any_of(vetted.threads, [&](const auto& entry) {
        return entry.second.of_container && !now.threads.contains(entry.first) && !before.threads.contains(entry.first);
    });
}

/// Threads that are alive on both sides and have run, come or gone.
bool moved(const UnitActivity& now, const UnitActivity& vetted) {
    return now.threads != vetted.threads;
}

bool new_halt(const std::map<Identity, ProcessState>& now, const std::map<Identity, ProcessState>& before,
              const std::map<Identity, ProcessState>& vetted) {
    return std::ranges::any_of(now, [&](const auto& entry) {
        const auto earlier = before.find(entry.first), seen = vetted.find(entry.first);
        return earlier != before.end() && earlier->second == entry.second && (seen == vetted.end() || seen->second != entry.second);
    });
}

}  // namespace

ClosePlan Suspects::choose(const Activity& now, const std::set<Identity>& hanging, const Budget& budget) {
    ++looks_;
    ClosePlan plan;
    const bool unit_gone = std::ranges::any_of(units_, [&](const auto& known) { return !now.units.contains(known.first); });
    plan.all = !looked_at_all_ || unit_gone || new_halt(now.halted, halted_before_, halted_vetted_);
    std::erase_if(units_, [&](const auto& known) { return !now.units.contains(known.first); });

    std::vector<std::pair<std::uint64_t, Identity>> in_turn;
    for (const auto& [identity, unit] : now.units) {
        Known& known = units_[identity];
        const bool hangs = hanging.contains(identity);
        const bool due = hangs ? moved(unit, known.vetted) || looks_ - known.vetted_at >= confirm_after
                         : known.vetted_at == 0
                             ? known.seen_before
                             : stands_unseen(unit, known.before, known.vetted) || lost_threads(unit, known.before, known.vetted);
        if (due)
            plan.units.push_back(identity);
        else
            in_turn.emplace_back(known.vetted_at, identity);
        known.before = unit;
        known.seen_before = true;
    }
    halted_before_ = now.halted;
    if (!plan.all && budget.whole_s > 0 && budget.left_s() >= budget.whole_s && looks_ > all_at_ + 1) plan.all = true;
    if (plan.all) {
        plan.units.clear();
        return plan;
    }
    // A look at many costs little more than at one: most of its price is the pass over all processes.
    const double each = now.units.empty() ? 0 : std::max(0.0, budget.whole_s - budget.base_s) / static_cast<double>(now.units.size());
    double left = budget.left_s() - static_cast<double>(plan.units.size()) * each - budget.base_s;
    std::ranges::sort(in_turn);
    for (const auto& [looked, identity] : in_turn) {
        if (budget.whole_s <= 0 || left < each) break;
        left -= each;
        plan.units.push_back(identity);
    }
    if (plan.units.size() * 2 > now.units.size() && budget.left_s() >= budget.whole_s) plan = {.all = true, .units = {}};
    return plan;
}

void Suspects::looked_at(const ClosePlan& plan, const Activity& now) {
    const auto vet = [&](const Identity& identity) {
        const auto unit = now.units.find(identity);
        if (unit == now.units.end()) return;
        Known& known = units_[identity];
        known.vetted = unit->second;
        known.vetted_at = looks_;
    };
    for (const Identity& identity : plan.units) vet(identity);
    if (!plan.all) return;
    for (const auto& [identity, unit] : now.units) vet(identity);
    halted_vetted_ = now.halted;
    looked_at_all_ = true;
    all_at_ = looks_;
}

std::uint64_t Suspects::oldest_verdict() const {
    std::uint64_t oldest = looks_;
    for (const auto& [identity, known] : units_) oldest = std::min(oldest, known.vetted_at);
    return looks_ - oldest;
}

}  // namespace shimtrace::monitor
