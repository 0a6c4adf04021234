// What trace and replay show a session with: strace's lines, or JSON lines.
#pragma once

#include "cli/trace_options.hpp"

#include <shimtrace/stream.hpp>

#include <memory>

namespace shimtrace::cli {

/// Changes a plan to what JSON lines need. Error: something is asked for that they have no form for.
Result<void> plan_json_lines(TracePlan& plan);

/// `writer` has to outlive it.
std::unique_ptr<StreamSink> make_printer(bool json, const output::PrintOptions& options, output::LineWriter& writer);

}  // namespace shimtrace::cli
