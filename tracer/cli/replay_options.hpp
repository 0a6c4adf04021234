// What can be asked of a recording: a stretch of time, some processes or containers, the calls that matter. replay, stat and export share
// it.
#pragma once

#include "tracer/output/call_stream.hpp"
#include "tracer/recording/reader.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <regex>
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

struct Selection {
    recording::ReadOptions read;
    std::vector<std::string> containers;
    std::optional<Nanoseconds> slow;
    std::optional<std::regex> fd_target;
    bool errors = false;
    std::optional<double> speed;
    bool tells_of_calls = false;  ///< of a file that holds none, but a snapshot, that is said

    /// Only whole calls are let through then, each when it has returned.
    [[nodiscard]] bool by_call() const { return slow || fd_target || errors; }
};

/// Errors are usage errors.
Result<Selection> plan_selection(const ReplayOptions& options);

/// What selection leaves of a stream, handed to `next`.
std::unique_ptr<EventSink> make_selector(const Selection& selection, EventSink& next);

/// Reads into `sink` what was selected and prints the warnings. `output`: the descriptor that is printed to meanwhile. Returns the exit
/// code.
int replay_into(const ReplayOptions& options, Selection selection, EventSink& sink, std::optional<int> output = {});

}  // namespace shimtrace::cli
