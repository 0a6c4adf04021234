// A live session as trace and record run it: what went wrong is said, and the program ends as the command did.
#pragma once

#include "tracer/cli/command.hpp"
#include "tracer/cli/recording_options.hpp"
#include "tracer/cli/trace_plan.hpp"

#include <shimtrace/event_sink.hpp>

#include <vector>

namespace shimtrace::cli {

/// What the program ends with.
struct SessionExit {
    int exit_code = exit_done;  ///< the started command's, where there is one
    int killed_by = 0;          ///< the signal that killed that command; 0: none did
};

/// As session::run_session. What went wrong has been said.
SessionExit run_session(const TracePlan& plan, const std::vector<EventSink*>& sinks, engine::StopRequest& stop);

/// Into `sinks` and into the recording. Its end is the session's, or, with a message, that of a recording that could not be begun or is not
/// whole.
SessionExit record_session(const session::RecordingPlan& recording, const TracePlan& plan, std::vector<EventSink*> sinks,
                           engine::StopRequest& stop);

/// The exit code; does not return where the command was killed by a signal: then so are we, without a core of our own. To be called when
/// all output is written.
int end_like_command(const SessionExit& end);

}  // namespace shimtrace::cli
