// ttrpc's frames out of a stream of bytes: split, merged, begun in the middle, cut by a capture's limit, or broken.
#pragma once

#include "decoders/messages/reassembly.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::ttrpc {

enum class FrameType : std::uint8_t { request = 1, response = 2, data = 3 };

/// Flags of streaming calls (ttrpc 1.2, PROTOCOL.md).
constexpr std::uint8_t remote_closed = 1, remote_open = 2, no_data = 4;

constexpr std::uint32_t most_payload = 4U << 20U;  ///< messageLengthMax of ttrpc's channel.go

/// The first four bytes, of at least so many.
std::uint32_t big_endian(std::string_view bytes);

struct Frame {
    FrameType type{};
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::uint32_t length = 0;  ///< of the payload as the header says
    std::string payload;       ///< fewer bytes than `length` where the capture was cut
    bool cut = false;
};

using FrameOrTrouble = wire::FrameOrTrouble<Frame>;

/// For wire::FrameReader.
struct Framing {
    using Frame = ttrpc::Frame;
    static constexpr std::size_t header_size = 10;
    static constexpr std::string_view preface = {};

    static std::optional<bool> is_start(std::string_view bytes);
    static std::size_t size_of(std::string_view header);
    static std::string too_long(std::string_view header);
    static FrameOrTrouble frame_of(std::string bytes);
};

using FrameReader = wire::FrameReader<Framing>;

}  // namespace shimtrace::ttrpc
