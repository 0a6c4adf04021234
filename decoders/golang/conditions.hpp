// sync.Cond: which one a goroutine waits for, and who else does.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>

namespace shimtrace::golang {

/// Fills GoWait::object and others of goroutines in sync.Cond.Wait. The runtime keeps no pointer from a goroutine to its condition:
/// pointers in its frames are tried, and the one whose list of waiters holds the goroutine is it.
void find_conditions(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                     std::span<Goroutine> goroutines, const Memory& memory);

}  // namespace shimtrace::golang
