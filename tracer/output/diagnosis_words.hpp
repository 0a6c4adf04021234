// The contract's words for a verdict's confidence, a finding's severity and a remedy's risk: the same in text and in JSON.
#pragma once

#include <shimtrace/audit.hpp>
#include <shimtrace/diagnosis.hpp>

#include <string_view>

namespace shimtrace::output {

constexpr std::string_view word(Confidence confidence) {
    switch (confidence) {
        case Confidence::certain:
            return "certain";
        case Confidence::likely:
            return "likely";
        case Confidence::possible:
            break;
    }
    return "possible";
}

constexpr std::string_view word(Severity severity) {
    return severity == Severity::error ? "error" : "warning";
}

constexpr std::string_view word(Risk risk) {
    switch (risk) {
        case Risk::safe:
            return "safe";
        case Risk::disruptive:
            return "disruptive";
        case Risk::destroys_data:
            break;
    }
    return "destroys data";
}

}  // namespace shimtrace::output
