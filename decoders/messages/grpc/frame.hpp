// HTTP/2's frames out of a stream of bytes (RFC 9113, section 4): split, merged, begun in the middle, cut by a capture's limit, or broken.
#pragma once

#include "decoders/messages/reassembly.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

constexpr std::size_t header_size = 9;
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

/// What the reader made of some bytes: a frame, or trouble in words.
struct FrameOrTrouble {
    Frame frame;
    std::string trouble;  ///< empty: `frame` is one
};

/// One direction of a connection.
class FrameReader : wire::Reassembly {
public:
    FrameReader() : Reassembly(false) {}

    /// `missing`: bytes that followed on the wire, but were not captured.
    std::vector<FrameOrTrouble> feed(std::span<const std::byte> bytes, std::size_t missing = 0);

    /// The client's preface was seen: this is the connection's beginning.
    [[nodiscard]] bool from_the_start() const { return preface_seen_; }

private:
    void take_frames(std::vector<FrameOrTrouble>& found);
    bool find_start(std::vector<FrameOrTrouble>& found);
    void skip_missing(std::size_t missing, std::vector<FrameOrTrouble>& found);

    bool started_ = false, preface_seen_ = false;
};

}  // namespace shimtrace::grpc
