// shimtrace version: which one this is, and what it can read.
#include "tracer/cli/print_version.hpp"

#include "decoders/golang/layouts.hpp"
#include "tracer/recording/block.hpp"
#include "tracer/session/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace shimtrace::cli {

void print_version(const Globals& globals) {
    const std::string_view commit = session::commit();
    if (!globals.json) {
        fmt::print("shimtrace {}{}{}{}\n", session::version(), commit.empty() ? "" : " (", commit, commit.empty() ? "" : ")");
        return;
    }
    nlohmann::ordered_json commands = nlohmann::ordered_json::array();
    for (const Command* command : all_commands()) commands.push_back(command->name);
    const nlohmann::ordered_json all = {
        {"schema", "shimtrace.version/1"},
        {"version", session::version()},
        {"commit", commit.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(commit)},
        {"architecture", native_arch == Arch::aarch64 ? "aarch64" : "x86_64"},
        {"commands", commands},
        {"recording_formats", {{"writes", recording::format_version}, {"reads", {1, recording::format_version}}}},
        {"go_layouts", {{"oldest", fmt::format("1.{}", golang::oldest_minor)}, {"newest", fmt::format("1.{}", golang::newest_minor)}}},
    };
    fmt::print("{}\n", all.dump(1));
}

extern const Command version_command;
const Command version_command = {
    .name = "version",
    .group = CommandGroup::learn,
    .summary = "which shimtrace this is",
    .usages = {""},
    .examples = {{"shimtrace version", "a line"}, {"shimtrace version --json", "with the formats that it reads, and its commands"}},
    .exit_codes = "0 done",
    .add = [](CLI::App& command, Globals& globals, int&) { command.callback([&globals] { print_version(globals); }); },
};

}  // namespace shimtrace::cli
