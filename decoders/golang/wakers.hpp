// Who ends a wait for a channel, a WaitGroup or a condition: a goroutine that has the object in its frames, or that the waiting one has
// started for it. Go records neither: it is inferred, and says by what.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>

namespace shimtrace::golang {

/// Fills GoWait::holders of those waits. `goroutines` have their stacks not yet: `stacks` has them.
void infer_wakers(const RuntimeState& state, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines, const Memory& memory);

}  // namespace shimtrace::golang
