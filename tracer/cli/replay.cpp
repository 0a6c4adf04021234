// shimtrace replay: a recording, printed as trace would have printed the session.
#include "tracer/cli/command.hpp"
#include "tracer/cli/replay_options.hpp"
#include "tracer/cli/trace_options.hpp"
#include "tracer/cli/trace_output.hpp"

#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>

namespace shimtrace::cli {

namespace {

/// A printer that comes to be with the session: how trace prints depends on what was traced.
class ReplayPrinter final : public EventSink {
public:
    /// `picky`: of messages shown by themselves, what is asked of their replies.
    ReplayPrinter(TraceOptions options, bool json, bool calls_only, output::PrintOptions picky, std::string source)
        : options_(std::move(options)), json_(json), calls_only_(calls_only), picky_(std::move(picky)), source_(std::move(source)) {}

    void session(const SessionInfo& info) override {
        if (printer_) return printer_->session(info);
        options_.follow = std::max(options_.follow, info.follows ? 1 : 0);
        if (info.started_command) options_.command = {"command"};
        auto plan = plan_output(options_, json_);
        if (!plan) return fail_with(plan.error());
        plan->place.standard = 1;
        plan->print.interesting = !json_ && !calls_only_ && folds_rest(options_, *plan);
        if (calls_only_) {
            plan->print.quiet |= output::quiet_attach | output::quiet_exit;
            plan->print.signals.reset();
            plan->print.messages = plan->print.messages_alone = 0;  // a stream with holes says nothing
        }
        plan->print.slow_messages = picky_.slow_messages;
        plan->print.failed_messages = picky_.failed_messages;
        plan->place.source = source_;
        auto writer = open_output(plan->place, [this](bool failed) {
            stopped_ = true;
            output_failed_ = failed;
        });
        if (!writer) return fail_with(writer.error());
        writer_ = std::move(*writer);
        printer_ = make_printer(json_, plan->print, *writer_);
        printer_->session(info);
    }
    void target(OpenFileId id, const OpenFile& target) override {
        if (printer_) printer_->target(id, target);
    }
    void task(const TaskInfo& task) override {
        if (printer_) printer_->task(task);
    }
    void event(const Event& event) override {
        if (printer_ && !stopped_) printer_->event(event);
    }
    void snapshot(const Snapshot& snapshot) override {
        if (printer_) printer_->snapshot(snapshot);
    }
    void idle() override {
        if (printer_) printer_->idle();
    }
    void end() override {
        if (printer_) printer_->end();
        if (writer_) writer_->flush();
    }

    [[nodiscard]] bool stopped() const { return stopped_; }
    [[nodiscard]] bool output_failed() const { return output_failed_; }
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

private:
    void fail_with(const Error& error) {
        failure_ = error;
        stopped_ = true;
    }

    TraceOptions options_;
    const bool json_, calls_only_;
    const output::PrintOptions picky_;
    const std::string source_;
    std::unique_ptr<output::LineWriter> writer_;
    std::unique_ptr<EventSink> printer_;
    bool stopped_ = false, output_failed_ = false;
    std::optional<Error> failure_;
};

int run(bool json, const TraceOptions& trace_options, const ReplayOptions& options) {
    const auto plan = plan_output(trace_options, json);
    if (!plan) return report(plan.error(), exit_usage);
    auto selection = plan_selection(options);
    if (!selection) return report(selection.error(), exit_usage);
    selection->tells_of_calls = !json;
    // -e ttrpc --slow 100ms: which replies took that long, not which of the calls that carried them.
    output::PrintOptions picky;
    if (plan->print.messages_alone != 0) {
        picky.slow_messages = std::exchange(selection->slow, std::nullopt).value_or(Nanoseconds{});
        picky.failed_messages = std::exchange(selection->errors, false);
    }
    ReplayPrinter printer(trace_options, json, selection->by_call(), std::move(picky), options.file);
    selection->read.stopped = [&printer] { return printer.stopped(); };
    const int exit_code = replay_into(options, std::move(*selection), printer, STDOUT_FILENO);
    if (printer.failure()) return report(*printer.failure(), exit_failed);
    return printer.output_failed() ? exit_failed : exit_code;
}

void add_replay(CLI::App& command, Globals& globals, int& exit_code) {
    auto trace_options = std::make_shared<TraceOptions>();
    auto options = std::make_shared<ReplayOptions>();
    add_selection_options(command, *options);
    command.add_option("--speed", options->speed, "as it went by: 1x, or 10x …")->type_name("FACTOR");
    command.add_flag("--follow", options->follow, "wait for more of a recording that is still being written");
    command.add_flag("-f", trace_options->follow, "nothing: threads are shown as recorded; -ff with -o: a file each");
    add_print_options(command, *trace_options);
    command.callback([&globals, &exit_code, trace_options, options] { exit_code = run(globals.json, *trace_options, *options); });
}

}  // namespace

extern const Command replay_command;
const Command replay_command = {
    .name = "replay",
    .group = CommandGroup::keep,
    .summary = "a recording, as trace would have printed the session",
    .usages = {"FILE [OPTIONS]"},
    .examples = {{"shimtrace replay web-1.rec --slow 100ms", "the calls that took that long"},
                 {"shimtrace replay web-1.rec -e trace=%network -T", "as trace would have shown it"}},
    .exit_codes = "0 done, 1 failed, or no such process or container, 2 wrong usage",
    .add = add_replay,
};

}  // namespace shimtrace::cli
