#include "decoders/messages/ttrpc/frame.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace shimtrace::ttrpc {

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t n = 0; n < 4; ++n) number = number << 8U | static_cast<unsigned char>(bytes[n]);
    return number;
}

namespace {

struct Header {
    std::uint32_t length, stream;
    std::uint8_t type, flags;
};

Header header_of(std::string_view bytes) {
    return {big_endian(bytes), big_endian(bytes.substr(4)), static_cast<std::uint8_t>(bytes[8]), static_cast<std::uint8_t>(bytes[9])};
}

/// Only clients open streams, and theirs are odd (server.go).
bool is_header(const Header& header) {
    return header.type >= 1 && header.type <= 3 && (header.flags & ~(remote_closed | remote_open | no_data)) == 0 && header.stream % 2 == 1;
}

}  // namespace

/// In the middle of a stream a header must be followed by what its payload begins with: Request's service (field 1), Response's
/// status or payload (1 or 2), all length-delimited. nullopt: too few bytes to tell.
std::optional<bool> Framing::is_start(std::string_view bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    const Header header = header_of(bytes);
    if (!is_header(header) || header.length > most_payload) return false;
    if (header.type == 3) return header.length > 0 || (header.flags & no_data) != 0;
    if (header.length == 0) return header.type == 2;
    if (bytes.size() == header_size) return std::nullopt;
    const char first = bytes[header_size];
    return first == 0x0a || (header.type == 2 && first == 0x12);
}

std::size_t Framing::size_of(std::string_view bytes) {
    const Header header = header_of(bytes);
    return is_header(header) ? header_size + header.length : 0;
}

std::string Framing::too_long(std::string_view bytes) {
    const Header header = header_of(bytes);
    if (header.length <= most_payload) return {};
    return fmt::format("a frame of {} bytes on stream {}: ttrpc allows {}", header.length, header.stream, most_payload);
}

/// `bytes`: header and all; cut where they are fewer than it says.
FrameOrTrouble Framing::frame_of(std::string bytes) {
    const Header header = header_of(bytes);
    bytes.erase(0, header_size);
    const bool cut = bytes.size() < header.length;
    return {{static_cast<FrameType>(header.type), header.flags, header.stream, header.length, std::move(bytes), cut}, ""};
}

}  // namespace shimtrace::ttrpc
