// A live session as the commands start it: targets found, signals handled, sinks fed, the exit code told.
#pragma once

#include "cli/command.hpp"
#include "cli/trace_options.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/stream.hpp>

#include <vector>

namespace shimtrace::cli {

/// An error and the code to exit with: usage, ambiguity and absence differ.
struct Refusal {
    Error error;
    int exit_code = 1;
};

/// Fills in what plan.request attaches to. Refuses where nothing is named, found, or more than one matches.
std::expected<void, Refusal> resolve_targets(const Globals& globals, const TraceOptions& options, TracePlan& plan);

/// Runs the session into all sinks, in order, until the targets are gone or it is interrupted. Returns the exit code: that of
/// the started command, where there is one.
int run_session(const TracePlan& plan, const std::vector<StreamSink*>& sinks, engine::StopRequest& stop);

}  // namespace shimtrace::cli
