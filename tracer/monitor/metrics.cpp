#include "tracer/monitor/metrics.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/monitor/seconds.hpp"
#include "tracer/session/version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::monitor {

namespace {

constexpr std::size_t most_told = 50;

/// A label's value may hold anything but a line's end, a quote and a backslash, as UTF-8.
std::string label_value(std::string_view foreign) {
    std::string safe;
    for (const char byte : text::printable(foreign)) {
        if (byte == '\\' || byte == '"') safe += '\\';
        safe += byte;
    }
    return safe;
}

std::string number(double value) {
    return fmt::format("{}", value);
}

Metric one(std::string name, MetricKind kind, std::string help, double value) {
    return {.name = std::move(name), .kind = kind, .help = std::move(help), .samples = {{.labels = {}, .value = value}}};
}

Metric counted(std::string name, std::string help, std::string_view label, const Counted& counts) {
    Metric metric{.name = std::move(name), .kind = MetricKind::counter, .help = std::move(help), .samples = {}};
    for (const auto& [value, count] : counts)
        metric.samples.push_back({.labels = {{std::string(label), value}}, .value = static_cast<double>(count)});
    return metric;
}

void add_histogram(Metric& metric, const std::string& depth, const Durations& durations) {
    std::uint64_t sum = 0;
    for (std::size_t n = 0; n < durations.counts.size(); ++n) {
        sum += durations.counts[n];
        const std::string bound = n < Durations::bounds.size() ? number(Durations::bounds[n]) : "+Inf";
        metric.samples.push_back({.labels = {{"depth", depth}, {"le", bound}}, .value = static_cast<double>(sum), .suffix = "_bucket"});
    }
    metric.samples.push_back({.labels = {{"depth", depth}}, .value = durations.sum, .suffix = "_sum"});
    metric.samples.push_back({.labels = {{"depth", depth}}, .value = static_cast<double>(sum), .suffix = "_count"});
}

std::uint64_t total(const Durations& durations) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : durations.counts) sum += count;
    return sum;
}

using Labels = std::vector<std::pair<std::string, std::string>>;

Labels told_labels(const Diagnosis& diagnosis) {
    const DiagnosedTarget& target = diagnosis.target;
    const std::string& ns = target.pod_namespace.empty() ? target.container.ns : target.pod_namespace;
    const std::string& container = !target.name.empty() ? target.name : target.container ? target.container.id : target.comm;
    return {{"cause", diagnosis.cause},
            {"severity", std::string(word(severity_of(diagnosis)))},
            {"namespace", ns},
            {"pod", target.pod},
            {"container", container}};
}

}  // namespace

void Durations::add(double seconds) {
    const auto bound = std::ranges::lower_bound(bounds, seconds);
    ++counts[static_cast<std::size_t>(bound - bounds.begin())];
    sum += seconds;
}

