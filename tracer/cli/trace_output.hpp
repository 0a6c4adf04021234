// What trace and replay show a session with: strace's lines, or JSON lines.
#pragma once

#include "tracer/cli/trace_plan.hpp"

#include <shimtrace/event_sink.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace shimtrace::cli {

/// As plan_trace; with `json` changed to what JSON lines need. Error: also what they have no form for.
Result<TracePlan> plan_output(const TraceOptions& options, bool json);

/// Whether waits at rest are folded: as typed; else where a terminal shows all calls as they come.
bool folds_rest(const TraceOptions& options, const TracePlan& plan);

/// The line that stands where so many lines could not be written.
std::function<std::string(std::uint64_t)> tell_lost_lines(bool json);

/// `writer` has to outlive it.
std::unique_ptr<EventSink> make_printer(bool json, const output::PrintOptions& options, output::LineWriter& writer);

}  // namespace shimtrace::cli
