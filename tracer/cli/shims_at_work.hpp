// What the shims among a session's targets were doing before it began.
#pragma once

#include "tracer/cli/trace_options.hpp"

#include <shimtrace/snapshot.hpp>

#include <optional>

namespace shimtrace::cli {

/// The goroutines of the shims that are to be traced, read without stopping anything. nullopt: there are none.
std::optional<Snapshot> snapshot_shims(const TracePlan& plan);

}  // namespace shimtrace::cli
