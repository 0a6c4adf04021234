#include "decoders/messages/grpc/frame.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace shimtrace::grpc {

namespace {

struct Header {
    std::uint32_t length;
    std::uint8_t type, flags;
    bool reserved;
    std::uint32_t stream;
};

Header header_of(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(bytes[at])}; };
    const std::uint32_t stream = byte(5) << 24U | byte(6) << 16U | byte(7) << 8U | byte(8);
    return {byte(0) << 16U | byte(1) << 8U | byte(2), static_cast<std::uint8_t>(byte(3)), static_cast<std::uint8_t>(byte(4)),
            (stream >> 31U) != 0, stream & 0x7FFF'FFFFU};
}

/// By type: the flags that are defined, on which streams it may be, and the length where that is fixed.
struct FrameRule {
    std::uint8_t flags;
    bool on_stream, on_connection;
    int length = -1;
    std::uint32_t multiple = 1;
};
constexpr std::array<FrameRule, 10> rules{{
    {end_stream | padded, true, false},
    {end_stream | end_headers | padded | with_priority, true, false},
    {0, true, false, 5},
    {0, true, false, 4},
    {1, false, true, -1, 6},
    {end_headers | padded, true, false},
    {1, false, true, 8},
    {0, false, true},
    {0, true, true, 4},
    {end_headers, true, false},
}};

bool is_header(const Header& header) {
    if (header.type >= rules.size() || header.reserved || header.length > most_payload) return false;
    const FrameRule& rule = rules[header.type];
    if ((header.flags & ~rule.flags) != 0) return false;
    if (header.stream == 0 ? !rule.on_connection : !rule.on_stream) return false;
    if (rule.length >= 0 && header.length != static_cast<std::uint32_t>(rule.length)) return false;
    return header.length % rule.multiple == 0;
}

/// Padding and priority taken off; false: they are longer than the frame.
bool strip(Frame& frame) {
    const bool may_be_padded = frame.type == FrameType::data || frame.type == FrameType::headers || frame.type == FrameType::push_promise;
    if (may_be_padded && (frame.flags & padded) != 0) {
        if (frame.payload.empty()) return frame.cut;
        const std::size_t padding = static_cast<unsigned char>(frame.payload[0]);
        frame.payload.erase(0, 1);
        if (!frame.cut) {
            if (padding > frame.payload.size()) return false;
            frame.payload.resize(frame.payload.size() - padding);
        }
    }
    if (frame.type == FrameType::headers && (frame.flags & with_priority) != 0) {
        if (frame.payload.size() < 5) return frame.cut;
        frame.payload.erase(0, 5);
    }
    return true;
}

}  // namespace

/// In the middle of a stream a header must be a sound one, and be followed by another. nullopt: too few bytes to tell.
std::optional<bool> Framing::is_start(std::string_view bytes) {
    if (preface.starts_with(bytes.substr(0, preface.size()))) return bytes.size() >= preface.size() ? std::optional(true) : std::nullopt;
    if (bytes.size() < header_size) return std::nullopt;
    const Header header = header_of(bytes);
    if (!is_header(header)) return false;
    const std::size_t next = header_size + header.length;
    return bytes.size() < next + header_size || is_header(header_of(bytes.substr(next)));
}

std::size_t Framing::size_of(std::string_view bytes) {
    const Header header = header_of(bytes);
    return is_header(header) ? header_size + header.length : 0;
}

/// `bytes`: header and all; cut where they are fewer than it says.
FrameOrTrouble Framing::frame_of(std::string bytes) {
    const Header header = header_of(bytes);
    bytes.erase(0, header_size);
    const bool cut = bytes.size() < header.length;
    Frame frame{static_cast<FrameType>(header.type), header.flags, header.stream, header.length, std::move(bytes), cut};
    if (!strip(frame)) return {{}, fmt::format("a frame on stream {} with more padding than bytes", header.stream)};
    return {std::move(frame), ""};
}

}  // namespace shimtrace::grpc
