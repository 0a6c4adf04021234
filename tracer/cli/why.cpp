// shimtrace why: what a container waits for, and who is to blame.
#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/cli/asked_about.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/interruption.hpp"
#include "tracer/cli/output_file.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/cli/terminal_width.hpp"
#include "tracer/cli/verdict_code.hpp"
#include "tracer/monitor/hang_json.hpp"
#include "tracer/monitor/watch.hpp"
#include "tracer/output/export/report.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/json/why_json.hpp"
#include "tracer/output/text/why_text.hpp"
#include "tracer/session/checked_remedies.hpp"
#include "tracer/session/diagnose_live.hpp"
#include "tracer/session/report_moment.hpp"
#include "tracer/session/saved_snapshot.hpp"
#include "tracer/session/version.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

namespace shimtrace::cli {

namespace {

struct WhyOptions {
    std::vector<std::string> targets;
    bool all = false, force = false, no_stop = false, stop = false, exit_code = false, dot = false;
    int verbose = 0;
    std::string save, html, at, record_dir, ns;
    std::string interval = "200ms", watch;
};

output::WhyStyle style_of(const Globals& globals, const WhyOptions& options) {
    output::WhyStyle style;
    const int descriptor = options.save == "-" ? STDERR_FILENO : STDOUT_FILENO;
    style.color = shows_color(globals.color, descriptor);
    if (const auto width = terminal_width(descriptor)) style.width = *width;
    style.whole_graph = options.verbose > 0;
    return style;
}

session::DiagnoseOptions diagnose_options(const Globals& globals, const WhyOptions& options) {
    return {.targets = options.targets,
            .ns = options.ns,
            .may_stop = options.stop && !options.no_stop,
            .session = {},
            .run_dir = globals.run_dir};
}

/// Where standard output carries the file (--save -), the words go to standard error.
void print(const Globals& globals, const WhyOptions& options, const session::DiagnosisResult& result) {
    FILE* const out = options.save == "-" ? stderr : stdout;
    if (options.dot) {
        fmt::print(out, "{}", output::graph_dot(diagnosis::build_wait_graph(result.snapshot)));
        return;
    }
    if (globals.json) {
        fmt::print(out, "{}\n", output::json_text(output::why_json(result.snapshot, result.diagnoses, result.limits), 1));
        return;
    }
    const output::WhyStyle style = style_of(globals, options);
    const bool all = options.targets.empty() && result.query.containers.empty() && result.query.pids.empty();
    if (all || result.diagnoses.size() > 4) {
        fmt::print(out, "{}", output::why_all_text(result.diagnoses, result.limits, style));
    } else {
        for (std::size_t i = 0; i < result.diagnoses.size(); ++i)
            fmt::print(out, "{}{}", i > 0 ? "\n" : "", output::why_text(result.diagnoses[i], style));
    }
    if (options.verbose > 0) fmt::print(out, "\nWhole graph:\n{}", output::graph_text(diagnosis::build_wait_graph(result.snapshot)));
    if (options.verbose > 0)
        for (const std::string& gap : result.snapshot.read_errors) fmt::print(out, "not read: {}\n", gap);
}

/// `file`: the snapshot's; empty: this host was looked at.
std::optional<int> write_report(const WhyOptions& options, const output::ReportedMoment& moment, const std::string& file) {
    bool failed = false;
    auto writer =
        open_output({.path = options.html, .of_host = file.empty(), .source = file}, [&](bool by_failure) { failed = by_failure; });
    if (!writer) return report(writer.error(), exit_failed);
    (*writer)->write({}, output::report_of(moment, session::writer_name()));
    (*writer)->flush();
    return failed ? std::optional<int>(exit_failed) : std::nullopt;
}

int once(const Globals& globals, const WhyOptions& options, Nanoseconds interval) {
    if (options.save == "-" && ::isatty(STDOUT_FILENO) == 1)
        return report({"write to a terminal what is no text", 0, "--save FILE, or a pipe"}, exit_usage);
    if (!options.save.empty() && options.save != "-" && !options.force && ::access(options.save.c_str(), F_OK) == 0)
        return report({"create " + options.save, EEXIST, "--force overwrites it"}, exit_failed);
    ProgressLine progress(shows_progress());
    session::DiagnoseOptions looks = diagnose_options(globals, options);
    looks.tell_work = progress.teller();
    // Only what keeps or draws the whole look needs all of the last one.
    if (options.save.empty() && options.html.empty() && !options.dot && options.verbose == 0)
        looks.looks_again = session::LooksAgain::at_doubtful;
    auto seen = session::LiveDiagnosis(std::move(looks)).once(interval);
    progress.erase();
    if (!seen) return report_not_found(seen.error(), options.targets);
    if (!options.save.empty())
        if (const auto saved = session::save_snapshot(options.save, seen->snapshot, options.force); !saved)
            return report(saved.error(), exit_failed);
    session::check_named_processes(seen->diagnoses);
    if (options.html != "-") print(globals, options, *seen);
    if (!options.html.empty())
        if (const auto failed = write_report(options, session::report_live_moment(*seen, globals.run_dir), {})) return *failed;
    return options.exit_code ? verdict_code(*seen) : exit_done;
}

/// False: none of the processes asked about was there to be looked at.
bool anybody_there(const Snapshot& snapshot, const diagnosis::Query& query) {
    return query.pids.empty() || !query.containers.empty() || std::ranges::any_of(query.pids, [&](Pid pid) {
               const auto process = std::ranges::find(snapshot.processes, pid, &Process::pid);
               return process != snapshot.processes.end() && (process->state == ProcessState::zombie || !process->threads.empty());
           });
}

/// `asked`: its TARGETs are those within the file.
int from_file(const Globals& globals, const WhyOptions& asked, const std::string& file) {
    auto snapshot = session::saved_snapshot(file, asked.at);
    if (!snapshot) return report(snapshot.error(), exit_failed);
    // What it was taken for is not asked then: a snapshot is of the whole host.
    auto query = asked.all && asked.ns.empty() ? diagnosis::Query{} : session::query_about(*snapshot, asked.targets, asked.ns);
    if (!query) return report(query.error());
    if (!anybody_there(*snapshot, *query))
        return report({.what = fmt::format("{}: none of the recorded processes lived at {}", file,
                                           text::rfc3339(snapshot->taken, text::Fraction::microseconds)),
                       .hint = "--at TIME chooses an earlier snapshot; `record --snapshot-every 1s` takes more of them"},
                      exit_failed);
    session::DiagnosisResult offline = session::diagnose_snapshot({std::move(*snapshot), std::move(*query)});
    if (session::is_of_this_boot(offline.snapshot.host)) session::check_named_processes(offline.diagnoses);
    if (asked.html != "-") print(globals, asked, offline);
    if (!asked.html.empty())
        if (const auto failed = write_report(asked, session::report_moment(offline), file)) return *failed;
    return asked.exit_code ? verdict_code(offline) : exit_done;
}

/// "2026-11-29T22:51:52.123456Z  ns/c1 hangs no more: stdio-backpressure lasted 42 s".
std::string end_text(const monitor::HangEvent& event) {
    const DiagnosedTarget& target = event.hang.diagnosis.target;
    const std::string name = !target.container.name.empty() ? target.container.name
                             : target.container             ? target.container.ns + "/" + target.container.id
                                                            : fmt::format("{}[{}]", target.comm, target.pid.value);
    return fmt::format("{}  {} {}: {} lasted {}\n", text::rfc3339(event.at, text::Fraction::microseconds), text::printable(name),
                       event.how == monitor::HangEnd::gone ? "is gone" : "hangs no more", event.hang.diagnosis.cause,
                       text::duration_in_words(event.lasted_s));
}

void print_end(const Globals& globals, const monitor::HangEvent& event, const Snapshot& snapshot) {
    if (!globals.json) return fmt::print("{}", end_text(event));
    nlohmann::ordered_json json = output::why_json(snapshot, {}, {});
    json["ended"].push_back(monitor::ended_json(event));
    fmt::print("{}\n", output::json_text(json));
}

/// Says what has begun and ended since the look before, and keeps the snapshot of what has begun; `kept` of them until now. Whether
/// anything has begun.
bool tell(const Globals& globals, const WhyOptions& options, const monitor::Look& look, int& kept) {
    std::vector<Diagnosis> fresh;
    for (const monitor::HangEvent& event : look.events) {
        if (event.step != monitor::HangStep::end)
            fresh.push_back(event.hang.diagnosis);
        else
            print_end(globals, event, look.closely->snapshot);
    }
    if (fresh.empty()) return false;
    if (options.exit_code) set_code_when_interrupted(exit_stuck);
    session::check_named_processes(fresh);
    const Snapshot& snapshot = look.closely->snapshot;
    if (!options.record_dir.empty()) {
        const std::string path = fmt::format("{}/why-{}-{}.shimtrace", options.record_dir, ::getpid(), ++kept);
        if (const auto saved = session::save_snapshot(path, snapshot); !saved) report(saved.error(), exit_failed);
    }
    if (globals.json)
        fmt::print("{}\n", output::json_text(output::why_json(snapshot, fresh, look.closely->limits)));
    else
        fmt::print("{}  {}\n", text::rfc3339(snapshot.taken, text::Fraction::microseconds),
                   output::why_all_text(fresh, {}, style_of(globals, options)));
    return true;
}

/// Looks again and again and reports each hang when it begins, when it becomes another, and when it is over. A target that is not there
/// yet, or no more, is waited for.
int watch(const Globals& globals, const WhyOptions& options, Nanoseconds interval, Nanoseconds period) {
    listen_for_interruption();
    session::DiagnoseOptions looks = diagnose_options(globals, options);
    looks.interrupted = interrupted;
    monitor::Watch watch({.about = std::move(looks), .interval = interval, .share = 1});
    bool ever = false;
    int kept = 0;
    while (!interrupted()) {
        const auto seen = watch.look([&](const monitor::Look& look) { ever = tell(globals, options, look, kept) || ever; });
        if (!seen && seen.error().usage) return report(seen.error());
        if (std::fflush(stdout) != 0) return exit_failed;
        rest_unless_interrupted(period);
    }
    return options.exit_code && ever ? exit_stuck : exit_done;
}

int run(const Globals& globals, const WhyOptions& options) {
    const auto interval = text::parse_duration(options.interval);
    if (!interval) return report({"--interval " + options.interval, 0, "a duration is a number with ms, s or m"}, exit_usage);
    const auto period = options.watch.empty() ? Result<Nanoseconds>{} : parse_period("--watch", options.watch);
    if (!period) return report(period.error(), exit_usage);
    AskedAbout asked = asked_about(options.targets);
    if (options.all && !asked.targets.empty()) return report({"--all and a TARGET", 0, "give one of them"}, exit_usage);
    if (!asked.file.empty()) {
        WhyOptions of_file = options;
        of_file.targets = std::move(asked.targets);
        return from_file(globals, of_file, asked.file);
    }
    if (!options.html.empty() && !options.watch.empty())
        return report({"--html and --watch", 0, "--record DIR keeps what why FILE --html tells of"}, exit_usage);
    if (!options.at.empty()) return report({"--at " + options.at, 0, "it chooses among the snapshots of a FILE"}, exit_usage);
    return options.watch.empty() ? once(globals, options, *interval) : watch(globals, options, *interval, *period);
}

void add_why(CLI::App& command, Globals& globals, int& exit_code) {
    auto options = std::make_shared<WhyOptions>();
    command.add_option("TARGET", options->targets, fmt::format("{}; or a saved FILE; none: --all", target_words));
    command.add_flag("--all", options->all, "every shim of the host, or of a FILE's");
    add_namespace_option(command, options->ns);
    command
        .add_option("--save", options->save,
                    "keep the snapshot in a file, for `why FILE`; -: standard output, and what is said goes to standard error")
        ->type_name("FILE");
    command
        .add_option("--html", options->html,
                    "write a report to hand over as well: one page that needs no network (-: that page alone, to standard output)")
        ->type_name("FILE");
    command.add_flag("--force", options->force, "with --save: overwrite FILE");
    command
        .add_option("--at", options->at,
                    "of a recording's snapshots, the last one before that time (RFC 3339, 23:01:02, or seconds from its start)")
        ->type_name("TIME");
    command.add_option("--watch", options->watch, "look every so often and report each hang when it begins and when it is over")
        ->type_name("10s");
    command.add_option("--record", options->record_dir, "with --watch: keep the snapshot of each new hang there")->type_name("DIR");
    command.add_option("--interval", options->interval, "between the two looks that tell slow from stuck; 0: one look")->type_name("200ms");
    command.add_flag("--stop", options->stop, "hold a Go program still for under a millisecond, for the stacks of running goroutines");
    command.add_flag("--no-stop", options->no_stop, "never stop a thread");
    command.add_flag("--exit-code", options->exit_code, "exit with 3 when anything is stuck, with 4 when that could not be told");
    command.add_flag("-v,--verbose", options->verbose, "the whole graph of waits");
    command.add_flag("--dot", options->dot, "the whole graph in Graphviz's language");
    command.callback([&globals, &exit_code, options] { exit_code = run(globals, *options); });
}

}  // namespace

extern const Command why_command;
const Command why_command = {
    .name = "why",
    .group = CommandGroup::look,
    .summary = "what a container waits for, and who is to blame",
    .usages = {"[OPTIONS] [TARGET...]", "[OPTIONS] FILE [TARGET...]"},
    .examples = {{"shimtrace why", "every container of this host"},
                 {"shimtrace why web-1 --save web-1.shimtrace", "one of them; the evidence is kept for a look elsewhere"}},
    .exit_codes =
        "0 done, 1 failed or no such TARGET, 2 wrong usage or more than one match; with --exit-code 3 where anything is stuck, 4 where "
        "that could not be told",
    .add = add_why,
};

}  // namespace shimtrace::cli
