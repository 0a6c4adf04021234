// Hangs as JSON: the lines that tell of them, the answer to /hangs, and what is kept of them over a restart.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::monitor {

/// Schema shimtrace.monitor/1.
nlohmann::ordered_json event_json(const HangEvent& event, const HostInfo& host);

/// How a hang ended: one of `ended` in schema shimtrace.why/1.
nlohmann::ordered_json ended_json(const HangEvent& event);

/// The answers about hangs, schema shimtrace.why/1, with a `hang` in each diagnosis, and `ended`. They are put together when somebody asks:
/// all that could not be seen stands in the answer about each of many.
class HangAnswers {
public:
    HangAnswers() = default;
    HangAnswers(const HangLedger& ledger, const HostInfo& host, std::span<const Limit> limits, RealTime now, MonotonicTime now_monotonic);

    [[nodiscard]] std::string about_all() const;
    /// Empty: there is none of that id.
    [[nodiscard]] std::string about(const std::string& id) const;

private:
    struct One {
        std::string id, text;
    };
    [[nodiscard]] std::string with(const std::function<bool(const One&)>& wanted) const;

    std::string head_;  ///< but for its closing brace
    std::vector<One> hanging_, ended_;
};

struct KeptState {
    std::string boot_id;
    std::vector<Hang> hangs;
};
std::string state_text(const HangLedger& ledger, const std::string& boot_id);
/// Error: it is none, or of a later version.
Result<KeptState> parse_state(const std::string& text);

}  // namespace shimtrace::monitor
