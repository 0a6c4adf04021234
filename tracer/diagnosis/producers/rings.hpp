// Rings of waits over what is the programs' own affair as long as it leads somewhere.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <vector>

namespace shimtrace::diagnosis {

/// A path from `start` into a ring of waits that holds at least one which only a ring makes a hang (Wait::in_ring_alone); empty: there is
/// none. Those of other waits alone are what walk() finds. Who but listen to each other, for data that a signal or a timer may bring forth,
/// make no ring.
Path find_ring(const Context& look, const NodeKey& start);

}  // namespace shimtrace::diagnosis
