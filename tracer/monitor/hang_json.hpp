// Hangs as JSON: the lines that tell of them, the answer to /hangs, and what is kept of them over a restart.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <vector>

namespace shimtrace::monitor {

/// Schema shimtrace.monitor/1.
nlohmann::ordered_json event_json(const HangEvent& event, const HostInfo& host);

/// How a hang ended: one of `ended` in schema shimtrace.why/1.
nlohmann::ordered_json ended_json(const HangEvent& event);

/// Schema shimtrace.why/1, with a `hang` in each diagnosis, and `ended`. `id`: only that one; empty: all.
nlohmann::ordered_json hangs_json(const HangLedger& ledger, const HostInfo& host, std::span<const Limit> limits, RealTime now,
                                  MonotonicTime now_monotonic, const std::string& id = {});

/// One line or, indented, many; what is not UTF-8 in it is replaced.
std::string as_text(const nlohmann::ordered_json& json, int indent = -1);

struct KeptState {
    std::string boot_id;
    std::vector<Hang> hangs;
};
std::string state_text(const HangLedger& ledger, const std::string& boot_id);
/// Error: it is none, or of a later version.
Result<KeptState> parse_state(const std::string& text);

}  // namespace shimtrace::monitor
