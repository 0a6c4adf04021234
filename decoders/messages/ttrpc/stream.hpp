// A ttrpc connection as it is read and written: bytes in, messages out, replies matched with their calls.
#pragma once

#include "decoders/messages/direction.hpp"
#include "decoders/messages/ttrpc/frame.hpp"
#include "decoders/messages/ttrpc/message.hpp"

#include <shimtrace/types.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::ttrpc {

using wire::Direction;

/// A request that no reply has been seen for.
struct CallInFlight {
    std::uint32_t stream = 0;
    std::string service, method;
    std::string text;  ///< `Task.Kill{id:"c1" signal:9}`
    std::string id, exec_id;
    MonotonicTime since;
    Direction direction{};  ///< read: the observed process is to answer it
};

/// One connection: feed it what each read and write of its descriptor carried, in order. Which side is the client follows from the
/// messages.
class Connection {
public:
    /// `missing`: how many bytes the call carried beyond `bytes` that were not captured. Messages are complete with this call's bytes.
    std::vector<Message> feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time, std::size_t missing = 0);

    /// Oldest first.
    [[nodiscard]] std::vector<CallInFlight> in_flight() const;

private:
    void answer(Message& message, MonotonicTime time);

    std::array<FrameReader, 2> readers_;
    std::map<std::uint32_t, CallInFlight> calls_;
};

}  // namespace shimtrace::ttrpc
