// The container and exec that a request in flight names, read from the request in memory.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

namespace shimtrace::golang {

/// Fills GoroutinePurpose::container.id and exec_id of goroutines whose purpose carries a request.
void find_requests(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                   const Memory& memory);

}  // namespace shimtrace::golang
