#include "tracer/monitor/otlp_body.hpp"

#include "tracer/session/version.hpp"

#include <string>

namespace shimtrace::monitor {

namespace {

using Json = nlohmann::ordered_json;

constexpr int cumulative = 2;  // AGGREGATION_TEMPORALITY_CUMULATIVE
constexpr int severity_info = 9, severity_warn = 13, severity_error = 17;

std::string nanoseconds(RealTime time) {
    return std::to_string(time.time_since_epoch().count());
}

Json text_attribute(std::string_view key, std::string_view value) {
    return {{"key", key}, {"value", {{"stringValue", value}}}};
}

Json number_attribute(std::string_view key, double value) {
    return {{"key", key}, {"value", {{"doubleValue", value}}}};
}

Json resource(const HostInfo& host) {
    return {{"attributes",
             {text_attribute("service.name", "shimtrace"), text_attribute("service.version", session::version()),
              text_attribute("host.name", host.name), text_attribute("host.id", host.boot_id), text_attribute("os.type", "linux")}}};
}

Json scope() {
    return {{"name", "shimtrace.monitor"}, {"version", session::version()}};
}

Json log_record(const HangEvent& event) {
    const Diagnosis& diagnosis = event.hang.diagnosis;
    const DiagnosedTarget& target = diagnosis.target;
    const bool critical = severity_of(diagnosis) == HangSeverity::critical;
    const bool over = event.step == HangStep::end;
    Json attributes = {text_attribute("event.name", "shimtrace.hang." + std::string(word(event.step))),
                       text_attribute("shimtrace.hang.id", event.hang.id),
                       text_attribute("shimtrace.hang.cause", diagnosis.cause),
                       text_attribute("shimtrace.hang.severity", word(severity_of(diagnosis))),
                       number_attribute("shimtrace.hang.lasted_s", event.lasted_s),
                       text_attribute("k8s.namespace.name", target.pod_namespace),
                       text_attribute("k8s.pod.name", target.pod),
                       text_attribute("k8s.container.name", target.name),
                       text_attribute("container.id", target.container.id)};
    if (over) attributes.push_back(text_attribute("shimtrace.hang.how", word(event.how)));
    if (event.step == HangStep::change) attributes.push_back(text_attribute("shimtrace.hang.before", event.before));
    std::string culprits;
    for (const Culprit& culprit : diagnosis.culprits)
        culprits += (culprits.empty() ? "" : ", ") + culprit.comm + "[" + std::to_string(culprit.pid.value) + "]";
    attributes.push_back(text_attribute("shimtrace.hang.culprits", culprits));
    return {{"timeUnixNano", nanoseconds(event.at)},
            {"observedTimeUnixNano", nanoseconds(event.at)},
            {"severityNumber", over       ? severity_info
                               : critical ? severity_error
                                          : severity_warn},
            {"severityText", over       ? "INFO"
                             : critical ? "ERROR"
                                        : "WARN"},
            {"body", {{"stringValue", diagnosis.summary}}},
            {"attributes", std::move(attributes)}};
}

Json attributes_of(const Sample& sample) {
    Json attributes = Json::array();
    for (const auto& [key, value] : sample.labels)
        if (key != "le") attributes.push_back(text_attribute(key, value));
    return attributes;
}

/// Its samples lie one after the other: the buckets, whose counts are sums of all below, the sum, the count.
Json histogram_points(const Metric& metric, RealTime since, RealTime now) {
    Json points = Json::array(), counts = Json::array(), bounds = Json::array();
    double before = 0, sum = 0;
    for (const Sample& sample : metric.samples) {
        if (sample.suffix == "_bucket") {
            counts.push_back(std::to_string(static_cast<std::uint64_t>(sample.value - before)));
            before = sample.value;
            if (const std::string& bound = sample.labels.back().second; bound != "+Inf") bounds.push_back(std::stod(bound));
        } else if (sample.suffix == "_sum") {
            sum = sample.value;
        } else {
            points.push_back({{"attributes", attributes_of(sample)},
                              {"startTimeUnixNano", nanoseconds(since)},
                              {"timeUnixNano", nanoseconds(now)},
                              {"count", std::to_string(static_cast<std::uint64_t>(sample.value))},
                              {"sum", sum},
                              {"bucketCounts", std::exchange(counts, Json::array())},
                              {"explicitBounds", std::exchange(bounds, Json::array())}});
            before = 0;
        }
    }
    return points;
}

Json metric_json(const Metric& metric, RealTime since, RealTime now) {
    Json json = {{"name", metric.name}, {"description", metric.help}};
    if (metric.name.ends_with("_seconds")) json["unit"] = "s";
    if (metric.name.ends_with("_bytes")) json["unit"] = "By";
    if (metric.kind == MetricKind::histogram) {
        json["histogram"] = {{"aggregationTemporality", cumulative}, {"dataPoints", histogram_points(metric, since, now)}};
        return json;
    }
    Json points = Json::array();
    for (const Sample& sample : metric.samples)
        points.push_back({{"attributes", attributes_of(sample)},
                          {"startTimeUnixNano", nanoseconds(since)},
                          {"timeUnixNano", nanoseconds(now)},
                          {"asDouble", sample.value}});
    if (metric.kind == MetricKind::counter)
        json["sum"] = {{"aggregationTemporality", cumulative}, {"isMonotonic", true}, {"dataPoints", std::move(points)}};
    else
        json["gauge"] = {{"dataPoints", std::move(points)}};
    return json;
}

}  // namespace

Json otlp_logs(std::span<const HangEvent> events, const HostInfo& host) {
    Json records = Json::array();
    for (const HangEvent& event : events) records.push_back(log_record(event));
    Json scoped = Json::array({Json{{"scope", scope()}, {"logRecords", std::move(records)}}});
    return {{"resourceLogs", Json::array({Json{{"resource", resource(host)}, {"scopeLogs", std::move(scoped)}}})}};
}

Json otlp_metrics(std::span<const Metric> metrics, const HostInfo& host, RealTime since, RealTime now) {
    Json all = Json::array();
    for (const Metric& metric : metrics) all.push_back(metric_json(metric, since, now));
    Json scoped = Json::array({Json{{"scope", scope()}, {"metrics", std::move(all)}}});
    return {{"resourceMetrics", Json::array({Json{{"resource", resource(host)}, {"scopeMetrics", std::move(scoped)}}})}};
}

}  // namespace shimtrace::monitor
