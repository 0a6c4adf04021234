// shimtrace stat and diff: what a recording's calls add up to, and how two recordings differ.
#include "tracer/cli/command.hpp"
#include "tracer/cli/replay_options.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/statistics.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace shimtrace::cli {

namespace {

int run_stat(const Globals& globals, const ReplayOptions& options, const std::vector<std::string>& by, std::size_t longest) {
    auto selection = plan_selection(options);
    if (!selection) return report(selection.error(), exit_usage);
    selection->tells_of_calls = true;
    output::Statistics statistics(longest);
    if (const int code = replay_into(options, std::move(*selection), statistics); code != exit_done) return code;
    if (globals.json) {
        fmt::print("{}\n", output::json_text(output::statistics_json(statistics), 2));
    } else {
        fmt::print("{}", output::statistics_text(statistics, by));
    }
    return exit_done;
}

int run_diff(const Globals& globals, const std::string& file_a, const std::string& file_b) {
    output::Statistics a(0), b(0);
    ReplayOptions options;
    options.file = file_a;
    if (const int code = replay_into(options, {}, a); code != exit_done) return code;
    options.file = file_b;
    if (const int code = replay_into(options, {}, b); code != exit_done) return code;
    if (globals.json) {
        fmt::print("{}\n", output::json_text(output::difference_json(a, b), 2));
    } else {
        fmt::print("{}", output::difference_text(a, b));
    }
    return exit_done;
}

void add_stat(CLI::App& command, Globals& globals, int& exit_code) {
    auto options = std::make_shared<ReplayOptions>();
    auto by = std::make_shared<std::vector<std::string>>(std::vector<std::string>{"call", "target", "thread", "container", "method"});
    auto longest = std::make_shared<std::size_t>(10);
    add_selection_options(command, *options);
    command.add_option("--by", *by, "the tables to print: call, target, thread, container, method")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"call", "target", "thread", "container", "method"}));
    command.add_option("--longest", *longest, "how many of the longest calls to show (10)");
    command.callback([&globals, &exit_code, options, by, longest] { exit_code = run_stat(globals, *options, *by, *longest); });
}

void add_diff(CLI::App& command, Globals& globals, int& exit_code) {
    auto files = std::make_shared<std::pair<std::string, std::string>>();
    command.add_option("A", files->first, "the good run")->required();
    command.add_option("B", files->second, "the bad run")->required();
    command.callback([&globals, &exit_code, files] { exit_code = run_diff(globals, files->first, files->second); });
}

}  // namespace

extern const Command stat_command;
const Command stat_command = {
    .name = "stat",
    .group = CommandGroup::keep,
    .summary = "counts, errors and latencies of a recording's calls",
    .usages = {"FILE [OPTIONS]"},
    .examples = {{"shimtrace stat web-1.rec", "tables by call, target, thread, container and method"},
                 {"shimtrace stat web-1.rec --by container --json", "one of them, for machines"}},
    .exit_codes = "0 done, 1 failed, or no such process or container, 2 wrong usage",
    .add = add_stat,
};

extern const Command diff_command;
const Command diff_command = {
    .name = "diff",
    .group = CommandGroup::keep,
    .summary = "which calls, errors, latencies and targets differ between two recordings",
    .usages = {"A B"},
    .examples = {{"shimtrace diff good.rec bad.rec", "what the bad run did otherwise"},
                 {"shimtrace diff --json good.rec bad.rec", "the same for machines"}},
    .exit_codes = "0 done, whether they differ or not, 1 failed, 2 wrong usage",
    .add = add_diff,
};

}  // namespace shimtrace::cli
