#include "tracer/cli/trace_output.hpp"

#include "tracer/output/export/exporters.hpp"
#include "tracer/output/text/resting_fold.hpp"
#include "tracer/output/text/trace_printer.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <utility>

namespace shimtrace::cli {

Result<TracePlan> plan_output(const TraceOptions& options, bool json) {
    auto plan = plan_trace(options);
    if (!plan || !json) return plan;
    if (plan->print.summary != output::Summary::none) return fail("--json with -c", 0, "record, then stat --json FILE");
    if (plan->print.messages_alone != 0) return fail("--json with -e ttrpc, -e grpc, -e nri or -e dbus", 0, "JSON lines tell of calls");
    if (plan->place.separate) return fail("--json with -ff", 0, "each line tells its thread");
    plan->print.messages = 0;
    plan->place.standard = 1;
    plan->session.request.resolve_descriptors = true;
    return plan;
}

bool folds_rest(const TraceOptions& options, const TracePlan& plan) {
    const output::PrintOptions& print = plan.print;
    if (options.no_interesting || print.plain || plan.place.separate || print.summary != output::Summary::none) return false;
    if (options.interesting) return true;
    const bool chosen = !print.calls.all() || print.statuses != output::status_all || print.messages_alone != 0 || !print.paths.empty();
    return !chosen && plan.place.path.empty() && ::isatty(plan.place.standard) == 1;
}

std::function<std::string(std::uint64_t)> tell_lost_lines(bool json) {
    if (json)
        return [](std::uint64_t lines) {
            return fmt::format(R"({{"type":"lost","lines":{}}})"
                               "\n",
                               lines);
        };
    return [](std::uint64_t lines) { return fmt::format("shimtrace: {} lines were lost here: nobody read them in time\n", lines); };
}

std::unique_ptr<EventSink> make_printer(bool json, const output::PrintOptions& options, output::LineWriter& writer) {
    if (json) return output::make_jsonl_exporter(writer, options);
    auto printer = std::make_unique<output::TracePrinter>(options, writer);
    if (options.interesting) return std::make_unique<output::RestingFold>(std::move(printer));
    return printer;
}

}  // namespace shimtrace::cli
