// Looks at this host, cheap ones and close ones as they are needed, and what they say of its hangs. `monitor` and `why --watch` share it.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"
#include "tracer/monitor/metrics.hpp"
#include "tracer/monitor/suspects.hpp"
#include "tracer/session/diagnose_live.hpp"

#include <shimtrace/error.hpp>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace shimtrace::monitor {

struct WatchOptions {
    session::DiagnoseOptions about;  ///< with targets: each look is a close one at these
    Nanoseconds interval = std::chrono::milliseconds(200);
    double share = 0.006;  ///< of a core, that close looks may take which could be put off
};

/// What came of one look.
struct Look {
    std::vector<HangEvent> events;
    /// nullopt: nothing had to be looked at closely.
    std::optional<session::DiagnosisResult> closely;
    bool whole = false;  ///< closely at the whole host, or at all that is asked about
};

class Watch {
public:
    explicit Watch(WatchOptions options);

    /// Looks, and calls `tell` with what came of it. What the look took is given back then: of a large host it is tens of megabytes, which
    /// nobody needs until the next. `leave_out`: units that are not looked at closely now, since we ourselves hold them. Error: this look
    /// failed; `usage`: so will all.
    std::expected<void, session::Refusal> look(const std::function<void(Look&)>& tell, const std::set<Pid>& leave_out = {});

    [[nodiscard]] HangLedger& ledger() { return ledger_; }
    [[nodiscard]] const HostInfo& host() const { return host_; }
    [[nodiscard]] std::uint64_t oldest_verdict() const { return suspects_.oldest_verdict(); }
    Durations cheap_looks, deep_looks;

private:
    std::expected<Look, session::Refusal> look_without(const std::set<Pid>& left_out);
    std::expected<session::DiagnosisResult, session::Refusal> look_closely(ClosePlan& plan);
    std::expected<session::DiagnosisResult, session::Refusal> look_at(std::vector<std::string> targets, double& cpu_s);

    WatchOptions options_;
    HostInfo host_;
    HangLedger ledger_;
    Suspects suspects_;
    Budget budget_;
    MonotonicTime began_;
    session::LiveDiagnosis diagnosis_;
    stacks::ParkedGoroutineReader goroutines_;
};

}  // namespace shimtrace::monitor
