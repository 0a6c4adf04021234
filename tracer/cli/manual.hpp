// A command's man page, made from what --help says.
#pragma once

#include "tracer/cli/command.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace shimtrace::cli {

/// shimtrace-COMMAND(1), in the language of man(7).
std::string man_page(const CLI::App& program, const CLI::App& command, const Command& told);

}  // namespace shimtrace::cli
