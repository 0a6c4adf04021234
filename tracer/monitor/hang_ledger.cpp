#include "tracer/monitor/hang_ledger.hpp"

#include "tracer/monitor/seconds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace shimtrace::monitor {

namespace {

constexpr std::size_t most_ended = 50;

/// FNV-1a, 64 bits: the same on every host and in every version, so that an identity outlives the program.
std::uint64_t digest(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325U;
    for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    return value;
}

std::set<Pid> blamed(const Diagnosis& diagnosis) {
    std::set<Pid> pids;
    for (const Culprit& culprit : diagnosis.culprits) pids.insert(culprit.pid);
    return pids;
}

bool manages_containers(std::string_view role) {
    constexpr std::string_view roles[] = {"shim", "monitor", "containerd", "dockerd", "crio", "kubelet", "daemon"};
    return std::ranges::find(roles, role) != std::end(roles);
}

}  // namespace

std::string_view word(HangSeverity severity) {
    return severity == HangSeverity::critical ? "critical" : "warning";
}

std::string_view word(HangEnd end) {
    constexpr std::string_view words[] = {"resolved", "gone", "restarted"};
    return words[static_cast<std::size_t>(end)];
}

std::string_view word(HangStep step) {
    constexpr std::string_view words[] = {"begin", "change", "end"};
    return words[static_cast<std::size_t>(step)];
}

std::string hang_key(const DiagnosedTarget& target) {
    if (target.container) return fmt::format("container {}/{} {}", target.container.ns, target.container.id, target.place);
    if (!target.pod.empty()) return fmt::format("pod {}/{}", target.pod_namespace, target.pod);
    return fmt::format("process {} {}", target.pid.value, target.comm);
}

HangSeverity severity_of(const Diagnosis& diagnosis) {
    const bool managing = (!diagnosis.target.container && manages_containers(diagnosis.target.role)) ||
                          std::ranges::any_of(diagnosis.culprits, manages_containers, &Culprit::role);
    return managing || !diagnosis.shared_object.empty() ? HangSeverity::critical : HangSeverity::warning;
}

std::string HangLedger::new_id(const std::string& key, RealTime began) const {
    return fmt::format("{:016x}", digest(fmt::format("{}|{}|{}", boot_id_, key, began.time_since_epoch().count())));
}

HangEvent HangLedger::end(const Hang& hang, RealTime at, double lasted_s, HangEnd how) {
    HangEvent event{.step = HangStep::end, .hang = hang, .at = at, .lasted_s = lasted_s, .how = how};
    ended_.push_front(event);
    if (ended_.size() > most_ended) ended_.pop_back();
    return event;
}

std::vector<HangEvent> HangLedger::take(const Findings& findings) {
    std::vector<HangEvent> events;
    std::map<std::string, HangEnd> not_hanging;
    std::set<std::string> undecided;
    for (const Diagnosis& diagnosis : findings.diagnoses) {
        const std::string key = hang_key(diagnosis.target);
        if (!diagnosis.stuck) {
            if (diagnosis.decided)
                not_hanging[key] = HangEnd::resolved;
            else
                undecided.insert(key);
            continue;
        }
        const auto known = hangs_.find(key);
        if (known == hangs_.end()) {
            const Nanoseconds since(static_cast<std::int64_t>(std::max(0.0, diagnosis.since_s.value_or(0)) * 1e9));
            Hang hang{.id = {},
                      .key = key,
                      .unit = findings.unit_of(diagnosis),
                      .began = findings.at - since,
                      .began_monotonic = findings.at_monotonic - since,
                      .diagnosis = diagnosis,
                      .snapshot = {},
                      .recording = {}};
            hang.id = new_id(key, hang.began);
            events.push_back({.step = HangStep::begin, .hang = hang, .at = findings.at, .lasted_s = in_seconds(since)});
            hangs_.emplace(key, std::move(hang));
            continue;
        }
        Hang& hang = known->second;
        const std::string before = hang.diagnosis.cause;
        const bool changed = before != diagnosis.cause || blamed(hang.diagnosis) != blamed(diagnosis);
        hang.diagnosis = diagnosis;
        hang.unit = findings.unit_of(diagnosis);
        if (changed)
            events.push_back({.step = HangStep::change,
                              .hang = hang,
                              .at = findings.at,
                              .lasted_s = in_seconds(findings.at_monotonic - hang.began_monotonic),
                              .before = before});
    }
    std::set<std::string> found;
    for (const Diagnosis& diagnosis : findings.diagnoses)
        if (diagnosis.stuck) found.insert(hang_key(diagnosis.target));
    for (auto entry = hangs_.begin(); entry != hangs_.end();) {
        const auto& [key, hang] = *entry;
        const auto seen_well = not_hanging.find(key);
        if (found.contains(key) || undecided.contains(key) || (seen_well == not_hanging.end() && !findings.was_looked_at(hang))) {
            ++entry;
            continue;
        }
        events.push_back(end(hang, findings.at, in_seconds(findings.at_monotonic - hang.began_monotonic),
                             seen_well != not_hanging.end() ? seen_well->second : HangEnd::gone));
        entry = hangs_.erase(entry);
    }
    return events;
}

std::vector<HangEvent> HangLedger::take_over(std::vector<Hang> hangs, const std::string& boot_id, RealTime now,
                                             MonotonicTime now_monotonic) {
    std::vector<HangEvent> events;
    for (Hang& hang : hangs) {
        if (hang.began_monotonic > now_monotonic || hang.began_monotonic < MonotonicTime{}) hang.began_monotonic = now_monotonic;
        if (hang.began < RealTime{} || hang.began > now) hang.began = now;
        if (boot_id == boot_id_)
            hangs_.emplace(hang.key, std::move(hang));
        else  // two boots share no clock but the wall's
            events.push_back(end(hang, now, std::max(0.0, in_seconds(now - hang.began)), HangEnd::restarted));
    }
    return events;
}

void HangLedger::for_each(const std::function<void(Hang&)>& visit) {
    for (auto& [key, hang] : hangs_) visit(hang);
}

Hang* HangLedger::find(const std::string& id) {
    const auto found = std::ranges::find(hangs_, id, [](const auto& entry) { return entry.second.id; });
    return found == hangs_.end() ? nullptr : &found->second;
}

}  // namespace shimtrace::monitor
