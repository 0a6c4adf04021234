// A call under way, as people and programs are told of it.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <shimtrace/diagnosis.hpp>

#include <optional>

namespace shimtrace::diagnosis {

/// nullopt: the node serves no call.
std::optional<CallUnderWay> call_under_way(const Context& look, const NodeKey& node);

}  // namespace shimtrace::diagnosis
