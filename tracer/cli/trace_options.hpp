// strace's options, once for trace, record and replay.
#pragma once

#include <CLI/CLI.hpp>

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

}  // namespace shimtrace::cli
