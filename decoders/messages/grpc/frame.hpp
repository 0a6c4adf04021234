// HTTP/2's frames out of a stream of bytes (RFC 9113, section 4): split, merged, begun in the middle, cut by a capture's limit, or broken.
#pragma once

#include "decoders/messages/reassembly.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::grpc {

enum class FrameType : std::uint8_t {
    data,
    headers,
    priority,
    reset_stream,
    settings,
    push_promise,
    ping,
    go_away,
    window_update,
    continuation
};

constexpr std::uint8_t end_stream = 0x1, end_headers = 0x4, padded = 0x8, with_priority = 0x20;

/// A peer that asks for larger frames (SETTINGS_MAX_FRAME_SIZE) is no gRPC that is known: its default, 16 KiB, is grpc-go's as well.
constexpr std::uint32_t most_payload = 1U << 20U;

struct Frame {
    FrameType type{};
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::uint32_t length = 0;  ///< of the payload as the header says
    std::string payload;       ///< without padding and priority; fewer bytes than it had where the capture was cut
    bool cut = false;
};

using FrameOrTrouble = wire::FrameOrTrouble<Frame>;

/// For wire::FrameReader.
struct Framing {
    using Frame = grpc::Frame;
    static constexpr std::size_t header_size = 9;
    static constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113, section 3.4

    static std::optional<bool> is_start(std::string_view bytes);
    static std::size_t size_of(std::string_view header);
    static std::string too_long(std::string_view) { return {}; }
    static FrameOrTrouble frame_of(std::string bytes);
};

using FrameReader = wire::FrameReader<Framing>;

}  // namespace shimtrace::grpc
