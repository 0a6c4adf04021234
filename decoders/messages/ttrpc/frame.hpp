// ttrpc's frames out of a stream of bytes: split, merged, begun in the middle, cut by a capture's limit, or broken.
#pragma once

#include "decoders/messages/reassembly.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::ttrpc {

enum class FrameType : std::uint8_t { request = 1, response = 2, data = 3 };

/// Flags of streaming calls (ttrpc 1.2, PROTOCOL.md).
constexpr std::uint8_t remote_closed = 1, remote_open = 2, no_data = 4;

constexpr std::size_t header_size = 10;
constexpr std::uint32_t most_payload = 4U << 20U;  ///< messageLengthMax of ttrpc's channel.go

struct Frame {
    FrameType type{};
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::uint32_t length = 0;  ///< of the payload as the header says
    std::string payload;       ///< fewer bytes than `length` where the capture was cut
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

    /// Bytes held back for the rest of their frame.
    [[nodiscard]] std::size_t pending() const { return buffer().size(); }

private:
    void take_frames(std::vector<FrameOrTrouble>& found);
    bool find_start(std::vector<FrameOrTrouble>& found);
    void skip_missing(std::size_t missing, std::vector<FrameOrTrouble>& found);

    bool started_ = false;
};

}  // namespace shimtrace::ttrpc
