// What a live shim holds of its containers, read from its memory.
#pragma once

#include "tracer/stacks/goroutines.hpp"

#include <shimtrace/snapshot.hpp>

#include <span>
#include <string>
#include <vector>

namespace shimtrace::stacks {

/// One for each of `containers`; an empty state: it could not be told. Empty: the shim is no Go program, or may not be read.
std::vector<ShimTask> read_shim_tasks(Pid shim, BinaryCache& cache, std::span<const std::string> containers);

}  // namespace shimtrace::stacks
