#include "cli/command.hpp"

namespace shimtrace::cli {

// Each command's file defines its own.
void add_trace(CLI::App& app, Globals& globals, int& exit_code);
void add_audit(CLI::App& app, Globals& globals, int& exit_code);
void add_ps(CLI::App& app, Globals& globals, int& exit_code);
void add_stacks(CLI::App& app, Globals& globals, int& exit_code);
void add_why(CLI::App& app, Globals& globals, int& exit_code);

std::vector<AddCommand> all_commands() {
    return {
        // in the order of --help, one a line
        add_trace,
        add_ps,
        add_stacks,
        add_audit,
        add_why,
    };
}

}  // namespace shimtrace::cli
