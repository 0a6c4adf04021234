#include "tracer/session/audit_live.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/checks/places.hpp"
#include "tracer/diagnosis/diagnose.hpp"
#include "tracer/diagnosis/remedies/container_remedies.hpp"
#include "tracer/output/text/why_text.hpp"
#include "tracer/session/checked_remedies.hpp"
#include "tracer/session/redaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace shimtrace::session {

namespace {

/// Empty: all are.
std::expected<std::vector<ContainerRef>, Refusal> asked_about(const Snapshot& snapshot, const containerd::AuditScope& scope) {
    const auto found = find_targets(snapshot, scope.targets, scope.ns);
    if (!found) return std::unexpected(found.error());
    std::vector<ContainerRef> asked;
    for (const containerd::FoundTarget& target : *found) {
        ContainerRef container = target.container;
        if (!container && !target.pids.empty()) {
            const auto process = std::ranges::find(snapshot.processes, target.pids.front(), &Process::pid);
            if (process != snapshot.processes.end()) container = process->role.container;
        }
        if (!container) return std::unexpected(Refusal{{text::printable(target.text) + " is of no container; audit looks at containers"}});
        asked.push_back(std::move(container));
    }
    return asked;
}

/// What was not made or not asked, and so is no word for anything.
std::vector<std::string> notes_of(const output::AuditReport& report, const containerd::AuditScope& scope) {
    std::vector<std::string> notes;
    if (!report.live)
        notes.push_back(fmt::format("a copy in {}: these checks need the live kernel and were not made: {}", scope.copy,
                                    fmt::join(report.skipped, ", ")));
    else if (!scope.ask)
        notes.emplace_back("shims were not asked: --ask calls State on each");
    notes.emplace_back("containerd itself was not asked, as that takes a call of gRPC: its files stand for it");
    for (const Limit& limit : report.limits) notes.push_back("not seen: " + output::limit_text(limit));
    return notes;
}

}  // namespace

std::expected<output::AuditReport, Refusal> audit_live(const containerd::AuditScope& scope, Secrets secrets) {
    auto facts = containerd::gather_audit_facts(scope);
    if (!facts) return std::unexpected(Refusal{facts.error()});
    if (secrets == Secrets::are_taken_out) redact(facts->snapshot);
    const auto asked = asked_about(facts->snapshot, scope);
    if (!asked) return std::unexpected(asked.error());
    const auto is_asked = [&](const ContainerRef& container) {
        return asked->empty() || std::ranges::find(*asked, container) != asked->end();
    };

    output::AuditReport report{
        .host = facts->snapshot.host, .taken = facts->snapshot.taken, .live = facts->live, .by_name = !asked->empty()};
    for (std::size_t n = 0; n < facts->containers.size(); ++n)
        if (const ContainerFiles& files = facts->snapshot.containers[n]; is_asked(files.container))
            report.containers.push_back({files, diagnosis::runtime_command(files), facts->containers[n].answer});
    report.findings = audit::run(*facts);
    std::erase_if(report.findings, [&](const Finding& finding) { return !is_asked(finding.container); });
    if (report.live)
        for (Finding& finding : report.findings) check_named_processes(finding.remedies);
    report.folded = audit::folded_over_containers(report.findings);
    if (report.live)
        report.limits = diagnosis::limits_of(facts->snapshot, {});
    else
        for (const audit::Check& check : audit::all_checks())
            if (check.needs_kernel) report.skipped.push_back(check.code);
    report.notes = notes_of(report, scope);
    return report;
}

}  // namespace shimtrace::session
