// A command of the program: its options, what it does, and what --help says of it.
#pragma once

#include "tracer/engine/inherited.hpp"
#include "tracer/session/targets.hpp"

#include <shimtrace/error.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::cli {

/// What every command shares.
struct Globals {
    bool json = false;
    std::string color = "auto";        ///< auto, always, never
    std::string run_dir;               ///< containerd's state, where it cannot be found from the shims
    std::vector<std::string> command;  ///< what stood after `--`: a command to start
    engine::Inherited inherited;       ///< what that is to find
};

/// Exit codes of the program; `trace -- CMD` exits as CMD did.
enum ExitCode : int { exit_done = 0, exit_failed = 1, exit_usage = 2, exit_stuck = 3, exit_unknown = 4 };

/// Prints "shimtrace: …" on standard error and hands the code back.
int report(const Error& error, int exit_code);
/// The same, with the code that it stands for.
int report(const session::Refusal& refusal);

/// Where --help lists a command.
enum class CommandGroup { look, trace, keep, learn };

struct Example {
    std::string_view line, says;
};

/// One command. Its file defines it, command.cpp lists it, help.cpp tells of it.
struct Command {
    std::string_view name;
    CommandGroup group;
    std::string_view summary;              ///< a line of --help
    std::vector<std::string_view> usages;  ///< what stands behind the command's name, one for each way to use it
    std::vector<Example> examples;
    std::string_view exit_codes;
    /// Adds its options to its subcommand; running that stores the exit code.
    void (*add)(CLI::App& command, Globals& globals, int& exit_code);
};

/// Every command, in the order of --help.
std::vector<const Command*> all_commands();
/// nullptr: there is none of that name.
const Command* command_named(std::string_view name);

}  // namespace shimtrace::cli
