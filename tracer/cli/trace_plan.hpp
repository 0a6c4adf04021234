// What trace, record and replay do by strace's options: how lines look, who is traced, what is captured.
#pragma once

#include "tracer/cli/output_file.hpp"
#include "tracer/cli/trace_filter.hpp"
#include "tracer/cli/trace_options.hpp"
#include "tracer/engine/launch.hpp"
#include "tracer/output/print_options.hpp"
#include "tracer/session/live_session.hpp"

#include <cstdint>
#include <optional>

namespace shimtrace::cli {

/// Everything in the parts' own terms. Errors are usage errors.
struct TracePlan {
    output::PrintOptions print;
    OutputPlace place;
    std::optional<engine::TracerPlace> tracer;  ///< of a command that stays its caller's child; nullopt: its parent
    session::SessionPlan session;               ///< but for its targets: see session::find_session_targets
};
/// Kept of each read and write over a socket of ttrpc, gRPC or D-Bus: what one request for a tracee's memory may read.
constexpr std::uint32_t most_message_bytes = 1 << 16;
/// Likewise of each buffer that -e read= or -e write= dump.
constexpr std::uint32_t most_dumped_bytes = 1 << 16;
/// Of each list where lists are shown in full (-v): bounded, since their lengths are a tracee's.
constexpr std::uint32_t most_listed = 4096;

Result<TracePlan> plan_trace(const TraceOptions& options);

}  // namespace shimtrace::cli
