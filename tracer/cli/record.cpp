// shimtrace record: a live session into a file.
#include "tracer/cli/command.hpp"
#include "tracer/cli/live_session.hpp"
#include "tracer/cli/session_recorder.hpp"
#include "tracer/cli/trace_options.hpp"

#include <memory>

namespace shimtrace::cli {

namespace {

int run_record(const Globals& globals, TraceOptions trace_options, RecordingOptions options) {
    if (trace_options.output.empty()) return report({.what = "record: where to?", .hint = "-o FILE"}, exit_usage);
    options.path = std::exchange(trace_options.output, {});
    auto plan = plan_trace(trace_options);
    if (!plan) return report(plan.error(), exit_usage);
    if (auto resolved = resolve_targets(globals, trace_options, *plan); !resolved)
        return report(resolved.error().error, resolved.error().exit_code);
    const auto recording = plan_recording(options, globals, trace_options.targets, *plan);
    if (!recording) return report(recording.error(), exit_usage);

    engine::StopRequest stop;
    return end_like_command(record_session(*recording, *plan, {}, stop));
}

}  // namespace

void add_record(CLI::App& app, Globals& globals, int& exit_code) {
    auto trace_options = std::make_shared<TraceOptions>();
    auto options = std::make_shared<RecordingOptions>();
    CLI::App* command = app.add_subcommand("record", "Keeps what trace would show in a file, for replay, why, stat, export and diff");
    command->footer("record -o FILE [OPTIONS] TARGET… | record -o FILE [OPTIONS] -p PID | record -o FILE [OPTIONS] -- COMMAND [ARG…]");
    add_print_options(*command, *trace_options);
    add_target_options(*command, *trace_options);
    add_file_options(*command, *options);
    add_recorder_options(*command, *options);
    command->callback([&globals, &exit_code, trace_options, options] {
        trace_options->command = globals.command;
        exit_code = run_record(globals, *trace_options, *options);
    });
}

}  // namespace shimtrace::cli
