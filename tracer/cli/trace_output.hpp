// What trace and replay show a session with: strace's lines, or JSON lines.
#pragma once

#include "cli/trace_options.hpp"

#include <shimtrace/stream.hpp>

#include <memory>

namespace shimtrace::cli {

/// As plan_trace; with `json` changed to what JSON lines need. Error: also what they have no form for.
Result<TracePlan> plan_output(const TraceOptions& options, bool json);

/// `writer` has to outlive it.
std::unique_ptr<StreamSink> make_printer(bool json, const output::PrintOptions& options, output::LineWriter& writer);

}  // namespace shimtrace::cli
