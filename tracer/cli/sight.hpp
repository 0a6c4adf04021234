// What `why` looks at: the targets as typed become one snapshot of the host and a question about it.
#pragma once

#include "cli/session.hpp"
#include "diagnosis/diagnose.hpp"
#include "stacks/goroutines.hpp"

#include <shimtrace/snapshot.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::cli {

struct SightOptions {
    std::vector<std::string> targets;  ///< empty: every shim's containers, and those without a shim
    bool goroutines = true;            ///< of the shims and runc processes concerned
    bool may_stop = false;             ///< a thread may be held for under a millisecond where it runs
    /// Set: the processes of a recorded session, which are looked at closely, with their goroutines. Then no targets mean no more than
    /// these, and a target that is gone is left out.
    std::optional<std::vector<Pid>> session;
};

struct Sight {
    Snapshot snapshot;
    diagnosis::Question question;
};

/// A sight, and what follows from it.
struct Answer {
    Snapshot snapshot;
    std::vector<Diagnosis> diagnoses;
    diagnosis::Question question;
};

/// Reads the host. Nothing is opened by a target's path, nothing is stopped but what `may_stop` allows. What this program itself traces
/// is shown as if it were not traced.
std::expected<Sight, Refusal> look(const Globals& globals, const SightOptions& options, stacks::BinaryCache& cache);

/// Looks again, `interval` after the first look was taken: the two together tell what stands still from what moves.
std::expected<Sight, Refusal> look_again(const Globals& globals, const SightOptions& options, stacks::BinaryCache& cache,
                                         const Snapshot& first, Nanoseconds interval);

Answer answer(Sight sight);

/// What `why` answers: one look; another after `interval`, and one after a longer time, only while what was seen could still be passing.
/// An interval of 0: one look.
std::expected<Answer, Refusal> observe(const Globals& globals, const SightOptions& options, Nanoseconds interval,
                                       stacks::BinaryCache& cache);

/// The question that a saved snapshot answers: what was asked when it was taken, or what is named now.
std::expected<diagnosis::Question, Refusal> question_about(const Snapshot& snapshot, const std::vector<std::string>& targets);

}  // namespace shimtrace::cli
