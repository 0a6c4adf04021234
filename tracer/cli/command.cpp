#include "cli/command.hpp"

namespace shimtrace::cli {

std::vector<AddCommand> all_commands() {
    return {};
}

}  // namespace shimtrace::cli