std::vector<Metric> metrics_of(const HangLedger& ledger, const Counters& counters, const Standing& standing) {
    std::vector<const Hang*> hangs;
    for (const auto& [key, hang] : ledger.hangs()) hangs.push_back(&hang);
    std::ranges::sort(hangs, {}, &Hang::began_monotonic);

    std::map<std::pair<std::string, std::string>, std::size_t> by_cause;
    for (const auto& [cause, count] : counters.hangs_begun)
        for (const HangSeverity severity : {HangSeverity::warning, HangSeverity::critical})
            by_cause[{cause, std::string(word(severity))}] = 0;
    std::map<Labels, double> told;
    for (std::size_t n = 0; n < hangs.size(); ++n) {
        const Diagnosis& diagnosis = hangs[n]->diagnosis;
        ++by_cause[{diagnosis.cause, std::string(word(severity_of(diagnosis)))}];
        if (n >= most_told) continue;
        double& longest = told[told_labels(diagnosis)];
        longest = std::max(longest, in_seconds(standing.now - hangs[n]->began_monotonic));
    }
    std::vector<Metric> all;
    Metric& now = all.emplace_back(Metric{"shimtrace_hangs", MetricKind::gauge, "Hangs going on.", {}});
    for (const auto& [labels, count] : by_cause)
        now.samples.push_back({.labels = {{"cause", labels.first}, {"severity", labels.second}}, .value = static_cast<double>(count)});
    Metric& each = all.emplace_back(
        Metric{"shimtrace_hang_duration_seconds", MetricKind::gauge, "How long each of the 50 oldest hangs has lasted.", {}});
    for (const auto& [labels, longest] : told) each.samples.push_back({.labels = labels, .value = longest});

    const auto gauge = [&](const char* name, const char* help, double value) { all.push_back(one(name, MetricKind::gauge, help, value)); };
    gauge("shimtrace_hangs_unlisted", "Hangs beyond the 50 oldest, of which no container is told.",
          static_cast<double>(hangs.size() > most_told ? hangs.size() - most_told : 0));
    gauge("shimtrace_oldest_hang_seconds", "How long the oldest hang has lasted; 0 where nothing hangs.",
          hangs.empty() ? 0 : in_seconds(standing.now - hangs.front()->began_monotonic));
    all.push_back(counted("shimtrace_hangs_begun", "Hangs that began.", "cause", counters.hangs_begun));
    all.push_back(counted("shimtrace_hangs_ended", "Hangs that ended.", "cause", counters.hangs_ended));
    all.push_back(counted("shimtrace_looks", "Looks at the host.", "depth",
                          {{"cheap", total(counters.cheap_looks)}, {"deep", total(counters.deep_looks)}}));
    all.push_back(one("shimtrace_looks_failed", MetricKind::counter, "Looks that failed.", static_cast<double>(counters.looks_failed)));
    Metric& durations = all.emplace_back(Metric{"shimtrace_look_duration_seconds", MetricKind::histogram, "How long looks took.", {}});
    add_histogram(durations, "cheap", counters.cheap_looks);
    add_histogram(durations, "deep", counters.deep_looks);
    gauge("shimtrace_last_look_timestamp_seconds", "When the last good look was made.", in_seconds(standing.last_look.time_since_epoch()));
    gauge("shimtrace_look_interval_seconds", "From one look to the next.", standing.every_s);
    gauge("shimtrace_oldest_verdict_looks", "How many looks ago the shim was looked at closely whose close look is the longest past.",
          static_cast<double>(standing.oldest_verdict_looks));
    gauge("shimtrace_sight_limits", "What could not be seen at the last close look.", static_cast<double>(standing.limits));
    gauge("shimtrace_undecided", "Containers of which the last close look could not tell whether they hang.",
          static_cast<double>(standing.undecided));
    Metric& containers = all.emplace_back(Metric{"shimtrace_containers", MetricKind::gauge, "Containers by state.", {}});
    for (const auto& [state, count] : standing.containers)
        containers.samples.push_back({.labels = {{"state", state}}, .value = static_cast<double>(count)});
    gauge("shimtrace_kept_bytes", "What the kept files take on disk.", static_cast<double>(standing.kept_bytes));
    gauge("shimtrace_kept_files", "Snapshots and recordings that are kept.", static_cast<double>(standing.kept_files));
    all.push_back(counted("shimtrace_keep_failures", "What could not be kept.", "what", counters.keep_failures));
    all.push_back(counted("shimtrace_exec_failures", "Runs of --exec that failed.", "why", counters.exec_failures));
    all.push_back(one("shimtrace_otlp_failures", MetricKind::counter, "What the collector did not take.",
                      static_cast<double>(counters.otlp_failures)));
    all.push_back(
        {.name = "shimtrace_build_info",
         .kind = MetricKind::gauge,
         .help = "Which shimtrace this is.",
         .samples = {{.labels = {{"version", std::string(session::version())}, {"commit", std::string(session::commit())}}, .value = 1}}});
    std::erase_if(all, [](const Metric& metric) { return metric.samples.empty(); });
    return all;
}

std::string metrics_text(const std::vector<Metric>& metrics, MetricsFormat format) {
    const bool open = format == MetricsFormat::openmetrics;
    constexpr std::string_view kinds[] = {"gauge", "counter", "histogram"};
    std::string text;
    for (const Metric& metric : metrics) {
        const bool counter = metric.kind == MetricKind::counter;
        // OpenMetrics names a counter's family without the suffix of its samples, the older format with it.
        const std::string family = metric.name + (counter && !open ? "_total" : "");
        text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family, metric.help, family, kinds[static_cast<std::size_t>(metric.kind)]);
        for (const Sample& sample : metric.samples) {
            text += metric.name + (counter ? "_total" : sample.suffix);
            for (std::size_t n = 0; n < sample.labels.size(); ++n)
                text += fmt::format("{}{}=\"{}\"", n == 0 ? "{" : ",", sample.labels[n].first, label_value(sample.labels[n].second));
            text += fmt::format("{} {}\n", sample.labels.empty() ? "" : "}", number(sample.value));
        }
    }
    if (open) text += "# EOF\n";
    return text;
}

}  // namespace shimtrace::monitor
