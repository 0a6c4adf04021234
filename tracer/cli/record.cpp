// shimtrace record: a live session into a file.
#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/recording_options.hpp"
#include "tracer/cli/run_traced_session.hpp"
#include "tracer/cli/trace_options.hpp"
#include "tracer/cli/trace_plan.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace shimtrace::cli {

namespace {

void say_what_is_recorded(const session::RecordingPlan& plan, const TraceOptions& trace) {
    std::string what;
    for (const auto* words : {&trace.targets, &trace.pids, &trace.command})
        for (const std::string& word : *words) what += (what.empty() ? "" : " ") + text::printable(word);
    std::string ends = plan.duration
                           ? fmt::format("ends after {}", text::duration_in_words(std::chrono::duration<double>(*plan.duration).count()))
                       : trace.command.empty() ? "Ctrl-C ends it"
                                               : "its end ends it";
    if (plan.writer.ring_bytes != 0) ends += ", SIGUSR1 writes out what is kept";
    fmt::print(stderr, "shimtrace: recording {} into {}: {}\n", what, text::printable(plan.path), ends);
}

int run_record(const Globals& globals, TraceOptions trace_options, RecordingOptions options) {
    if (trace_options.output.empty()) return report({.what = "record: where to?", .hint = "-o FILE"}, exit_usage);
    options.path = std::exchange(trace_options.output, {});
    auto plan = plan_trace(trace_options);
    if (!plan) return report(plan.error(), exit_usage);
    if (auto found = session::find_session_targets(plan->session, trace_options.targets, globals.run_dir); !found)
        return report(found.error());
    auto recording = plan_recording(options, globals, trace_options.targets, *plan);
    if (!recording) return report(recording.error(), exit_usage);
    recording->tells = true;
    if (::isatty(STDERR_FILENO) != 0 && options.path != "-") {
        recording->progress = print_progress;
        recording->begins = [&] { say_what_is_recorded(*recording, trace_options); };
    }

    plan->session.request.inherited = globals.inherited;
    engine::StopRequest stop;
    return end_like_command(record_session(*recording, *plan, {}, stop));
}

void add_record(CLI::App& command, Globals& globals, int& exit_code) {
    auto trace_options = std::make_shared<TraceOptions>();
    auto options = std::make_shared<RecordingOptions>();
    add_print_options(command, *trace_options);
    add_target_options(command, *trace_options);
    add_file_options(command, *options);
    add_recorder_options(command, *options);
    command.callback([&globals, &exit_code, trace_options, options] {
        trace_options->command = globals.command;
        exit_code = run_record(globals, *trace_options, *options);
    });
}

}  // namespace

extern const Command record_command;
const Command record_command = {
    .name = "record",
    .group = CommandGroup::trace,
    .summary = "what trace would show in a file, for replay, why, stat, export and diff",
    .usages = {"-o FILE [OPTIONS] TARGET...", "-o FILE [OPTIONS] -p PID", "-o FILE [OPTIONS] -- COMMAND [ARG...]"},
    .examples = {{"shimtrace record -o web-1.rec --duration 30s web-1", "half a minute of one container"},
                 {"shimtrace record -o r --ring 64M containerd", "the last 64 MB, written at the end and on SIGUSR1"}},
    .exit_codes =
        "those of COMMAND (killed by a signal: so is shimtrace); otherwise 0 done, 1 failed or no such TARGET, 2 wrong usage or more than "
        "one match",
    .add = add_record,
};

}  // namespace shimtrace::cli
