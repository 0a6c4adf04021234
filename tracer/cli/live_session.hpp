// A live session as the commands start it: targets found, signals handled, sinks fed, the exit code told.
#pragma once

#include "tracer/cli/command.hpp"
#include "tracer/cli/trace_options.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/event_sink.hpp>

#include <vector>

namespace shimtrace::cli {

/// An error and the code to exit with: usage, ambiguity and absence differ.
struct Refusal {
    Error error;
    int exit_code = 1;
};

/// Fills in what plan.request attaches to. Refuses where nothing is named, found, or more than one matches.
std::expected<void, Refusal> resolve_targets(const Globals& globals, const TraceOptions& options, TracePlan& plan);

/// How a session ended.
struct SessionEnd {
    int exit_code = exit_done;  ///< the started command's, where there is one
    int killed_by = 0;          ///< the signal that killed that command; 0: none did
};

/// Runs the session into all sinks, in order, until the targets are gone or it is interrupted. What went wrong has been said.
SessionEnd run_session(const TracePlan& plan, const std::vector<EventSink*>& sinks, engine::StopRequest& stop);

/// The exit code; does not return where the command was killed by a signal: then so are we, without a core of our own. To be called when
/// all output is written.
int end_like_command(const SessionEnd& end);

}  // namespace shimtrace::cli
