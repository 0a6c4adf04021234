#include "decoders/messages/ttrpc/frame.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace shimtrace::ttrpc {

namespace {

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t n = 0; n < 4; ++n) number = number << 8U | static_cast<unsigned char>(bytes[n]);
    return number;
}

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

/// In the middle of a stream a header must be followed by what its payload begins with: Request's service (field 1), Response's
/// status or payload (1 or 2), all length-delimited. nullopt: too few bytes to tell.
std::optional<bool> is_start(std::string_view bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    const Header header = header_of(bytes);
    if (!is_header(header) || header.length > most_payload) return false;
    if (header.type == 3) return header.length > 0 || (header.flags & no_data) != 0;
    if (header.length == 0) return header.type == 2;
    if (bytes.size() == header_size) return std::nullopt;
    const char first = bytes[header_size];
    return first == 0x0a || (header.type == 2 && first == 0x12);
}

/// The frame whose bytes those are, header and all; cut where they are fewer than it says.
Frame frame_of(std::string bytes) {
    const Header header = header_of(bytes);
    bytes.erase(0, header_size);
    const bool cut = bytes.size() < header.length;
    return {static_cast<FrameType>(header.type), header.flags, header.stream, header.length, std::move(bytes), cut};
}

}  // namespace

std::vector<FrameOrTrouble> FrameReader::feed(std::span<const std::byte> bytes, std::size_t missing) {
    std::vector<FrameOrTrouble> found;
    if (!bytes.empty() && !std::exchange(started_, true)) believe();  // a first look: believed until proved wrong
    add(bytes);
    take_frames(found);
    if (missing > 0) skip_missing(missing, found);
    return found;
}

void FrameReader::take_frames(std::vector<FrameOrTrouble>& found) {
    while (true) {
        if (!synchronized() && !find_start(found)) return;
        if (buffer().size() < header_size) return;
        const Header header = header_of(buffer());
        if (!is_header(header)) {
            disbelieve();
            continue;
        }
        if (header.length > most_payload) {
            found.push_back(
                {{}, fmt::format("a frame of {} bytes on stream {}: ttrpc allows {}", header.length, header.stream, most_payload)});
            take(header_size);
            disbelieve();
            continue;
        }
        if (buffer().size() - header_size < header.length) return;
        found.push_back({frame_of(take(header_size + header.length)), ""});
    }
}

/// False: no start of a frame is to be seen yet.
bool FrameReader::find_start(std::vector<FrameOrTrouble>& found) {
    const auto skipped = synchronize(is_start);
    if (skipped && *skipped > 0) found.push_back({{}, fmt::format("{} bytes of no whole frame", *skipped)});
    return skipped.has_value();
}

void FrameReader::skip_missing(std::size_t missing, std::vector<FrameOrTrouble>& found) {
    const std::size_t whole = buffer().size() < header_size ? 0 : header_size + header_of(buffer()).length;
    if (auto begun = pass_over(missing, whole)) found.push_back({frame_of(std::move(*begun)), ""});
}

}  // namespace shimtrace::ttrpc
