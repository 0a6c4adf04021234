// Many findings of one kind are one finding with many places. Pure.
#pragma once

#include <shimtrace/audit.hpp>

#include <cstddef>
#include <vector>

namespace shimtrace::audit {

/// One finding for each code and container, in the order of the first ones; each with its places.
std::vector<Finding> folded(std::vector<Finding> findings);

/// For people: what was found in more than `few` containers is one finding of none of them. Takes what `folded` made.
std::vector<Finding> folded_over_containers(std::vector<Finding> findings, std::size_t few = 3);

}  // namespace shimtrace::audit
