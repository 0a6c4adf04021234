// Descriptors that goroutines wait on, told by their own stacks: for where the epoll descriptors' interest sets are not to be had.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>

namespace shimtrace::golang {

/// Fills the kind and descriptor of waits for I/O that have none yet: a pointer in the frames of the poller's functions is the pollDesc if
/// its reader or writer is the goroutine.
void find_polls(const RuntimeState& state, const RuntimeLocation& location, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                std::span<Goroutine> goroutines, const Memory& memory);

}  // namespace shimtrace::golang
