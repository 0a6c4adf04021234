// From a start along the edges to where they end. Every end that is a root of a hang gives a path.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <vector>

namespace shimtrace::diagnosis {

/// Every path from `start` to a root, strongest edges first. Empty: it waits for nothing that cannot come.
/// Bounded in depth and number, so that no made-up snapshot can keep it busy.
std::vector<Path> walk(const Context& look, const NodeKey& start);

/// The edges and nodes of some paths as a graph to show; `whole`: the paths' starts with every edge out of them, the normal
/// ones too.
WaitGraph graph_of(const Facts& facts, const std::vector<Path>& paths);

/// Every node that can be reached from `starts`, the normal edges included.
WaitGraph whole_graph(const Context& look, const std::vector<NodeKey>& starts);

}  // namespace shimtrace::diagnosis
