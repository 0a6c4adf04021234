// On which connection a goroutine's reply will come, and on which its request came. The goroutine and the one that reads the connection
// hold pointers to the same transport object: what both stacks lead to, and no other connection's reader does, ties them.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>

namespace shimtrace::golang {

/// Fills GoWait::reply of those who wait for one, and GoServedCall::connection. find_served_calls and fill_waits come before. `bias` as in
/// RuntimeLocation.
void find_replies(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                  const Memory& memory, std::uint64_t bias);

}  // namespace shimtrace::golang
