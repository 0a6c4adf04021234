// A path in words: its chain, its evidence, and what to do.
#pragma once

#include "tracer/diagnosis/causes/cause.hpp"

#include <string>
#include <vector>

namespace shimtrace::diagnosis {

/// Those of the cause's remedies that apply, in the order of its declaration.
std::vector<Remedy> remedies(const ExplanationInput& input, const Cause& cause);

std::vector<ChainLink> chain_of(const Context& look, const Path& path);
std::vector<std::string> evidence_of(const Path& path);

}  // namespace shimtrace::diagnosis
