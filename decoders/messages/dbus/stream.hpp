// A D-Bus connection as it is read and written: bytes in, messages out, replies matched with their calls.
#pragma once

#include "decoders/messages/dbus/frame.hpp"
#include "decoders/messages/dbus/message.hpp"
#include "decoders/messages/direction.hpp"

#include <shimtrace/types.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace shimtrace::dbus {

using wire::Direction;

/// A call that no reply has been seen for; or the handshake (serial 0), as long as the other side says nothing to it.
struct CallInFlight {
    std::uint32_t serial = 0;
    std::string interface, member;
    std::string text;  ///< as call_text() writes it
    std::string unit;
    MonotonicTime since;
    Direction direction{};  ///< read: the observed process is to answer it
};

/// One connection: feed it what each read and write of its descriptor carried, in order. The lines of the handshake are passed over.
class Connection {
public:
    /// `missing`: how many bytes the call carried beyond `bytes` that were not captured.
    std::vector<Message> feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time, std::size_t missing = 0);

    /// Oldest first.
    [[nodiscard]] std::vector<CallInFlight> in_flight() const;

private:
    Message take(Direction direction, const Piece& piece, MonotonicTime time);
    void shake_hands(Direction direction, const std::string& line, MonotonicTime time);

    std::array<FrameReader, 2> readers_;
    std::map<std::pair<Direction, std::uint32_t>, CallInFlight> calls_;
    std::optional<CallInFlight> handshake_;
};

}  // namespace shimtrace::dbus
