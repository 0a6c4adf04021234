// What --help and `shimtrace help` print.
#pragma once

#include "tracer/cli/command.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace shimtrace::cli {

inline constexpr std::string_view program_name = "shimtrace";

/// The head of the list that a command stands in.
std::string_view group_title(CommandGroup group);

/// Lines wrapped for a terminal, the words of the field; every command's examples and exit codes.
void set_help(CLI::App& program);
void set_help(CLI::App& app, const Command& command);

/// As `shimtrace --help` and `shimtrace COMMAND --help` print it.
std::string help_text(const CLI::App& program);
std::string help_text(const CLI::App& program, const CLI::App& command);

/// " (did you mean 'why'?)", or nothing. Of a command's option: those of the program are meant as well.
std::string suggest_command(const CLI::App& program, const std::string& typed);
std::string suggest_option(const CLI::App& program, const CLI::App* command, const std::string& typed);

}  // namespace shimtrace::cli
