#include "tracer/output/json/audit_json.hpp"

#include "tracer/output/diagnosis_words.hpp"
#include "tracer/output/json/json_values.hpp"

namespace shimtrace::output {

namespace {

Json as_json(const Place& place) {
    Json json = {{"namespace", place.container.ns},
                 {"container", place.container.id},
                 {"container_name", place.container.name},
                 {"summary", place.summary}};
    json["pids"] = Json::array();
    for (const Pid pid : place.pids) json["pids"].push_back(pid.value);
    return json;
}

Json as_json(const Finding& finding) {
    Json json = {{"code", finding.code},
                 {"severity", word(finding.severity)},
                 {"namespace", finding.container.ns},
                 {"container", finding.container.id},
                 {"container_name", finding.container.name}};
    json["pids"] = Json::array();
    for (const Pid pid : finding.pids) json["pids"].push_back(pid.value);
    json["summary"] = finding.summary;
    json["beliefs"] = Json::array();
    for (const Belief& belief : finding.beliefs) json["beliefs"].push_back({{"who", belief.who}, {"what", belief.what}});
    json["why"] = finding.why;
    json["places"] = Json::array();
    for (const Place& place : finding.places) json["places"].push_back(as_json(place));
    json["remedy"] = Json::array();
    for (const Remedy& remedy : finding.remedies)
        json["remedy"].push_back({{"text", remedy.text}, {"command", remedy.command}, {"risk", word(remedy.risk)}});
    return json;
}

Json as_json(const AuditedContainer& one) {
    Json json = {{"namespace", one.files.container.ns},
                 {"id", one.files.container.id},
                 {"pod_namespace", one.files.pod_namespace},
                 {"pod", one.files.pod},
                 {"name", one.files.name.empty() ? one.files.engine_name : one.files.name},
                 {"bundle", one.files.bundle},
                 {"runc", one.runtime_command}};
    if (const auto& answer = one.answer)
        json["answer"] = {{"answered", answer->answered},
                          {"status", answer->status},
                          {"pid", answer->pid.value},
                          {"error", answer->error},
                          {"took_s", answer->took_s}};
    return json;
}

}  // namespace

nlohmann::ordered_json audit_json(const AuditReport& report) {
    Json json = {{"schema", "shimtrace.audit/1"},
                 {"host", host_json(report.host, report.taken)},
                 {"live", report.live},
                 {"findings", Json::array()},
                 {"containers", Json::array()},
                 {"skipped", Json::array()},
                 {"limits", limits_json(report.limits)},
                 {"notes", report.notes}};
    for (const Finding& finding : report.findings) json["findings"].push_back(as_json(finding));
    for (const AuditedContainer& one : report.containers) json["containers"].push_back(as_json(one));
    for (const std::string_view code : report.skipped) json["skipped"].push_back({{"code", code}, {"why", "needs the live kernel"}});
    return json;
}

}  // namespace shimtrace::output
