// What `why` looks at: the targets as typed become snapshots of this host, a query about them, and a verdict.
#pragma once

#include "tracer/session/resample.hpp"
#include "tracer/stacks/goroutines.hpp"

#include <shimtrace/snapshot.hpp>
#include <shimtrace/work.hpp>

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::session {

struct DiagnoseOptions {
    std::vector<std::string> targets;  ///< empty: every shim's containers, and those without a shim
    std::string ns = {};               ///< only containers of this namespace, containerd's or Kubernetes'; empty: any
    bool goroutines = true;            ///< of the shims and runc processes concerned
    bool may_stop = false;             ///< a thread may be held for under a millisecond where it runs
    /// Set: the processes of a recorded session, which are looked at closely, with their goroutines. Then no targets mean no more than
    /// these, and a target that is gone is left out.
    std::optional<std::vector<Pid>> session;
    std::string run_dir;                          ///< containerd's state, where it cannot be found from the shims
    LooksAgain looks_again = LooksAgain::at_all;  ///< where everything is asked about (resample.hpp)
    /// Asked while another look is waited for: what has been seen is answered then. Asked in the midst of a look, by several threads: that
    /// look fails. Empty: never.
    std::function<bool()> interrupted;
    TellWork tell_work = {};  ///< called by several threads
};

/// Reads the host. Nothing is opened by a target's path, nothing is stopped but what `may_stop` allows. What this program itself traces
/// is shown as if it were not traced.
std::expected<SnapshotAndQuery, Refusal> snapshot_targets(const DiagnoseOptions& options, stacks::BinaryCache& cache);

/// The same targets, diagnosed once or again and again. Used by one thread at a time.
class LiveDiagnosis {
public:
    explicit LiveDiagnosis(DiagnoseOptions options) : options_(std::move(options)) {}

    /// The next one is about these processes of a session.
    void set_session(std::vector<Pid> processes) { options_.session = std::move(processes); }

    /// The next one is about these; empty: about everything.
    void set_targets(std::vector<std::string> targets) { options_.targets = std::move(targets); }

    /// What executables have taught so far.
    [[nodiscard]] stacks::BinaryCache& binaries() { return cache_; }

    /// Looks again after `interval`, and once more after `longer`, while in doubt. 0: never.
    std::expected<DiagnosisResult, Refusal> once(Nanoseconds interval, Nanoseconds longer = long_enough);

    /// The next of many, about `every` so long. Where the one before is just past it is compared to that instead of waiting; who has
    /// moved since one long past may stand still by now.
    std::expected<DiagnosisResult, Refusal> next(Nanoseconds interval, Nanoseconds every);

private:
    [[nodiscard]] bool wait_until(MonotonicTime moment) const;
    [[nodiscard]] Nanoseconds patience() const;
    std::expected<SnapshotAndQuery, Refusal> look_again(const std::vector<Diagnosis>& before);

    DiagnoseOptions options_;
    stacks::BinaryCache cache_;
    std::optional<Snapshot> before_;  ///< as it was seen: compared to none
};

}  // namespace shimtrace::session
