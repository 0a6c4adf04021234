// strace's options, once for trace, record and replay.
#pragma once

#include "tracer/cli/output_file.hpp"
#include "tracer/cli/trace_filter.hpp"
#include "tracer/engine/launch.hpp"
#include "tracer/output/print_options.hpp"
#include "tracer/session/live_session.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::cli {

/// As typed. Defaults are strace's.
struct TraceOptions {
    std::vector<std::string> targets;  ///< TARGET…: pids, containers, `containerd`
    std::vector<std::string> pids;     ///< -p
    std::vector<std::string> command;  ///< after `--`
    std::vector<std::string> expressions, environment, paths;
    std::string output;
    /// With a value behind = only: --decode-fds, --strings-in-hex, -r, -T and --absolute-timestamps; empty: not given.
    std::string fd_details, strings_in_hex, relative, durations, absolute;
    std::string constants = "abbrev", sort = "time", columns;
    std::string blocked = "5s";
    std::string color = "auto";
    std::string detach_on, interruptible, daemonized;
    int daemonize = 0, follow = 0, timestamps = 0, fds = 0, hex = 0, quiet = 0, column = 40;
    bool no_follow = false, append = false, separate = false, pointers = false, numbers = false;
    bool stacks = false, summary_only = false, summary = false, wall_clock = false;
    bool interesting = false, no_interesting = false;
    bool seccomp = false, no_seccomp = false, colocate = false, plain = false;
    std::string string_limit = "32";
    std::string overhead = "0";
};

/// Options about printing: also replay's.
void add_print_options(CLI::App& app, TraceOptions& options);
/// Options about what to trace: trace's and record's.
void add_target_options(CLI::App& app, TraceOptions& options);

/// Where the tracer of a command stands: trace's.
void add_tracer_options(CLI::App& app, TraceOptions& options);

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
