// shimtrace trace: a live session, printed as it happens.
#include "cli/command.hpp"
#include "cli/session.hpp"
#include "cli/trace_options.hpp"
#include "output/trace_printer.hpp"

#include <memory>

namespace shimtrace::cli {

namespace {

int run(const Globals& globals, const TraceOptions& options) {
    auto plan = plan_trace(options);
    if (!plan) return report(plan.error(), exit_usage);
    if (auto resolved = resolve_targets(globals, options, *plan); !resolved)
        return report(resolved.error().error, resolved.error().exit_code);

    engine::StopRequest stop;
    auto writer = open_output(plan->place, [&stop] { stop.stop(); });
    if (!writer) return report(writer.error(), exit_failed);
    output::TracePrinter printer(plan->print, **writer);
    std::vector<StreamSink*> sinks{&printer};
    return run_session(*plan, sinks, stop);
}

}  // namespace

void add_trace(CLI::App& app, Globals& globals, int& exit_code) {
    auto options = std::make_shared<TraceOptions>();
    CLI::App* command =
        app.add_subcommand("trace", "Prints system calls as they happen, in strace's syntax, with what stands behind each descriptor");
    command->footer("trace [OPTIONS] TARGET… | trace [OPTIONS] -p PID | trace [OPTIONS] -- COMMAND [ARG…]");
    add_print_options(*command, *options);
    add_target_options(*command, *options);
    command->callback([&globals, &exit_code, options] {
        options->command = globals.command;
        exit_code = run(globals, *options);
    });
}

}  // namespace shimtrace::cli
