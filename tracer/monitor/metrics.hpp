// What the monitor counts and measures, and its text for Prometheus. There is a library for that, prometheus-cpp, but Debian ships no
// archive of it, and it does not write OpenMetrics; the format is a page long, and `promtool check metrics` holds this to it.
#pragma once

#include "tracer/monitor/hang_ledger.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::monitor {

enum class MetricsFormat : std::uint8_t {
    prometheus,   ///< text 0.0.4
    openmetrics,  ///< 1.0
};

struct Durations {
    static constexpr std::array<double, 9> bounds{0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};
    std::array<std::uint64_t, bounds.size() + 1> counts{};
    double sum = 0;
    void add(double seconds);
};

/// Counters by their one label.
using Counted = std::map<std::string, std::uint64_t, std::less<>>;

struct Counters {
    Counted hangs_begun, hangs_ended;  ///< by cause
    std::uint64_t looks_failed = 0;
    Durations cheap_looks, deep_looks;
    Counted keep_failures{{"recording", 0}, {"snapshot", 0}, {"state", 0}};
    Counted exec_failures{{"dropped", 0}, {"start", 0}, {"status", 0}, {"timeout", 0}};
    std::uint64_t otlp_failures = 0;
};

/// All but the counters that tells how things stand.
struct Standing {
    RealTime last_look;
    double every_s = 0;
    std::size_t limits = 0, undecided = 0;
    std::map<std::string, std::size_t> containers;  ///< by state
    std::uint64_t kept_bytes = 0, kept_files = 0;
    std::uint64_t oldest_verdict_looks = 0;
    MonotonicTime now;
};

struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
    std::string suffix = {};  ///< of a histogram: "_bucket", "_sum", "_count"
};

enum class MetricKind : std::uint8_t { gauge, counter, histogram };

/// A family of samples, of one name: counters' without "_total".
struct Metric {
    std::string name;
    MetricKind kind{};
    std::string help;
    std::vector<Sample> samples;
};

/// Of at most 50 hangs, the oldest, the container is told by name; of the others only that they are.
std::vector<Metric> metrics_of(const HangLedger& ledger, const Counters& counters, const Standing& standing);
/// Of this process, and of what its server was asked: as they are now.
std::vector<Metric> own_metrics(const Counted& requests);

std::string metrics_text(const std::vector<Metric>& metrics, MetricsFormat format);

}  // namespace shimtrace::monitor
