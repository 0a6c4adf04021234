// What `why` looks at: the targets as typed become one snapshot of the host and a query about it.
#pragma once

#include "tracer/cli/live_session.hpp"
#include "tracer/diagnosis/diagnose.hpp"
#include "tracer/stacks/goroutines.hpp"

#include <shimtrace/snapshot.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::cli {

struct DiagnoseOptions {
    std::vector<std::string> targets;  ///< empty: every shim's containers, and those without a shim
    bool goroutines = true;            ///< of the shims and runc processes concerned
    bool may_stop = false;             ///< a thread may be held for under a millisecond where it runs
    /// Set: the processes of a recorded session, which are looked at closely, with their goroutines. Then no targets mean no more than
    /// these, and a target that is gone is left out.
    std::optional<std::vector<Pid>> session;
};

struct SnapshotAndQuery {
    Snapshot snapshot;
    diagnosis::Query query;
};

/// A sight, and what follows from it.
struct DiagnosisResult {
    Snapshot snapshot;
    std::vector<Diagnosis> diagnoses;
    diagnosis::Query query;
};

/// Reads the host. Nothing is opened by a target's path, nothing is stopped but what `may_stop` allows. What this program itself traces
/// is shown as if it were not traced.
std::expected<SnapshotAndQuery, Refusal> look(const Globals& globals, const DiagnoseOptions& options, stacks::BinaryCache& cache);

/// Looks again, `interval` after the first look was taken: the two together tell what stands still from what moves.
std::expected<SnapshotAndQuery, Refusal> resample(const Globals& globals, const DiagnoseOptions& options, stacks::BinaryCache& cache,
                                                  const Snapshot& first, Nanoseconds interval);

DiagnosisResult answer(SnapshotAndQuery sight);

/// What `why` answers: one look; another after `interval`, and one after a longer time, only while what was seen could still be passing.
/// An interval of 0: one look.
std::expected<DiagnosisResult, Refusal> observe(const Globals& globals, const DiagnoseOptions& options, Nanoseconds interval,
                                                stacks::BinaryCache& cache);

/// The query that a saved snapshot answers: what was asked when it was taken, or what is named now.
std::expected<diagnosis::Query, Refusal> query_about(const Snapshot& snapshot, const std::vector<std::string>& targets);

}  // namespace shimtrace::cli
