#include "tracer/monitor/hang_json.hpp"

#include "decoders/text/timestamps.hpp"
#include "tracer/monitor/seconds.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/json/why_json.hpp"

#include <algorithm>
#include <cmath>

namespace shimtrace::monitor {

namespace {

using Json = nlohmann::ordered_json;

constexpr int state_version = 1;

std::string time_text(RealTime time) {
    return text::rfc3339(time, text::Fraction::microseconds);
}

Json name_or_null(const std::string& name) {
    return name.empty() ? Json() : Json(name);
}

double tenths(double seconds) {
    return std::round(seconds * 10) / 10;
}

Json with_hang(const Hang& hang, MonotonicTime now) {
    Json json = output::diagnosis_json(hang.diagnosis);
    json["hang"] = {{"id", hang.id},
                    {"began", time_text(hang.began)},
                    {"lasted_s", tenths(in_seconds(now - hang.began_monotonic))},
                    {"severity", word(severity_of(hang.diagnosis))},
                    {"snapshot", name_or_null(hang.snapshot)},
                    {"recording", name_or_null(hang.recording)}};
    return json;
}

}  // namespace

Json event_json(const HangEvent& event, const HostInfo& host) {
    Json json = {{"schema", "shimtrace.monitor/1"},
                 {"event", word(event.step)},
                 {"id", event.hang.id},
                 {"time", time_text(event.at)},
                 {"began", time_text(event.hang.began)},
                 {"lasted_s", tenths(event.lasted_s)},
                 {"severity", word(severity_of(event.hang.diagnosis))},
                 {"host", {{"name", host.name}, {"boot_id", host.boot_id}, {"kernel", host.kernel}}}};
    if (event.step == HangStep::change) json["before"] = event.before;
    if (event.step == HangStep::end) json["how"] = word(event.how);
    json["snapshot"] = name_or_null(event.hang.snapshot);
    json["recording"] = name_or_null(event.hang.recording);
    json["diagnosis"] = output::diagnosis_json(event.hang.diagnosis);
    return json;
}

Json ended_json(const HangEvent& event) {
    return {{"id", event.hang.id},          {"began", time_text(event.hang.began)},
            {"ended", time_text(event.at)}, {"lasted_s", tenths(event.lasted_s)},
            {"how", word(event.how)},       {"diagnosis", output::diagnosis_json(event.hang.diagnosis)}};
}

HangAnswers::HangAnswers(const HangLedger& ledger, const HostInfo& host, std::span<const Limit> limits, RealTime now,
                         MonotonicTime now_monotonic) {
    const Json head = {{"schema", "shimtrace.why/1"},
                       {"host", {{"boot_id", host.boot_id}, {"kernel", host.kernel}, {"time", time_text(now)}}},
                       {"limits", output::limits_json(limits)}};
    head_ = output::json_text(head);
    head_.pop_back();
    for (const auto& [key, hang] : ledger.hangs()) hanging_.push_back({hang.id, output::json_text(with_hang(hang, now_monotonic))});
    for (const HangEvent& event : ledger.ended()) ended_.push_back({event.hang.id, output::json_text(ended_json(event))});
}

std::string HangAnswers::with(const std::function<bool(const One&)>& wanted) const {
    const auto list = [&](const std::vector<One>& all) {
        std::string text;
        for (const One& one : all)
            if (wanted(one)) text += (text.empty() ? "\n" : ",\n") + one.text;
        return text;
    };
    return head_ + ",\"diagnoses\":[" + list(hanging_) + "],\"ended\":[" + list(ended_) + "]}\n";
}

std::string HangAnswers::about_all() const {
    return with([](const One&) { return true; });
}

std::string HangAnswers::about(const std::string& id) const {
    const auto is_it = [&](const One& one) { return one.id == id; };
    return std::ranges::any_of(hanging_, is_it) || std::ranges::any_of(ended_, is_it) ? with(is_it) : std::string();
}

std::string state_text(const HangLedger& ledger, const std::string& boot_id) {
    Json hangs = Json::array();
    for (const auto& [key, hang] : ledger.hangs()) {
        const DiagnosedTarget& target = hang.diagnosis.target;
        Json culprits = Json::array();
        for (const Culprit& culprit : hang.diagnosis.culprits)
            culprits.push_back({{"pid", culprit.pid.value}, {"comm", culprit.comm}, {"role", culprit.role}, {"why", culprit.why}});
        hangs.push_back({{"id", hang.id},
                         {"key", hang.key},
                         {"unit", hang.unit.value},
                         {"began_ns", hang.began.time_since_epoch().count()},
                         {"began_monotonic_ns", hang.began_monotonic.time_since_epoch().count()},
                         {"snapshot", hang.snapshot},
                         {"recording", hang.recording},
                         {"cause", hang.diagnosis.cause},
                         {"summary", hang.diagnosis.summary},
                         {"shared_object", hang.diagnosis.shared_object},
                         {"culprits", std::move(culprits)},
                         {"target",
                          {{"pid", target.pid.value},
                           {"comm", target.comm},
                           {"role", target.role},
                           {"namespace", target.container.ns},
                           {"container", target.container.id},
                           {"place", target.place},
                           {"pod_namespace", target.pod_namespace},
                           {"pod", target.pod},
                           {"name", target.name}}}});
    }
    const Json state = {{"version", state_version}, {"boot_id", boot_id}, {"hangs", std::move(hangs)}};
    return output::json_text(state, 1) + "\n";
}

Result<KeptState> parse_state(const std::string& text) {
    // The file may be anything by now: what does not fit is an error, and the monitor begins anew.
    try {
        const Json json = Json::parse(text);
        if (json.at("version") != state_version) return fail("the monitor's state is of another version");
        // What goes into a page's and a header's words is of the form that it was given.
        const auto is_word = [](const std::string& word) {
            return !word.starts_with('.') && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
        };
        KeptState state{.boot_id = json.at("boot_id"), .hangs = {}};
        for (const Json& one : json.at("hangs")) {
            Hang hang{.id = one.at("id"),
                      .key = one.at("key"),
                      .unit = Pid{one.at("unit").get<std::int32_t>()},
                      .began = RealTime(Nanoseconds(one.at("began_ns").get<std::int64_t>())),
                      .began_monotonic = MonotonicTime(Nanoseconds(one.at("began_monotonic_ns").get<std::int64_t>())),
                      .diagnosis = {},
                      .snapshot = one.at("snapshot"),
                      .recording = one.at("recording")};
            if (hang.id.size() != 16 || !is_word(hang.id) || !is_word(hang.snapshot) || !is_word(hang.recording))
                return fail("the monitor's state names a hang in no form of its own");
            Diagnosis& diagnosis = hang.diagnosis;
            diagnosis.stuck = true;
            diagnosis.cause = one.at("cause");
            diagnosis.summary = one.at("summary");
            diagnosis.shared_object = one.at("shared_object");
            for (const Json& culprit : one.at("culprits"))
                diagnosis.culprits.push_back({.pid = Pid{culprit.at("pid").get<std::int32_t>()},
                                              .comm = culprit.at("comm"),
                                              .role = culprit.at("role"),
                                              .why = culprit.at("why")});
            const Json& target = one.at("target");
            diagnosis.target = {.pid = Pid{target.at("pid").get<std::int32_t>()},
                                .comm = target.at("comm"),
                                .role = target.at("role"),
                                .container = {.ns = target.at("namespace"), .id = target.at("container")},
                                .place = target.at("place"),
                                .pod_namespace = target.at("pod_namespace"),
                                .pod = target.at("pod"),
                                .name = target.at("name")};
            state.hangs.push_back(std::move(hang));
        }
        return state;
    } catch (const nlohmann::json::exception& error) {
        return fail(std::string("read the monitor's state: ") + error.what());
    }
}

}  // namespace shimtrace::monitor
