// shimtrace trace: a live session, printed as it happens.
#include "tracer/cli/command.hpp"
#include "tracer/cli/recording_options.hpp"
#include "tracer/cli/run_traced_session.hpp"
#include "tracer/cli/trace_options.hpp"
#include "tracer/cli/trace_output.hpp"
#include "tracer/output/threaded_sink.hpp"
#include "tracer/session/shims_at_work.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

namespace shimtrace::cli {

namespace {

int run_trace(const Globals& globals, const TraceOptions& options, const RecordingOptions& file_options) {
    auto plan = plan_output(options, globals.json);
    if (!plan) return report(plan.error(), exit_usage);
    if (auto found = session::find_session_targets(plan->session, options.targets, globals.run_dir); !found) return report(found.error());

    std::optional<session::RecordingPlan> recording;
    if (!file_options.path.empty()) {
        auto planned = plan_recording(file_options, globals, options.targets, *plan);
        if (!planned) return report(planned.error(), exit_usage);
        recording = std::move(*planned);
    }

    plan->print.interesting = !globals.json && folds_rest(options, *plan);
    plan->session.request.inherited = globals.inherited;
    if (plan->tracer) {
        auto waiting = engine::leave_tracee(plan->session.request, *plan->tracer);
        if (!waiting) return report(waiting.error(), exit_failed);
        plan->session.request.waiting = *waiting;
    }
    engine::StopRequest stop;
    std::atomic<bool> output_failed = false;
    // A command that we start, and nothing else, waits for who reads its trace, as it waits under strace; what runs already has not asked
    // to be traced.
    if (plan->session.request.attaches()) plan->place.tell_lost = tell_lost_lines(globals.json);
    auto writer = open_output(plan->place, [&](bool failed) {
        output_failed = failed;
        // strace says so, and traces on: its command is not let go in the midst.
        if (!options.plain || options.command.empty()) stop.stop();
    });
    if (!writer) return report(writer.error(), exit_failed);
    auto printer = make_printer(globals.json, plan->print, **writer);
    // On one CPU with the traced thread, whatever this thread does is time that the other one waits.
    std::optional<output::ThreadedSink> elsewhere;
    if (plan->session.request.colocate && std::thread::hardware_concurrency() > 1) elsewhere.emplace(*printer);
    std::vector<EventSink*> sinks{elsewhere ? static_cast<EventSink*>(&*elsewhere) : printer.get()};
    // A recording's first snapshot tells this, too.
    if (!recording && (plan->print.messages != 0 || plan->print.messages_alone != 0))
        if (const auto shims = session::snapshot_shims(plan->session)) sinks.front()->snapshot(*shims);
    const SessionExit end = recording ? record_session(*recording, *plan, std::move(sinks), stop) : run_session(*plan, sinks, stop);
    elsewhere.reset();
    printer.reset();
    writer->reset();
    if (output_failed && !options.plain && end.exit_code == exit_done && end.killed_by == 0) return exit_failed;
    return end_like_command(end);
}

void add_trace(CLI::App& command, Globals& globals, int& exit_code) {
    auto options = std::make_shared<TraceOptions>();
    auto file_options = std::make_shared<RecordingOptions>();
    add_print_options(command, *options);
    add_target_options(command, *options);
    add_tracer_options(command, *options);
    command.add_option("--save", file_options->path, "keep the session in FILE as record does")->type_name("FILE");
    add_file_options(command, *file_options);
    command.callback([&globals, &exit_code, options, file_options] {
        options->command = globals.command;
        exit_code = run_trace(globals, *options, *file_options);
    });
}

}  // namespace

extern const Command trace_command;
const Command trace_command = {
    .name = "trace",
    .group = CommandGroup::trace,
    .summary = "system calls as they happen, in strace's syntax, with what stands behind each descriptor",
    .usages = {"[OPTIONS] TARGET...", "[OPTIONS] -p PID", "[OPTIONS] -- COMMAND [ARG...]"},
    .examples = {{"shimtrace trace web-1 -e ttrpc", "what containerd and its shim say to each other"},
                 {"shimtrace trace -f -e trace=%file -- runc list", "the files that a command looks at"}},
    .exit_codes =
        "those of COMMAND (killed by a signal: so is shimtrace); otherwise 0 done, 1 failed or no such TARGET, 2 wrong usage or more than "
        "one match",
    .add = add_trace,
};

}  // namespace shimtrace::cli
