// A live session: its targets found, signals handled, sinks fed, its end told.
#pragma once

#include "tracer/engine/trace.hpp"
#include "tracer/session/targets.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/event_sink.hpp>

#include <functional>
#include <string>
#include <vector>

namespace shimtrace::session {

struct SessionPlan {
    engine::TraceRequest request;  ///< but for attach, attach_threads: see find_session_targets
    std::vector<Pid> pids;         ///< asked for by number: single threads, unless the request follows
    bool interruptible = true;     ///< Ctrl-C, SIGTERM and SIGHUP end it
    bool roles = true;             ///< find out what stands behind descriptors and processes
    Snapshot surroundings;         ///< the host as it was when targets were looked for: roles start from it
    std::vector<Process> plain;    ///< instead, where none of the targets has to do with containers: they, and those above them
    /// Looks at the host later, should anything of the session have to do with them after all; empty: it was looked at, or nobody asks.
    std::function<Result<Snapshot>(std::function<bool()> interrupted)> list_host;
    std::function<void(HostInfo&)> complete_host;  ///< what the session says of the host besides; empty: nothing
};

/// Fills in what plan.request attaches to. Refuses where nothing is named, found, or more than one matches.
std::expected<void, Refusal> find_session_targets(SessionPlan& plan, const std::vector<std::string>& targets, const std::string& run_dir);

/// How a session ended.
struct SessionEnd {
    int exit_status = 0;         ///< the started command's, where there is one
    int killed_by = 0;           ///< the signal that killed that command; 0: none did
    int stopped_by = 0;          ///< the signal that ended the session; 0: it ended by itself
    std::vector<Error> skipped;  ///< threads that could not be attached, and why the host could not be looked at
};

/// Runs the session into all sinks, in order, until the targets are gone or it is interrupted. Errors: as engine::trace.
Result<SessionEnd> run_session(const SessionPlan& plan, const std::vector<EventSink*>& sinks, engine::StopRequest& stop);

}  // namespace shimtrace::session
