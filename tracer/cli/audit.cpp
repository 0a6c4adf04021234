// shimtrace audit: what containerd, shim, runc and the kernel each believe, and where they contradict each other.
#include "decoders/text/printable.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/cli/shared_options.hpp"
#include "tracer/cli/terminal_width.hpp"
#include "tracer/output/json/audit_json.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/text/audit_text.hpp"
#include "tracer/session/audit_live.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace shimtrace::cli {

namespace {

struct AuditOptions {
    containerd::AuditScope scope;
    std::string fail_on;
};

/// --fail-on's exit code.
int audit_code(const output::AuditReport& report, const std::string& fail_on) {
    if (fail_on.empty()) return exit_done;
    const bool failed = std::ranges::any_of(
        report.findings, [&](const Finding& finding) { return fail_on == "warning" || finding.severity == Severity::error; });
    if (failed) return exit_stuck;
    return report.limits.empty() ? exit_done : exit_unknown;
}

int run(const AuditOptions& options, const Globals& globals) {
    containerd::AuditScope scope = options.scope;
    scope.run_dir = globals.run_dir;
    ProgressLine progress(shows_progress());
    scope.tell_work = progress.teller();
    const auto audited = session::audit_live(scope);
    progress.erase();
    if (!audited) return report(audited.error());
    if (globals.json)
        fmt::print("{}\n", output::json_text(output::audit_json(*audited)));
    else
        fmt::print("{}", output::audit_text(*audited, {.color = shows_color(globals.color, STDOUT_FILENO)}));
    if (std::fflush(stdout) != 0) return exit_failed;
    if (!globals.json)
        for (const std::string& note : audited->notes) fmt::print(stderr, "shimtrace: {}\n", text::printable(note));
    return audit_code(*audited, options.fail_on);
}

void add_audit(CLI::App& command, Globals& globals, int& exit_code) {
    const auto options = std::make_shared<AuditOptions>();
    command.add_option("TARGET", options->scope.targets, "containers and pods, by id or name (none: all)");
    add_namespace_option(command, options->scope.ns);
    command
        .add_option("--fail-on", options->fail_on,
                    "exit with 3 where there is a finding of this severity or worse, with 4 where that could not be told")
        ->check(CLI::IsMember({"warning", "error"}));
    command.add_option("--root", options->scope.copy, "audit a copy: a directory that holds a host's /run and /var/lib")->type_name("DIR");
    command.add_flag("--ask", options->scope.ask, "call State on every shim as well");
    command.add_option("--timeout", options->scope.ask_timeout_s, "seconds to wait for a shim's answer (2)")->check(CLI::PositiveNumber);
    command.callback([options, &globals, &exit_code] { exit_code = run(*options, globals); });
}

}  // namespace

extern const Command audit_command;
const Command audit_command = {
    .name = "audit",
    .group = CommandGroup::look,
    .summary = "where containerd, shim, runc and the kernel contradict each other, with the remedy for each; changes nothing",
    .usages = {"[OPTIONS] [TARGET...]"},
    .examples = {{"shimtrace audit", "every container of this host"},
                 {"shimtrace audit --root /mnt/copy --fail-on error", "a copy of a host; exit code 3 where it finds an error"}},
    .exit_codes =
        "0 done, 1 failed or no such TARGET, 2 wrong usage or more than one match; with --fail-on 3 where there is such a finding, 4 where "
        "that could not be told",
    .add = add_audit,
};

}  // namespace shimtrace::cli
