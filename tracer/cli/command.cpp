#include "cli/command.hpp"

namespace shimtrace::cli {

void add_stacks(CLI::App& app, Globals& globals, int& exit_code);

std::vector<AddCommand> all_commands() {
    return {add_stacks};
}

}  // namespace shimtrace::cli
