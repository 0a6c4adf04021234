#include "tracer/output/text/audit_text.hpp"
#include "tracer/output/json/audit_json.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::output;

namespace {

Finding stopped_init(const std::string& id) {
    Finding finding{.code = "states-differ", .severity = Severity::warning, .container = {"moby", id}, .pids = {Pid{7}}};
    finding.summary = "its init sleep[7] is stopped";
    finding.beliefs = {{"runc", "running"}, {"kernel", "stopped"}};
    finding.why = "commands have no effect";
    finding.remedies = {{.text = "let it go on", .command = "kill -CONT 7"}};
    finding.places = {{finding.container, finding.summary, finding.pids}};
    return finding;
}

AuditReport report_of(std::vector<Finding> findings) {
    AuditReport report{.host = {.name = "node", .kernel = "6.18"}, .findings = findings, .folded = std::move(findings)};
    report.containers.push_back({.files = {.container = {"moby", "c1"}}, .runtime_command = "runc --root /run/runc"});
    return report;
}

}  // namespace

TEST_CASE("a finding says who believes what, why it matters and what to do; the last line counts") {
    CHECK(audit_text(report_of({stopped_init("c1")}), {}) ==
          "warning states-differ: moby/c1: its init sleep[7] is stopped\n"
          "    runc:       running\n"
          "    kernel:     stopped\n"
          "  why it matters: commands have no effect\n"
          "  remedy (safe): let it go on\n"
          "      kill -CONT 7\n"
          "\n"
          "1 container audited: 0 errors, 1 warning\n");
    CHECK(audit_text(report_of({}), {}) == "1 container audited: no findings\n");
}

TEST_CASE("a container that was asked about is told how to ask its runtime") {
    AuditReport report = report_of({});
    report.by_name = true;
    CHECK(audit_text(report, {}).starts_with("moby/c1: runc --root /run/runc state c1\n"));
}

TEST_CASE("of many places people read the first ten, a machine all of them") {
    Finding finding = stopped_init("c1");
    finding.places.resize(12, finding.places.front());
    const std::string text = audit_text(report_of({finding}), {});
    CHECK(text.find("12 places") != std::string::npos);
    CHECK(text.find("… and 2 more (--json has them all)") != std::string::npos);
    CHECK(audit_json(report_of({finding}))["findings"][0]["places"].size() == 12);
}

TEST_CASE("what a container's name holds does not act on the terminal") {
    const std::string text = audit_text(report_of({stopped_init("c\x1b[2J")}), {});
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a copy of a host says which checks were not made, for want of its kernel") {
    AuditReport report = report_of({});
    report.live = false;
    report.skipped = {"shim-stopped"};
    const auto json = audit_json(report);
    CHECK(json["live"] == false);
    CHECK(json["skipped"][0]["code"] == "shim-stopped");
    CHECK(json["containers"][0]["runc"] == "runc --root /run/runc");
}
