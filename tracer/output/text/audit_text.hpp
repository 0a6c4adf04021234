// `audit` for people: who believes what, why it matters, what to do; then how many containers there were.
#pragma once

#include "tracer/output/audit_report.hpp"

#include <string>

namespace shimtrace::output {

struct AuditStyle {
    bool color = false;
};

std::string audit_text(const AuditReport& report, const AuditStyle& style);

}  // namespace shimtrace::output
