// On which connection a goroutine's reply will come, and on which its request came. The goroutine and the one that reads the connection
// hold pointers to the same transport object: what both stacks lead to, and no other connection's reader does, ties them.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <span>

namespace shimtrace::golang {

/// The reader of a connection which, alone of all, leads to objects that a waiting goroutine leads to as well.
struct PossibleTie {
    Fd fd;
    std::size_t matches = 0;  ///< so many of them
    bool awaited = false;     ///< it leads to a channel that the goroutine waits for right now
};
/// Which of them it is; nullptr: that cannot be told. A stack has words that calls before have left there: a goroutine that has called over
/// another connection may lead to more of that one's than of its own. A channel that it waits for is no leftover.
const PossibleTie* tie_of(std::span<const PossibleTie> all);

/// Fills GoWait::reply of those who wait for one, and GoServedCall::connection. find_served_calls and fill_waits come before. `bias` as in
/// RuntimeLocation.
void find_replies(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                  const Memory& memory, std::uint64_t bias);

}  // namespace shimtrace::golang
