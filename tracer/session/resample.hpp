// How often a host is looked at before a verdict: one snapshot, and others while what was seen could still be passing. The loop stands
// here once, for any source of snapshots.
#pragma once

#include "tracer/session/targets.hpp"

#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <vector>

namespace shimtrace::session {

/// Who is in another look, after one at everything.
enum class LooksAgain : std::uint8_t {
    at_all,
    at_hanging,   ///< who is in doubt, and who hangs: for who keeps the last look at each hang
    at_doubtful,  ///< who is in doubt: for who keeps none
};

struct SnapshotAndQuery {
    Snapshot snapshot;
    diagnosis::Query query;
    LooksAgain of = LooksAgain::at_all;  ///< of those alone that `is_looked_at_again` names
};

/// A snapshot, and what follows from it.
struct DiagnosisResult {
    Snapshot snapshot;
    std::vector<Diagnosis> diagnoses;
    diagnosis::Query query;
    std::vector<Limit> limits = {};  ///< what could not be seen, of all that was asked about
};

struct SnapshotSource {
    std::function<std::expected<SnapshotAndQuery, Refusal>()> take;
    std::function<bool(MonotonicTime)> wait_until;  ///< false: there is no time for another
    /// A look that is interrupted leaves the one before as the answer, with all that was in its snapshot. False: nobody would look at that,
    /// and of earlier ones no more is kept than later ones are compared to.
    bool answers_interrupted = true;
    /// Another look, given what the one before said; empty: `take`. One at some alone leaves what was said of all others; the snapshot
    /// is that of the last look then.
    std::function<std::expected<SnapshotAndQuery, Refusal>(const std::vector<Diagnosis>&)> take_again = {};
};

DiagnosisResult diagnose_snapshot(SnapshotAndQuery taken);

/// Whether another look is at this one too.
bool is_looked_at_again(const Diagnosis& before, LooksAgain at);

/// Longer than any wait has to last before it is told from one that is about to end.
constexpr Nanoseconds long_enough = std::chrono::milliseconds(1600);

/// Where only more time can tell: longer than a shim's Delete takes.
constexpr Nanoseconds most_patient = std::chrono::milliseconds(5200);

/// When to look again while in doubt, counted from the first snapshot: after `interval`, and after a longer time. 0: never.
std::vector<Nanoseconds> resample_after(Nanoseconds interval, Nanoseconds longer = long_enough);

/// What `why` answers: one snapshot; others after each of `waits`, only while what was seen could still be passing. Two snapshots together
/// tell what stands still from what moves: each is compared to `earlier`, where there is one, else to the first. Where only more time can
/// tell, and there have been others, one more is taken `patience` after the first (0: none is).
std::expected<DiagnosisResult, Refusal> diagnose_resampled(const SnapshotSource& source, std::span<const Nanoseconds> waits,
                                                           const Snapshot* earlier = nullptr, Nanoseconds patience = most_patient);

}  // namespace shimtrace::session
