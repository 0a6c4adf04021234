// What can be asked of a recording: a stretch of time, some processes or containers, the calls that matter. replay, stat and export share
// it.
#pragma once

#include "tracer/cli/replay_selection.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::cli {

/// As typed.
struct ReplayOptions {
    std::string file;
    std::string since, until, slow, fd_target, speed;
    std::vector<std::string> pids, containers;
    bool errors = false, follow = false;
};

void add_selection_options(CLI::App& app, ReplayOptions& options);

/// Errors are usage errors.
Result<Selection> plan_selection(const ReplayOptions& options);

/// Reads into `sink` what was selected and prints the warnings. `output`: the descriptor that is printed to meanwhile. Returns the exit
/// code.
int replay_into(const ReplayOptions& options, Selection selection, EventSink& sink, std::optional<int> output = {});

}  // namespace shimtrace::cli
