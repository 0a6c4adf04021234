// NRI's connections between a runtime and a plugin: two of ttrpc, one for what each side asks of the other, over one socket. Each piece
// has a header before it: which connection, and how long (containerd/nri: pkg/net/multiplex).
#pragma once

#include "decoders/messages/ttrpc/stream.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::ttrpc {

/// Which of the connections: calls of both have the same numbers.
using Channel = std::uint32_t;
constexpr Channel plugin_service = 1, runtime_service = 2;

struct Piece {
    Channel channel = 0;
    std::string bytes;
    std::size_t missing = 0;  ///< of its bytes, that were not captured
};

/// For wire::FrameReader.
struct Multiplexing {
    using Frame = Piece;
    static constexpr std::size_t header_size = 8;
    static constexpr std::string_view preface = {};

    static std::optional<bool> is_start(std::string_view bytes);
    static std::size_t size_of(std::string_view header);
    static std::string too_long(std::string_view header);
    static wire::FrameOrTrouble<Piece> frame_of(std::string bytes);
};

struct MultiplexedMessage : Message {
    Channel channel = 0;
};
struct MultiplexedCall : CallInFlight {
    Channel channel = 0;
};

/// One line: `nri → #1/7 Plugin.StateChange(RunPodSandbox){pod:{id:"…" …}}`, `nri ← #1/7 ok 1.2ms`: the connection, then the call.
std::string render(const MultiplexedMessage& message);

/// As Connection, of all that goes over the socket.
class MultiplexedConnection {
public:
    std::vector<MultiplexedMessage> feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time,
                                         std::size_t missing = 0);

    /// Oldest first.
    [[nodiscard]] std::vector<MultiplexedCall> in_flight() const;

private:
    std::array<wire::FrameReader<Multiplexing>, 2> readers_;
    std::map<Channel, Connection> channels_;
};

}  // namespace shimtrace::ttrpc
