// `why --json`: schema shimtrace.why/1.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <span>

namespace shimtrace::output {

/// One document: the host, what could not be seen of it, and a diagnosis for each thing asked about, followed by what else ails it.
nlohmann::ordered_json why_json(const Snapshot& snapshot, std::span<const Diagnosis> diagnoses, std::span<const Limit> limits);

/// One of them.
nlohmann::ordered_json diagnosis_json(const Diagnosis& diagnosis);

}  // namespace shimtrace::output
