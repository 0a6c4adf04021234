#include "tracer/cli/command.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace shimtrace::cli {

// Each command's file defines its own.
void add_trace(CLI::App& app, Globals& globals, int& exit_code);
void add_audit(CLI::App& app, Globals& globals, int& exit_code);
void add_ps(CLI::App& app, Globals& globals, int& exit_code);
void add_stacks(CLI::App& app, Globals& globals, int& exit_code);
void add_why(CLI::App& app, Globals& globals, int& exit_code);
void add_record(CLI::App& app, Globals& globals, int& exit_code);
void add_replay(CLI::App& app, Globals& globals, int& exit_code);
void add_stat(CLI::App& app, Globals& globals, int& exit_code);
void add_diff(CLI::App& app, Globals& globals, int& exit_code);
void add_export(CLI::App& app, Globals& globals, int& exit_code);

std::vector<AddCommand> all_commands() {
    // clang-format off
    return {
        // in the order of --help, one a line
        add_trace,
        add_ps,
        add_record,
        add_replay,
        add_stat,
        add_diff,
        add_export,
        add_stacks,
        add_audit,
        add_why,
    };
    // clang-format on
}

int report(const Error& error, int exit_code) {
    // fmt::print would throw where standard error cannot be written.
    std::fputs(fmt::format("shimtrace: {}\n", error.message()).c_str(), stderr);
    return exit_code;
}

int report(const session::Refusal& refusal) {
    return report(refusal.error, refusal.usage ? exit_usage : exit_failed);
}

}  // namespace shimtrace::cli
