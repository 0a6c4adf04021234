// Verdicts as people read many of them: those that hang for one reason together, what could not be told, the healthy.
#pragma once

#include <shimtrace/diagnosis.hpp>

#include <span>
#include <string>
#include <vector>

namespace shimtrace::output {

/// The container, or the process where no container is behind it. Not made printable.
std::string target_words(const Diagnosis& diagnosis);

struct VerdictGroups {
    /// One stopped daemon may hang forty containers: each list has one cause and one that is to blame, in the order of the diagnoses.
    std::vector<std::vector<const Diagnosis*>> stuck;
    std::vector<const Diagnosis*> undecided, healthy;
};

/// They point into `diagnoses`.
VerdictGroups grouped(std::span<const Diagnosis> diagnoses);

}  // namespace shimtrace::output
