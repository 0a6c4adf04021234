// What a program of this host's says for itself.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::host {

/// Runs `command` (a name is looked for in PATH) with no input, and gives back the first 4 KiB that it wrote to its standard output.
/// nullopt: it is not there, failed, wrote nothing, or was not done within `deadline`, when it is killed.
std::optional<std::string> program_output(std::vector<std::string> command, std::chrono::milliseconds deadline);

}  // namespace shimtrace::host
