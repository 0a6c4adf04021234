#include "tracer/session/report_moment.hpp"

#include "tracer/containerd/audit_facts.hpp"
#include "tracer/containerd/versions.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/session/checked_remedies.hpp"

#include <algorithm>
#include <utility>

namespace shimtrace::session {

namespace {

bool is_asked(const diagnosis::Query& query, const ContainerRef& container) {
    if (query.containers.empty() && query.pids.empty() && query.pods.empty()) return true;
    return std::ranges::find(query.containers, container) != query.containers.end();
}

output::ReportedMoment moment_of(DiagnosisResult result, std::vector<Finding> findings) {
    return {.snapshot = std::move(result.snapshot),
            .diagnoses = std::move(result.diagnoses),
            .limits = std::move(result.limits),
            .findings = std::move(findings)};
}

std::vector<Finding> findings_in(const DiagnosisResult& result) {
    const diagnosis::Facts facts(result.snapshot);
    std::vector<Finding> findings;
    for (const ContainerFiles& files : result.snapshot.containers)
        if (is_asked(result.query, files.container))
            for (audit::CauseFinding& found : audit::findings_of(facts, files)) findings.push_back(std::move(found.finding));
    return findings;
}

}  // namespace

output::ReportedMoment report_moment(DiagnosisResult result) {
    std::vector<Finding> findings = findings_in(result);
    return moment_of(std::move(result), std::move(findings));
}

output::ReportedMoment report_live_moment(DiagnosisResult result, const std::string& run_dir) {
    result.snapshot.host = containerd::with_versions(std::move(result.snapshot.host), containerd::installed_versions());
    const auto facts = containerd::gather_audit_facts({.run_dir = run_dir});
    if (!facts) return report_moment(std::move(result));
    std::vector<Finding> findings = audit::run(*facts);
    std::erase_if(findings, [&](const Finding& finding) { return finding.container && !is_asked(result.query, finding.container); });
    for (Finding& finding : findings) check_named_processes(finding.remedies);
    return moment_of(std::move(result), std::move(findings));
}

output::ReportedMoment judge_snapshot(Snapshot snapshot) {
    auto query = query_about(snapshot, {});
    DiagnosisResult result = diagnose_snapshot({std::move(snapshot), query ? std::move(*query) : diagnosis::Query{}});
    if (is_of_this_boot(result.snapshot.host)) check_named_processes(result.diagnoses);
    return report_moment(std::move(result));
}

}  // namespace shimtrace::session
