// `audit --json`: schema shimtrace.audit/1.
#pragma once

#include "tracer/output/audit_report.hpp"

#include <nlohmann/json.hpp>

namespace shimtrace::output {

nlohmann::ordered_json audit_json(const AuditReport& report);

}  // namespace shimtrace::output
