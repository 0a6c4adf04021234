#include "tracer/monitor/watch.hpp"

#include "tracer/monitor/seconds.hpp"
#include "tracer/procfs/clock.hpp"

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <tuple>

namespace shimtrace::monitor {

namespace {

double seconds_since(MonotonicTime moment) {
    return in_seconds(host::monotonic_now() - moment);
}

/// The shim or monitor of a diagnosed container; what is no container's is its own unit.
Pid unit_of(const Snapshot& snapshot, const Diagnosis& diagnosis) {
    if (!diagnosis.target.container) return diagnosis.target.pid;
    for (const ContainerFiles& files : snapshot.containers) {
        const bool same_place = diagnosis.target.place.empty() || files.state_path.starts_with(diagnosis.target.place) ||
                                files.state_dir.starts_with(diagnosis.target.place);
        if (files.container == diagnosis.target.container && same_place) return files.sandbox_shim ? files.sandbox_shim : files.monitor;
    }
    return {};
}

bool is_in_namespace(const DiagnosedTarget& target, const std::string& ns) {
    return ns.empty() || target.container.ns == ns || target.pod_namespace == ns;
}

/// Whether a hang that lies in this unit would have been seen.
bool covers(const ClosePlan& plan, const Activity& activity, Pid unit) {
    if (std::ranges::any_of(plan.units, [&](const Identity& one) { return one.pid == unit; })) return true;
    const auto known = std::ranges::find_if(activity.units, [&](const auto& one) { return one.first.pid == unit; });
    return plan.all && (known == activity.units.end() || !known->second.daemon);
}

session::DiagnoseOptions narrowed(session::DiagnoseOptions about) {
    about.looks_again = session::LooksAgain::at_hanging;
    return about;
}

}  // namespace

Watch::Watch(WatchOptions options)
    : options_(std::move(options)),
      host_(host::host_info()),
      ledger_(host_.boot_id),
      began_(host::monotonic_now()),
      diagnosis_(narrowed(options_.about)),
      goroutines_(diagnosis_.binaries()) {
    budget_.share = options_.share;
}

std::expected<session::DiagnosisResult, session::Refusal> Watch::look_at(std::vector<std::string> targets, double& cpu_s) {
    const double before = own_cpu_seconds(true);
    diagnosis_.set_targets(std::move(targets));
    auto seen = diagnosis_.once(options_.interval);
    cpu_s = own_cpu_seconds(true) - before;
    budget_.spent_s += cpu_s;
    return seen;
}

std::expected<session::DiagnosisResult, session::Refusal> Watch::look_closely(ClosePlan& plan) {
    double cpu_s = 0;
    if (!options_.about.targets.empty()) return look_at(options_.about.targets, cpu_s);
    std::vector<std::string> units;
    for (const Identity& unit : plan.units) units.push_back(std::to_string(unit.pid.value));
    if (!plan.all) {
        auto seen = look_at(std::move(units), cpu_s);
        if (plan.units.size() <= 2) budget_.base_s = cpu_s;
        return seen;
    }
    // The daemons first: of that look the verdicts alone are kept, so that there are never two snapshots of the whole host.
    std::vector<Diagnosis> of_daemons;
    if (!units.empty()) {
        auto daemons = look_at(std::move(units), cpu_s);
        budget_.base_s = cpu_s;
        if (daemons)
            of_daemons = std::move(daemons->diagnoses);
        else  // one of them has gone meanwhile: nothing is known of the others now
            plan.units.clear();
    }
    auto seen = look_at({}, cpu_s);
    budget_.whole_s = cpu_s;
    if (seen) std::ranges::move(of_daemons, std::back_inserter(seen->diagnoses));
    return seen;
}

std::expected<void, session::Refusal> Watch::look(const std::function<void(Look&)>& tell, const std::set<Pid>& leave_out) {
    auto looked = [&]() -> std::expected<void, session::Refusal> {
        auto look = look_without(leave_out);
        if (!look) return std::unexpected(std::move(look.error()));
        tell(*look);
        return {};
    }();
    ::malloc_trim(0);
    return looked;
}

std::expected<Look, session::Refusal> Watch::look_without(const std::set<Pid>& left_out) {
    const bool all_asked = options_.about.targets.empty();
    const MonotonicTime start = host::monotonic_now();
    Activity activity;
    ClosePlan plan{.all = true, .units = {}};
    if (all_asked) {
        std::set<Pid> hanging_units;
        for (const auto& [key, hang] : ledger_.hangs()) hanging_units.insert(hang.unit);
        auto seen = read_activity(goroutines_, hanging_units);
        if (!seen) return std::unexpected(session::Refusal{seen.error()});
        activity = std::move(*seen);
        std::set<Identity> hanging;
        for (const auto& [key, hang] : ledger_.hangs())
            for (const auto& [identity, unit] : activity.units)
                if (identity.pid == hang.unit) hanging.insert(identity);
        budget_.elapsed_s = seconds_since(began_);
        plan = suspects_.choose(activity, hanging, budget_);
        std::erase_if(plan.units, [&](const Identity& unit) { return left_out.contains(unit.pid); });
        cheap_looks.add(seconds_since(start));
    }
    Look look;
    if (plan.empty()) return look;

    const MonotonicTime close_start = host::monotonic_now();
    auto seen = look_closely(plan);
    if (!seen && all_asked && !plan.all && !seen.error().usage) {  // one of them has gone meanwhile
        plan = {.all = true, .units = {}};
        seen = look_closely(plan);
    }
    deep_looks.add(seconds_since(close_start));
    // What was seen until then is not all that would have been.
    if (options_.about.interrupted && options_.about.interrupted()) return std::unexpected(session::Refusal{{"look", ECANCELED}});
    // Nobody of that name, or of that namespace, is there: not yet, or no more.
    const bool none_there = !seen && !seen.error().usage && (!all_asked || !options_.about.ns.empty());
    if (!seen && !none_there) return std::unexpected(std::move(seen.error()));
    if (all_asked) suspects_.looked_at(plan, activity);
    session::DiagnosisResult result = seen ? std::move(*seen) : session::DiagnosisResult{};
    if (none_there) {  // and with them has gone what hung
        result.snapshot.taken = host::real_now();
        result.snapshot.taken_monotonic = host::monotonic_now();
    }
    std::erase_if(result.diagnoses, [&](const Diagnosis& one) { return !is_in_namespace(one.target, options_.about.ns); });
    std::erase_if(result.diagnoses, [&](const Diagnosis& one) { return left_out.contains(unit_of(result.snapshot, one)); });
    look.events = ledger_.take(
        {.at = result.snapshot.taken,
         .at_monotonic = result.snapshot.taken_monotonic,
         .diagnoses = result.diagnoses,
         .unit_of = [&](const Diagnosis& one) { return unit_of(result.snapshot, one); },
         .was_looked_at = [&](const Hang& hang) { return !left_out.contains(hang.unit) && covers(plan, activity, hang.unit); }});
    look.whole = plan.all;
    look.closely = std::move(result);
    return look;
}

}  // namespace shimtrace::monitor
