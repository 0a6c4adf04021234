// Bugs of runtimes and shims that are known by their whole signature: what hangs, in which functions, and which version runs.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <shimtrace/diagnosis.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// The bug that explains what `diagnosis` found; nullopt: none of which all of the signature fits, the version included.
std::optional<KnownBug> known_bug(const Context& look, const Diagnosis& diagnosis);

/// Whether this process stands in one: all of a signature, the version included.
bool has_known_bug(const Facts& facts, const Process& process);

/// Who stands in what could be one, the version left aside: then it is worth asking which version that is.
std::vector<Pid> may_have_known_bugs(const Snapshot& snapshot);

/// "1.3.3~ds1" within "1.3.0" and "1.3.5", both included; a version that is not understood is in none.
bool is_in_range(std::string_view version, std::string_view first, std::string_view last);

}  // namespace shimtrace::diagnosis
