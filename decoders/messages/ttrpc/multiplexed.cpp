#include "decoders/messages/ttrpc/multiplexed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace shimtrace::ttrpc {

namespace {

/// maxPayloadSize of NRI's mux.go: a frame of ttrpc.
constexpr std::uint32_t most_in_a_piece = most_payload + Framing::header_size;

struct PieceHeader {
    Channel channel;
    std::uint32_t length;
};

PieceHeader piece_header_of(std::string_view bytes) {
    return {big_endian(bytes), big_endian(bytes.substr(4))};
}

bool is_piece_header(const PieceHeader& header) {
    return (header.channel == plugin_service || header.channel == runtime_service) && header.length > 0;
}

}  // namespace

/// In the middle of a stream: followed by a frame of ttrpc. What continues one is passed over.
std::optional<bool> Multiplexing::is_start(std::string_view bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    const PieceHeader header = piece_header_of(bytes);
    if (!is_piece_header(header) || header.length > most_in_a_piece) return false;
    return Framing::is_start(bytes.substr(header_size));
}

std::size_t Multiplexing::size_of(std::string_view bytes) {
    const PieceHeader header = piece_header_of(bytes);
    return is_piece_header(header) ? header_size + header.length : 0;
}

std::string Multiplexing::too_long(std::string_view bytes) {
    const PieceHeader header = piece_header_of(bytes);
    if (header.length <= most_in_a_piece) return {};
    return fmt::format("a piece of {} bytes of connection {}: NRI allows {}", header.length, header.channel, most_in_a_piece);
}

wire::FrameOrTrouble<Piece> Multiplexing::frame_of(std::string bytes) {
    const PieceHeader header = piece_header_of(bytes);
    bytes.erase(0, header_size);
    const std::size_t missing = header.length - std::min<std::size_t>(bytes.size(), header.length);
    return {{header.channel, std::move(bytes), missing}, ""};
}

std::string render(const MultiplexedMessage& message) {
    return render_as("nri", fmt::format("{}/{}", message.channel, message.stream), message);
}

std::vector<MultiplexedMessage> MultiplexedConnection::feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time,
                                                            std::size_t missing) {
    std::vector<MultiplexedMessage> messages;
    for (auto& [piece, trouble] : readers_[static_cast<std::size_t>(direction)].feed(bytes, missing)) {
        if (!trouble.empty()) {
            MultiplexedMessage broken;
            broken.trouble = std::move(trouble);
            messages.push_back(std::move(broken));
            continue;
        }
        for (Message& message : channels_[piece.channel].feed(direction, std::as_bytes(std::span(piece.bytes)), time, piece.missing))
            messages.push_back({std::move(message), piece.channel});
    }
    return messages;
}

std::vector<MultiplexedCall> MultiplexedConnection::in_flight() const {
    std::vector<MultiplexedCall> calls;
    for (const auto& [channel, connection] : channels_)
        for (CallInFlight& call : connection.in_flight()) calls.push_back({std::move(call), channel});
    std::ranges::stable_sort(calls, {}, &MultiplexedCall::since);
    return calls;
}

}  // namespace shimtrace::ttrpc
