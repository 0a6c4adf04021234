#include "tracer/output/json/why_json.hpp"

#include "decoders/text/timestamps.hpp"
#include "tracer/output/diagnosis_words.hpp"
#include "tracer/output/json/json_values.hpp"

#include <fmt/format.h>

#include <cmath>

namespace shimtrace::output {

nlohmann::ordered_json diagnosis_json(const Diagnosis& diagnosis) {
    Json target = {{"pid", pid_json(diagnosis.target.pid)},
                   {"comm", diagnosis.target.comm},
                   {"role", diagnosis.target.role},
                   {"namespace", diagnosis.target.container.ns},
                   {"container", diagnosis.target.container.id},
                   {"pod_namespace", diagnosis.target.pod_namespace},
                   {"pod", diagnosis.target.pod},
                   {"name", diagnosis.target.name}};
    if (diagnosis.target.pid_ns != 0) target["pid_ns"] = diagnosis.target.pid_ns;
    Json culprits = Json::array();
    for (const Culprit& culprit : diagnosis.culprits) {
        Json one = {{"pid", culprit.pid.value},
                    {"comm", culprit.comm},
                    {"role", culprit.role},
                    {"state", std::string(1, letter(culprit.state))},
                    {"why", culprit.why}};
        if (culprit.pid_ns != 0) one["pid_ns"] = culprit.pid_ns;
        if (culprit.container) {
            one["namespace"] = culprit.container.ns;
            one["container"] = culprit.container.id;
        }
        culprits.push_back(std::move(one));
    }
    Json chain = Json::array();
    for (const ChainLink& link : diagnosis.chain)
        chain.push_back({{"from", link.from}, {"waits", link.waits}, {"on", link.on}, {"to", link.to}});
    Json calls = Json::array();
    for (const CallUnderWay& call : diagnosis.calls)
        calls.push_back({{"service", call.service},
                         {"method", call.method},
                         {"pod_namespace", call.pod_namespace},
                         {"pod", call.pod},
                         {"container", call.container},
                         {"name", call.name},
                         {"since_s", call.since_s ? Json(std::round(*call.since_s * 10) / 10) : Json()},
                         {"waits_for", call.waits_for},
                         {"late", call.late},
                         {"pid", call.pid.value},
                         {"goroutine", call.goroutine.value}});
    Json remedies = Json::array();
    for (const Remedy& remedy : diagnosis.remedies)
        remedies.push_back({{"text", remedy.text}, {"command", remedy.command}, {"risk", word(remedy.risk)}, {"name", remedy.name}});
    Json all = {{"target", std::move(target)},
                {"cause", diagnosis.cause},
                {"stuck", diagnosis.decided ? Json(diagnosis.stuck) : Json()},
                {"confidence", word(diagnosis.confidence)},
                {"since_s", diagnosis.since_s ? Json(std::round(*diagnosis.since_s * 10) / 10) : Json()},
                {"summary", diagnosis.summary},
                {"culprits", std::move(culprits)},
                {"chain", std::move(chain)},
                {"evidence", diagnosis.evidence},
                {"remedy", std::move(remedies)},
                {"limits", limits_json(diagnosis.limits)},
                {"stopped_us", diagnosis.stopped_us}};
    if (!diagnosis.calls.empty() || diagnosis.target.role == "containerd") all["calls"] = std::move(calls);
    if (const auto& bug = diagnosis.known_bug)
        all["known_bug"] = {
            {"id", bug->id}, {"what", bug->what}, {"component", bug->component}, {"fixed_in", bug->fixed_in}, {"running", bug->running}};
    return all;
}

nlohmann::ordered_json why_json(const Snapshot& snapshot, std::span<const Diagnosis> diagnoses, std::span<const Limit> limits) {
    Json all = Json::array();
    for (const Diagnosis& diagnosis : diagnoses) {
        all.push_back(diagnosis_json(diagnosis));
        for (const Diagnosis& also : diagnosis.also) all.push_back(diagnosis_json(also));
    }
    return {{"schema", "shimtrace.why/1"},
            {"host",
             {{"boot_id", snapshot.host.boot_id},
              {"kernel", snapshot.host.kernel},
              {"time", text::rfc3339(snapshot.taken, text::Fraction::microseconds)}}},
            {"limits", limits_json(limits)},
            {"diagnoses", std::move(all)}};
}

}  // namespace shimtrace::output
