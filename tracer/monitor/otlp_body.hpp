// Hangs and metrics as an OpenTelemetry collector takes them: OTLP's JSON mapping (opentelemetry-proto, docs/specification.md, "JSON
// Protobuf Encoding": names in lowerCamelCase, numbers of 64 bits as text, enums as numbers).
#pragma once

#include "tracer/monitor/hang_ledger.hpp"
#include "tracer/monitor/metrics.hpp"

#include <shimtrace/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <span>

namespace shimtrace::monitor {

/// An ExportLogsServiceRequest: a record an event.
nlohmann::ordered_json otlp_logs(std::span<const HangEvent> events, const HostInfo& host);

/// An ExportMetricsServiceRequest. `since`: what the counters began at.
nlohmann::ordered_json otlp_metrics(std::span<const Metric> metrics, const HostInfo& host, RealTime since, RealTime now);

}  // namespace shimtrace::monitor
