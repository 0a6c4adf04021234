// A container that moves, but slowly: what kept it from moving of late.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <string>
#include <vector>

namespace shimtrace::diagnosis {

struct Slowness {
    std::vector<std::string> reasons;  ///< "throttled in 17 of 20 periods of its CPU quota"; the weightiest first
    bool second_look_tells = false;    ///< it has used up a quota before: whether it does so now two looks tell
};

/// Of the cgroup that its processes are in, and, for quotas, those around it.
Slowness slowness(const Facts& facts, const Scope& scope);

}  // namespace shimtrace::diagnosis
