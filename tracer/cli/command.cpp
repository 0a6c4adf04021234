#include "tracer/cli/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace shimtrace::cli {

// Each command's file defines its own.
extern const Command why_command, ps_command, stacks_command, audit_command, monitor_command, explain_command, trace_command,
    record_command, replay_command, stat_command, diff_command, export_command, bundle_command, completion_command, help_command,
    version_command;

std::vector<const Command*> all_commands() {
    // clang-format off
    return {
        // in the order of --help, one a line
        &why_command,
        &ps_command,
        &stacks_command,
        &audit_command,
        &monitor_command,
        &trace_command,
        &record_command,
        &replay_command,
        &stat_command,
        &diff_command,
        &export_command,
        &bundle_command,
        &explain_command,
        &completion_command,
        &help_command,
        &version_command,
    };
    // clang-format on
}

const Command* command_named(std::string_view name) {
    const auto all = all_commands();
    const auto found = std::ranges::find(all, name, &Command::name);
    return found == all.end() ? nullptr : *found;
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
