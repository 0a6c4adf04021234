// Any bytes, in any pieces, with any part not captured: what a decoder of frames is given.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace shimtrace::fuzz {

/// Feeds a connection with them: each piece has two bytes before it that say how the rest is cut and which way it goes. Whatever messages
/// come out can be printed.
template <typename Connection>
void feed_in_pieces(Connection& connection, std::span<const std::uint8_t> rest) {
    while (rest.size() >= 3) {
        const std::size_t take = std::min<std::size_t>(rest[0], rest.size() - 2), missing = rest[1] >> 1U;
        const wire::Direction direction = (rest[1] & 1U) != 0 ? wire::Direction::read : wire::Direction::written;
        for (const auto& message : connection.feed(direction, std::as_bytes(rest.subspan(2, take)), {}, missing))
            if (render(message).find('\x1b') != std::string::npos) __builtin_trap();
        rest = rest.subspan(2 + take);
    }
    static_cast<void>(connection.in_flight());
}

}  // namespace shimtrace::fuzz
