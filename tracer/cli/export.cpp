// shimtrace export: a recording for other tools and people.
#include "tracer/cli/command.hpp"
#include "tracer/cli/output_file.hpp"
#include "tracer/cli/replay_options.hpp"
#include "tracer/output/export/exporters.hpp"
#include "tracer/session/report_moment.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>

namespace shimtrace::cli {

namespace {

struct Format {
    std::string_view name;
    bool is_text;
    std::unique_ptr<EventSink> (*make)(output::LineWriter&);
};
constexpr Format formats[] = {
    {"jsonl", true, output::make_jsonl_exporter},
    {"perfetto", false, [](output::LineWriter& writer) { return output::make_perfetto_exporter(writer, session::judge_snapshot); }},
    {"html", true, [](output::LineWriter& writer) { return output::make_html_exporter(writer, session::judge_snapshot); }},
};

int run(const ReplayOptions& options, const std::string& to, const std::string& path) {
    auto selection = plan_selection(options);
    if (!selection) return report(selection.error(), exit_usage);
    const auto format = std::ranges::find(formats, to, &Format::name);
    if (format == std::end(formats)) return report({.what = "--to " + to, .hint = "jsonl, perfetto or html"}, exit_usage);
    bool closed = false, failed = false;
    const OutputPlace place{.path = path, .standard = 1, .is_text = format->is_text, .source = options.file};
    auto writer = open_output(place, [&](bool by_failure) {
        closed = true;
        failed = by_failure;
    });
    if (!writer) return report(writer.error(), exit_failed);
    selection->read.stopped = [&closed] { return closed; };
    const auto exporter = format->make(**writer);
    const int exit_code =
        replay_into(options, std::move(*selection), *exporter, path.empty() || path == "-" ? std::optional(STDOUT_FILENO) : std::nullopt);
    (*writer)->flush();
    return failed ? exit_failed : exit_code;
}

void add_export(CLI::App& command, Globals&, int& exit_code) {
    auto options = std::make_shared<ReplayOptions>();
    auto to = std::make_shared<std::string>();
    auto path = std::make_shared<std::string>();
    add_selection_options(command, *options);
    command.add_option("--to", *to, "jsonl, perfetto or html")->required()->check(CLI::IsMember({"jsonl", "perfetto", "html"}));
    command.add_option("-o,--output", *path, "write to FILE (-: standard output, the default)")->type_name("FILE");
    command.callback([&exit_code, options, to, path] { exit_code = run(*options, *to, *path); });
}

}  // namespace

extern const Command export_command;
const Command export_command = {
    .name = "export",
    .group = CommandGroup::keep,
    .summary = "a recording as JSON lines, a Perfetto trace, or a page of HTML: the verdict, its picture, a timeline",
    .usages = {"FILE --to FORMAT [-o OUT] [OPTIONS]"},
    .examples = {{"shimtrace export web-1.rec --to html -o web-1.html", "to read, and to hand over"},
                 {"shimtrace export web-1.rec --to jsonl | jq .call", "for other tools"}},
    .exit_codes = "0 done, 1 failed, 2 wrong usage",
    .add = add_export,
};

}  // namespace shimtrace::cli
