// What each goroutine waits on: from the runtime's queues, the netpoller and the system call, checked against its state.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <vector>

namespace shimtrace::golang {

/// Fills Goroutine::wait. `goroutines` and `stacks` are parallel to `state.goroutines`.
void fill_waits(const RuntimeState& state, std::span<const PolledDescriptor> polled, std::span<const UnwoundStack> stacks,
                std::span<Goroutine> goroutines);

/// Who probably holds each lock that somebody waits for: Go does not record it. Fills GoWait::holders.
void infer_holders(const RuntimeState& state, Unwinder& unwinder, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines);

}  // namespace shimtrace::golang
