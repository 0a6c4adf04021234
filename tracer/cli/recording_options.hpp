// The options about a recording's file. `record` and `trace --save` share them.
#pragma once

#include "tracer/cli/command.hpp"
#include "tracer/cli/trace_plan.hpp"
#include "tracer/session/session_recorder.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::cli {

/// As typed.
struct RecordingOptions {
    std::string path;
    bool force = false, redact = false, no_snapshots = false, scheduling = false;
    std::string payload = "256", ring, max_size, max_files = "2", duration, snapshot_every, until_blocked, on_overrun = "wait";
};

/// What trace --save needs: overwriting, bounds, redaction.
void add_file_options(CLI::App& app, RecordingOptions& options);
/// What a recording by itself can do besides: flight recorder, rotation, ends.
void add_recorder_options(CLI::App& app, RecordingOptions& options);

/// `targets`: the TARGETs as typed. Errors are usage errors. Changes the trace's plan: what replay may be asked to show has to be captured.
Result<session::RecordingPlan> plan_recording(const RecordingOptions& options, const Globals& globals,
                                              const std::vector<std::string>& targets, TracePlan& trace);

/// "64M", "1G", "4096".
Result<std::uint64_t> parse_size(std::string_view text);

/// How far a recording is, as a line on a terminal that the next one overwrites.
void print_progress(const session::RecordingProgress& progress);

/// How it ended: what is in the file, and what is not, and why.
void report_recording(const session::RecordingPlan& plan, const session::RecordingEnd& end);

}  // namespace shimtrace::cli
