// shimtrace ps: every container, as runc, its shim and the kernel see it, and the runtime's commands at work on it.
#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/interruption.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/cli/terminal_width.hpp"
#include "tracer/cli/verdict_code.hpp"
#include "tracer/output/json/containers_json.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/text/container_table.hpp"
#include "tracer/session/diagnose_live.hpp"
#include "tracer/session/listed_verdicts.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::cli {

namespace {

struct PsOptions {
    bool wide = false, no_trunc = false, exit_code = false;
    std::string sort = "namespace", ns, watch;
    Nanoseconds period{};  ///< between two printings; 0: there is one
};

/// --sort's words; ties keep the order by namespace and id.
using Before = bool (*)(const ListedContainer&, const ListedContainer&);
struct SortKey {
    std::string_view name;
    Before before;
};
constexpr SortKey sort_keys[] = {
    {"namespace", [](const ListedContainer& a, const ListedContainer& b) { return a.container < b.container; }},
    {"id", [](const ListedContainer& a, const ListedContainer& b) { return a.container.id < b.container.id; }},
    {"age", [](const ListedContainer& a, const ListedContainer& b) { return a.age_s.value_or(-1) > b.age_s.value_or(-1); }},
    {"processes", [](const ListedContainer& a, const ListedContainer& b) { return a.processes > b.processes; }},
    {"state", [](const ListedContainer& a, const ListedContainer& b) { return a.state < b.state; }},
    {"waits", [](const ListedContainer& a, const ListedContainer& b) { return a.waits < b.waits; }},
    {"shim", [](const ListedContainer& a, const ListedContainer& b) { return a.shim < b.shim; }},
    {"init", [](const ListedContainer& a, const ListedContainer& b) { return a.init < b.init; }},
};

int print_once(const PsOptions& options, const Globals& globals, session::LiveDiagnosis& diagnosis, ProgressLine& progress) {
    constexpr Nanoseconds resample_interval = std::chrono::milliseconds(200);
    const bool repeated = options.period > Nanoseconds{};
    auto seen = repeated ? diagnosis.next(resample_interval, options.period) : diagnosis.once(resample_interval);
    progress.erase();
    if (!seen && interrupted()) return exit_done;
    if (!seen) return report(seen.error());
    const int verdict = verdict_code(*seen);
    output::ContainerList list = session::list_with_verdicts(std::move(*seen), options.ns);
    const auto key = std::ranges::find(sort_keys, options.sort, &SortKey::name);
    std::ranges::stable_sort(list.rows, key->before);
    std::string text;
    if (globals.json) {
        text = output::json_text(output::containers_json(list)) + "\n";
    } else {
        if (repeated && isatty(STDOUT_FILENO) != 0) text = "\x1b[H\x1b[2J";
        const output::TableStyle style{.wide = options.wide, .whole_ids = options.no_trunc, .width = terminal_width(STDOUT_FILENO)};
        text += list.rows.empty() ? output::no_container_text(list) : output::container_table(list, style);
    }
    fmt::print("{}", text);
    if (std::fflush(stdout) != 0) return exit_failed;
    // What a few processes keep to themselves matters only when looking closely; JSON always has it.
    if (!globals.json && (!list.limits.empty() || options.wide)) {
        for (const std::string& note : list.notes) fmt::print(stderr, "shimtrace: {}\n", text::printable(note));
    }
    return options.exit_code ? verdict : exit_done;
}

int run(const PsOptions& options, const Globals& globals) {
    const bool repeated = options.period > Nanoseconds{};
    ProgressLine progress(shows_progress() && !repeated);
    session::LiveDiagnosis diagnosis(
        {.ns = options.ns, .run_dir = globals.run_dir, .interrupted = interrupted, .tell_work = progress.teller()});
    if (!repeated) return print_once(options, globals, diagnosis, progress);
    listen_for_interruption();
    while (!interrupted()) {
        const int code = print_once(options, globals, diagnosis, progress);
        if (!interrupted() && (code == exit_failed || code == exit_usage)) return code;
        rest_unless_interrupted(options.period);
    }
    return exit_done;
}

void add_ps(CLI::App& command, Globals& globals, int& exit_code) {
    const auto options = std::make_shared<PsOptions>();
    command.add_flag("--wide,-w", options->wide, "cgroup, runc's root, bundle and containerd's socket too");
    command.add_flag("--exit-code", options->exit_code, "exit with 3 when anything is stuck, with 4 when that could not be told");
    add_namespace_option(command, options->ns);
    command.add_flag("--no-trunc", options->no_trunc, "whole ids");
    std::vector<std::string> keys;
    for (const SortKey& key : sort_keys) keys.emplace_back(key.name);
    command.add_option("--sort", options->sort, "by this column")->check(CLI::IsMember(keys));
    command.add_option("--watch", options->watch, "again every so often: 10s, 500ms, 3 (seconds); without one every 2 s")
        ->expected(0, 1)
        ->type_name("2s");
    command.callback([options, &command, &globals, &exit_code] {
        if (command.count("--watch") > 0) {
            const auto period = parse_period("--watch", options->watch.empty() ? "2s" : options->watch);
            if (!period) {
                exit_code = report(period.error(), exit_usage);
                return;
            }
            options->period = *period;
        }
        exit_code = run(*options, globals);
    });
}

}  // namespace

extern const Command ps_command;
const Command ps_command = {
    .name = "ps",
    .group = CommandGroup::look,
    .summary = "every container: its shim, its state as each sees it, and in a word what it waits for",
    .usages = {"[OPTIONS]"},
    .examples = {{"shimtrace ps", "a line a container"},
                 {"shimtrace ps --watch 2 --sort waits", "again every 2 s, those that wait for the same together"}},
    .exit_codes = "0 done, 1 failed, 2 wrong usage; with --exit-code 3 where anything is stuck, 4 where that could not be told",
    .add = add_ps,
};

}  // namespace shimtrace::cli
