// The labels that runtime/pprof gives goroutines.
#pragma once

#include "decoders/golang/binary.hpp"
#include "decoders/golang/go_runtime.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>

namespace shimtrace::golang {

/// Fills Goroutine::labels. Since Go 1.24 they are a list; what they were before, a map of the runtime's, is not read.
/// false: together they are more than is kept, and the rest was left out.
[[nodiscard]] bool find_labels(const RuntimeState& state, const GoBinary& binary, std::span<Goroutine> goroutines, const Memory& memory);

}  // namespace shimtrace::golang
