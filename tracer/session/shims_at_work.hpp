// What the shims among a session's targets were doing before it began.
#pragma once

#include "tracer/session/live_session.hpp"

#include <shimtrace/snapshot.hpp>

#include <optional>

namespace shimtrace::session {

/// The goroutines of the shims that are to be traced, read without stopping anything. nullopt: there are none.
std::optional<Snapshot> snapshot_shims(const SessionPlan& plan);

}  // namespace shimtrace::session
