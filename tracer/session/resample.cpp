#include "tracer/session/resample.hpp"

#include "tracer/diagnosis/graph/limits.hpp"
#include "tracer/diagnosis/graph/snapshot_delta.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace shimtrace::session {

DiagnosisResult diagnose_snapshot(SnapshotAndQuery taken) {
    DiagnosisResult result{.snapshot = std::move(taken.snapshot), .diagnoses = {}, .query = std::move(taken.query)};
    result.diagnoses = diagnosis::diagnose(result.snapshot, result.query);
    result.limits = diagnosis::limits_of(result.snapshot, result.diagnoses);
    return result;
}

bool is_looked_at_again(const Diagnosis& before, LooksAgain at) {
    return at == LooksAgain::at_all || (at == LooksAgain::at_hanging && before.stuck) || diagnosis::needs_second_look(before);
}

namespace {

bool is_same(const DiagnosedTarget& one, const DiagnosedTarget& other) {
    return one.container ? one.container == other.container && one.place == other.place : !other.container && one.pid == other.pid;
}

/// `later` is of those alone that are looked at again: who of them is not found any more is gone.
DiagnosisResult joined(DiagnosisResult whole, DiagnosisResult later, LooksAgain of) {
    std::erase_if(whole.diagnoses, [&](const Diagnosis& before) {
        return is_looked_at_again(before, of) &&
               std::ranges::none_of(later.diagnoses, [&](const Diagnosis& now) { return is_same(before.target, now.target); });
    });
    for (Diagnosis& now : later.diagnoses) {
        const auto before = std::ranges::find_if(whole.diagnoses, [&](const Diagnosis& one) { return is_same(one.target, now.target); });
        if (before == whole.diagnoses.end())
            whole.diagnoses.push_back(std::move(now));
        else
            *before = std::move(now);
    }
    for (Limit& limit : later.limits) diagnosis::add_limit(whole.limits, std::move(limit));
    whole.snapshot = std::move(later.snapshot);
    return whole;
}

}  // namespace

std::vector<Nanoseconds> resample_after(Nanoseconds interval, Nanoseconds longer) {
    if (interval.count() == 0) return {};
    return {interval, std::max(interval, longer)};
}

std::expected<DiagnosisResult, Refusal> diagnose_resampled(const SnapshotSource& source, std::span<const Nanoseconds> waits,
                                                           const Snapshot* earlier, Nanoseconds patience) {
    auto taken = source.take();
    if (!taken) return std::unexpected(std::move(taken.error()));
    const auto compare = [&] {
        taken->query.remade = diagnosis::remade_containers(taken->snapshot, *earlier);
        diagnosis::merge_progress(taken->snapshot, *earlier);
    };
    if (earlier != nullptr) compare();
    DiagnosisResult current = diagnose_snapshot(std::move(*taken));
    std::optional<Snapshot> first;
    std::vector<Nanoseconds> all(waits.begin(), waits.end());
    if (!all.empty() && patience.count() != 0) all.push_back(std::max(all.back(), patience));
    for (std::size_t n = 0; n < all.size(); ++n) {
        const bool daemons = diagnosis::daemons_are_unsettled(current.snapshot, current.query);
        if (!daemons && !diagnosis::needs_second_look(current.diagnoses)) break;
        if (!daemons && n == waits.size() && !diagnosis::is_unsettled(current.diagnoses)) break;
        const Snapshot& before = earlier != nullptr ? *earlier : current.snapshot;
        if (!source.wait_until(before.taken_monotonic + all[n])) break;
        const bool is_first = earlier == nullptr;
        if (is_first)
            earlier = &first.emplace(source.answers_interrupted ? std::move(current.snapshot) : diagnosis::compared_part(current.snapshot));
        if (!source.answers_interrupted) current.snapshot = {};
        taken = source.take_again && !daemons ? source.take_again(current.diagnoses) : source.take();
        if (!taken && taken.error().error.number == ECANCELED && source.answers_interrupted) {
            if (is_first) current.snapshot = std::move(*first);
            break;
        }
        if (!taken) return std::unexpected(std::move(taken.error()));
        compare();
        const LooksAgain of = taken->of;
        DiagnosisResult later = diagnose_snapshot(std::move(*taken));
        current = of != LooksAgain::at_all ? joined(std::move(current), std::move(later), of) : std::move(later);
    }
    return current;
}

}  // namespace shimtrace::session
