// shimtrace audit: what containerd, shim, runc and the kernel each believe, and where they contradict each other.
#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/cli/audit_document.hpp"
#include "tracer/cli/command.hpp"
#include "tracer/cli/progress_line.hpp"
#include "tracer/containerd/audit_facts.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/checks/places.hpp"
#include "tracer/diagnosis/diagnose.hpp"
#include "tracer/diagnosis/remedies/container_remedies.hpp"
#include "tracer/output/json/why_json.hpp"
#include "tracer/output/text/why_text.hpp"
#include "tracer/session/checked_remedies.hpp"
#include "tracer/session/redaction.hpp"
#include "tracer/session/targets.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <expected>
#include <memory>

namespace shimtrace::cli {

namespace {

using text::printable;

struct AuditOptions {
    std::vector<std::string> targets;
    std::string fail_on;
    containerd::AuditScope scope;
    bool redact = false;
};

struct Audited {
    AuditFacts facts;
    std::vector<ContainerRef> asked;  ///< empty: all
    std::vector<Finding> findings;
    std::vector<std::string> notes;
    std::vector<Limit> limits;  ///< what could not be seen: then the absence of findings says nothing
};

constexpr std::string_view severity_names[] = {"warning", "error"};
constexpr std::string_view risk_names[] = {"safe", "disruptive", "destroys data"};

std::string_view name_of(Severity severity) {
    return severity_names[static_cast<std::size_t>(severity)];
}
std::string_view name_of(Risk risk) {
    return risk_names[static_cast<std::size_t>(risk)];
}

bool is_asked(const Audited& audited, const ContainerRef& container) {
    return audited.asked.empty() || std::ranges::find(audited.asked, container) != audited.asked.end();
}

std::vector<std::string> notes_of(const AuditFacts& facts, const AuditOptions& options) {
    std::vector<std::string> notes;
    if (!facts.live) {
        std::string codes;
        for (const audit::Check& check : audit::all_checks()) {
            if (check.needs_kernel) codes += (codes.empty() ? "" : ", ") + std::string(check.code);
        }
        notes.push_back(fmt::format("a copy in {}: these checks need the live kernel and were not made: {}", options.scope.copy, codes));
    } else {
        if (!options.scope.ask) notes.emplace_back("shims were not asked: --ask calls State on each");
    }
    notes.emplace_back("containerd itself was not asked: its socket speaks gRPC, which shimtrace does not; its files stand for it");
    return notes;
}

/// Exit code where the targets can't be told, else exit_done.
int resolve_targets(const AuditOptions& options, Audited& audited) {
    const auto found = session::find_targets(audited.facts.snapshot, options.targets, options.scope.ns);
    if (!found) {
        fmt::print(stderr, "shimtrace: {}\n", printable(found.error().error.message()));
        return found.error().usage ? exit_usage : exit_failed;
    }
    for (const containerd::FoundTarget& target : *found) {
        ContainerRef container = target.container;
        if (!container && !target.pids.empty()) {
            const auto process = std::ranges::find(audited.facts.snapshot.processes, target.pids.front(), &Process::pid);
            if (process != audited.facts.snapshot.processes.end()) container = process->role.container;
        }
        if (!container) {
            fmt::print(stderr, "shimtrace: {} is of no container; audit looks at containers\n", printable(target.text));
            return exit_failed;
        }
        audited.asked.push_back(std::move(container));
    }
    return exit_done;
}

bool use_color(const std::string& wish) {
    if (wish == "always") return true;
    return wish == "auto" && isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
}

std::string spoken(const ContainerRef& container) {
    if (!container) return "this host";
    return printable(text::container_words(container));
}

/// Of many places people read the first few; JSON has them all.
std::size_t most_shown(const Finding& finding) {
    return finding.places.size() > 1 ? 10 : std::string::npos;
}

template <typename Item, typename ToLine>
std::string first_lines(const std::vector<Item>& items, std::size_t most, std::string_view indent, ToLine to_line) {
    std::string text;
    for (std::size_t n = 0; n < items.size() && n < most; ++n) text += fmt::format("{}{}\n", indent, to_line(items[n]));
    if (items.size() > most) text += fmt::format("{}… and {} more (--json has them all)\n", indent, items.size() - most);
    return text;
}

/// What stands in one place is said at the head; several follow it, a line each.
std::string places_as_text(const Finding& finding) {
    if (finding.places.size() < 2) return printable(finding.summary) + "\n";
    return fmt::format("{} places\n", finding.places.size()) +
           first_lines(finding.places, most_shown(finding), "    ", [&](const Place& place) {
               return (place.container == finding.container ? "" : spoken(place.container) + ": ") + printable(place.summary);
           });
}

/// Remedies of one text are said once, with their commands below.
std::string remedies_as_text(const Finding& finding) {
    std::string text;
    std::vector<std::pair<const Remedy*, std::vector<std::string>>> remedies;
    for (const Remedy& remedy : finding.remedies) {
        auto known = std::ranges::find_if(
            remedies, [&](const auto& each) { return each.first->text == remedy.text && each.first->risk == remedy.risk; });
        if (known == remedies.end()) known = remedies.insert(remedies.end(), {&remedy, {}});
        if (!remedy.command.empty()) known->second.push_back(remedy.command);
    }
    for (const auto& [remedy, commands] : remedies) {
        text += fmt::format("  remedy ({}): {}\n", name_of(remedy->risk), printable(remedy->text));
        text += first_lines(commands, most_shown(finding), "      ", [](const std::string& command) { return printable(command); });
    }
    return text;
}

std::string as_text(const Finding& finding, bool color) {
    const std::string_view start = !color ? "" : finding.severity == Severity::error ? "\x1b[1;31m" : "\x1b[1;33m";
    const bool of_many = finding.places.size() > 1 && finding.places.front().container != finding.container;
    std::string text = fmt::format("{}{}{} {}: {}: {}", start, name_of(finding.severity), color ? "\x1b[0m" : "", finding.code,
                                   of_many ? "containers" : spoken(finding.container), places_as_text(finding));
    text += first_lines(finding.beliefs, most_shown(finding), "    ",
                        [](const Belief& belief) { return fmt::format("{:<11} {}", belief.who + ":", printable(belief.what)); });
    return text + fmt::format("  why it matters: {}\n", finding.why) + remedies_as_text(finding);
}

std::string as_text(const Audited& audited, bool color) {
    std::string text;
    std::size_t errors = 0;
    for (const Finding& finding : audit::folded_over_containers(audited.findings)) text += as_text(finding, color) + "\n";
    for (const Finding& finding : audited.findings) {
        if (finding.severity == Severity::error) ++errors;
    }
    std::size_t containers = 0;
    for (const ContainerFiles& files : audited.facts.snapshot.containers) {
        if (!is_asked(audited, files.container)) continue;
        ++containers;
        if (!audited.asked.empty())
            text += fmt::format("{}: {} state {}\n", spoken(files.container), (diagnosis::runtime_command(files)),
                                printable(files.container.id));
    }
    if (audited.findings.empty())
        text += fmt::format("{} container{} audited: no findings\n", containers, containers == 1 ? "" : "s");
    else
        text += fmt::format("{} container{} audited: {} error{}, {} warning{}\n", containers, containers == 1 ? "" : "s", errors,
                            errors == 1 ? "" : "s", audited.findings.size() - errors, audited.findings.size() - errors == 1 ? "" : "s");
    return text;
}

nlohmann::ordered_json as_json(const Place& place) {
    nlohmann::ordered_json json = {{"namespace", place.container.ns},
                                   {"container", place.container.id},
                                   {"container_name", place.container.name},
                                   {"summary", place.summary}};
    json["pids"] = nlohmann::ordered_json::array();
    for (const Pid pid : place.pids) json["pids"].push_back(pid.value);
    return json;
}

nlohmann::ordered_json as_json(const Finding& finding) {
    nlohmann::ordered_json json = {{"code", finding.code},
                                   {"severity", name_of(finding.severity)},
                                   {"namespace", finding.container.ns},
                                   {"container", finding.container.id},
                                   {"container_name", finding.container.name}};
    json["pids"] = nlohmann::ordered_json::array();
    for (const Pid pid : finding.pids) json["pids"].push_back(pid.value);
    json["summary"] = finding.summary;
    json["beliefs"] = nlohmann::ordered_json::array();
    for (const Belief& belief : finding.beliefs) json["beliefs"].push_back({{"who", belief.who}, {"what", belief.what}});
    json["why"] = finding.why;
    json["places"] = nlohmann::ordered_json::array();
    for (const Place& place : finding.places) json["places"].push_back(as_json(place));
    json["remedy"] = nlohmann::ordered_json::array();
    for (const Remedy& remedy : finding.remedies)
        json["remedy"].push_back({{"text", remedy.text}, {"command", remedy.command}, {"risk", name_of(remedy.risk)}});
    return json;
}

std::string as_json(const Audited& audited) {
    const HostInfo& host = audited.facts.snapshot.host;
    nlohmann::ordered_json json = {
        {"schema", "shimtrace.audit/1"},
        {"host",
         {{"name", host.name}, {"boot_id", host.boot_id}, {"kernel", host.kernel}, {"time", text::rfc3339(audited.facts.snapshot.taken)}}},
        {"live", audited.facts.live},
        {"findings", nlohmann::ordered_json::array()},
        {"containers", nlohmann::ordered_json::array()},
        {"skipped", nlohmann::ordered_json::array()},
        {"limits", output::limits_json(audited.limits)},
        {"notes", audited.notes}};
    for (const Finding& finding : audited.findings) json["findings"].push_back(as_json(finding));
    for (std::size_t n = 0; n < audited.facts.containers.size(); ++n) {
        const ContainerFiles& files = audited.facts.snapshot.containers[n];
        if (!is_asked(audited, files.container)) continue;
        nlohmann::ordered_json row = {{"namespace", files.container.ns},
                                      {"id", files.container.id},
                                      {"pod_namespace", files.pod_namespace},
                                      {"pod", files.pod},
                                      {"name", files.name.empty() ? files.engine_name : files.name},
                                      {"bundle", files.bundle},
                                      {"runc", diagnosis::runtime_command(files)}};
        if (const auto& answer = audited.facts.containers[n].answer) {
            row["answer"] = {{"answered", answer->answered},
                             {"status", answer->status},
                             {"pid", answer->pid.value},
                             {"error", answer->error},
                             {"took_s", answer->took_s}};
        }
        json["containers"].push_back(std::move(row));
    }
    for (const audit::Check& check : audit::all_checks()) {
        if (check.needs_kernel && !audited.facts.live) json["skipped"].push_back({{"code", check.code}, {"why", "needs the live kernel"}});
    }
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Error: the exit code, and why has been said.
std::expected<Audited, int> look(const AuditOptions& options, const Globals& globals) {
    containerd::AuditScope scope = options.scope;
    scope.run_dir = globals.run_dir;
    scope.targets = options.targets;
    ProgressLine progress(shows_progress());
    scope.tell_work = progress.teller();
    auto facts = containerd::gather_audit_facts(scope);
    progress.erase();
    if (!facts) {
        fmt::print(stderr, "shimtrace: {}\n", facts.error().message());
        return std::unexpected(exit_failed);
    }
    Audited audited;
    audited.facts = std::move(*facts);
    if (options.redact) session::redact(audited.facts.snapshot);
    if (const int code = resolve_targets(options, audited); code != exit_done) return std::unexpected(code);
    audited.findings = audit::run(audited.facts);
    if (!audited.asked.empty())
        std::erase_if(audited.findings, [&](const Finding& finding) { return !is_asked(audited, finding.container); });
    if (audited.facts.live)
        for (Finding& finding : audited.findings) session::check_named_processes(finding.remedies);
    audited.notes = notes_of(audited.facts, options);
    if (audited.facts.live) audited.limits = diagnosis::limits_of(audited.facts.snapshot, {});
    for (const Limit& limit : audited.limits) audited.notes.push_back("not seen: " + output::limit_text(limit));
    return audited;
}

int run(const AuditOptions& options, const Globals& globals) {
    const auto looked = look(options, globals);
    if (!looked) return looked.error();
    const Audited& audited = *looked;
    if (globals.json)
        fmt::print("{}\n", as_json(audited));
    else
        fmt::print("{}", as_text(audited, use_color(globals.color)));
    if (std::fflush(stdout) != 0) return exit_failed;
    if (!globals.json) {
        for (const std::string& note : audited.notes) fmt::print(stderr, "shimtrace: {}\n", printable(note));
    }
    const bool failed = std::ranges::any_of(audited.findings, [&](const Finding& finding) {
        return options.fail_on == "warning" || (options.fail_on == "error" && finding.severity == Severity::error);
    });
    if (failed) return exit_stuck;
    return !options.fail_on.empty() && !audited.limits.empty() ? exit_unknown : exit_done;
}

void add_audit(CLI::App& command, Globals& globals, int& exit_code) {
    const auto options = std::make_shared<AuditOptions>();
    command.add_option("TARGET", options->targets, "containers and pods, by id or name (none: all)");
    command.add_option("-n,--namespace", options->scope.ns, "only containers of this namespace, containerd's or Kubernetes'")
        ->type_name("NAMESPACE");
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

std::optional<std::string> audit_document(const Globals& globals, const std::vector<std::string>& targets, const std::string& ns,
                                          bool redact) {
    AuditOptions options;
    options.targets = targets;
    options.scope.ns = ns;
    options.redact = redact;
    const auto audited = look(options, globals);
    return audited ? std::optional(as_json(*audited)) : std::nullopt;
}

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
