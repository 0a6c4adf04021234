// Who is to blame, and how sure that is: read off a path by what the causes declare of its end.
#pragma once

#include "tracer/diagnosis/causes/cause.hpp"

#include <vector>

namespace shimtrace::diagnosis {

/// Those who must act for the path to open, most to blame first.
std::vector<Culprit> culprits_of(const Context& look, const Path& path, const Cause& cause);

/// The confidence of a whole path: an end that is a proof is enough; else its weakest edge.
Confidence confidence_of(const Path& path);

}  // namespace shimtrace::diagnosis
