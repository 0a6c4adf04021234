#include "tracer/monitor/suspects.hpp"

#include <algorithm>
#include <iterator>

namespace shimtrace::monitor {

namespace {

/// A hang that stands still is confirmed now and then all the same: whom it waits for may have gone in a way that wakes nobody.
constexpr std::uint64_t confirm_after = 10;

bool stands_by_state(ProcessState state) {
    return is_halted(state) || state == ProcessState::uninterruptible || state == ProcessState::zombie;
}

/// Those that wait, and waited at the last look in the same way.
std::set<Tid> standing(const UnitActivity& now, const UnitActivity& before) {
    std::set<Tid> all;
    for (const auto& [tid, thread] : now.threads) {
        const auto earlier = before.threads.find(tid);
        if (earlier == before.threads.end()) continue;
        const bool by_state = stands_by_state(thread.state) && earlier->second.state == thread.state;
        if (by_state || (thread.of_container && thread == earlier->second)) all.insert(tid);
    }
    return all;
}

std::vector<golang::ParkedGoroutine> common(const std::vector<golang::ParkedGoroutine>& one,
                                            const std::vector<golang::ParkedGoroutine>& other) {
    std::vector<golang::ParkedGoroutine> both;
    std::ranges::set_intersection(one, other, std::back_inserter(both));
    return both;
}

/// Both, without goroutines that are no more.
std::vector<golang::ParkedGoroutine> joined(const std::vector<golang::ParkedGoroutine>& one,
                                            const std::vector<golang::ParkedGoroutine>& other,
                                            const std::vector<golang::ParkedGoroutine>& alive) {
    std::vector<golang::ParkedGoroutine> all;
    std::ranges::set_union(one, other, std::back_inserter(all));
    std::erase_if(all, [&](const golang::ParkedGoroutine& each) {
        return !std::ranges::binary_search(alive, each.id, {}, &golang::ParkedGoroutine::id);
    });
    return all;
}

/// Whether the last close look was at this thread as it stands.
bool is_vetted(Tid tid, const ThreadActivity& thread, const UnitActivity& vetted, const std::set<Tid>& vetted_standing) {
    const auto seen = vetted.threads.find(tid);
    if (seen == vetted.threads.end() || !vetted_standing.contains(tid)) return false;
    return stands_by_state(thread.state) ? seen->second.state == thread.state : seen->second == thread;
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

/// The same in both.
std::map<Identity, ProcessState> common(const std::map<Identity, ProcessState>& one, const std::map<Identity, ProcessState>& other) {
    std::map<Identity, ProcessState> all;
    for (const auto& entry : one)
        if (const auto found = other.find(entry.first); found != other.end() && found->second == entry.second) all.insert(entry);
    return all;
}

}  // namespace

ClosePlan Suspects::choose(const Activity& now, const std::set<Identity>& hanging, const Budget& budget) {
    ++looks_;
    ClosePlan plan;
    const bool unit_gone = std::ranges::any_of(units_, [&](const auto& known) { return !now.units.contains(known.first); });
    halted_standing_ = common(now.halted, halted_before_);
    plan.all = !looked_at_all_ || unit_gone || common(halted_standing_, halted_vetted_) != halted_standing_;
    std::erase_if(units_, [&](const auto& known) { return !now.units.contains(known.first); });

    std::vector<std::pair<std::uint64_t, Identity>> in_turn;
    for (const auto& [identity, unit] : now.units) {
        Known& known = units_[identity];
        const bool hangs = hanging.contains(identity);
        known.stood = standing(unit, known.before);
        const bool unseen = std::ranges::any_of(
            known.stood, [&](Tid tid) { return !is_vetted(tid, unit.threads.at(tid), known.vetted, known.vetted_standing); });
        known.parked = common(unit.goroutines, known.before.goroutines);
        const bool stuck_elsewhere = !std::ranges::includes(known.vetted_parked, known.parked);
        const bool changed =
            known.vetted_at == 0 ? known.seen_before : unseen || stuck_elsewhere || lost_threads(unit, known.before, known.vetted);
        const bool due = changed || (hangs && (moved(unit, known.vetted) || looks_ - known.vetted_at >= confirm_after));
        if (due)
            plan.units.push_back(identity);
        else
            in_turn.emplace_back(known.vetted_at, identity);
        known.before = unit;
        known.seen_before = true;
    }
    halted_before_ = now.halted;
    // A look at many costs little more than at one: most of its price is the pass over all processes. A daemon is looked at by itself.
    const double each = now.units.empty() ? 0 : std::max(0.0, budget.whole_s - budget.base_s) / static_cast<double>(now.units.size());
    double left = budget.left_s() - (plan.all ? budget.whole_s : static_cast<double>(plan.units.size()) * each + budget.base_s);
    if (!plan.all && budget.whole_s > 0 && budget.left_s() >= budget.whole_s) {
        plan.all = true;
        left = budget.left_s() - budget.whole_s;
    }
    const auto is_daemon = [&](const Identity& identity) { return now.units.at(identity).daemon; };
    if (plan.all) std::erase_if(plan.units, [&](const Identity& identity) { return !is_daemon(identity); });
    std::ranges::sort(in_turn);
    for (const auto& [looked, identity] : in_turn) {
        if (plan.all && !is_daemon(identity)) continue;
        const double price = is_daemon(identity) ? std::max(budget.base_s, each) : each;
        if (budget.whole_s <= 0 || left < price) break;
        left -= price;
        plan.units.push_back(identity);
    }
    return plan;
}

void Suspects::looked_at(const ClosePlan& plan, const Activity& now) {
    const auto vet = [&](const Identity& identity) {
        const auto unit = now.units.find(identity);
        if (unit == now.units.end()) return;
        Known& known = units_[identity];
        known.vetted = unit->second;
        known.vetted_standing = known.stood;
        known.vetted_parked = joined(known.vetted_parked, known.parked, unit->second.goroutines);
        known.vetted_at = looks_;
    };
    for (const Identity& identity : plan.units) vet(identity);
    if (!plan.all) return;
    for (const auto& [identity, unit] : now.units)
        if (!unit.daemon) vet(identity);
    halted_vetted_ = halted_standing_;
    looked_at_all_ = true;
}

std::uint64_t Suspects::oldest_verdict() const {
    std::uint64_t oldest = looks_;
    for (const auto& [identity, known] : units_) oldest = std::min(oldest, known.vetted_at);
    return looks_ - oldest;
}

}  // namespace shimtrace::monitor
