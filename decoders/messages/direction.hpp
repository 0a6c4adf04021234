// Which way bytes of a connection go.
#pragma once

#include <cstdint>

namespace shimtrace::wire {

/// Seen from the observed process.
enum class Direction : std::uint8_t { read, written };

inline Direction other(Direction direction) {
    return direction == Direction::read ? Direction::written : Direction::read;
}

}  // namespace shimtrace::wire
