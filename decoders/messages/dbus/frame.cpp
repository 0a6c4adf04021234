#include "decoders/messages/dbus/frame.hpp"

#include "decoders/messages/dbus/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace shimtrace::dbus {

namespace {

/// What lines of the authentication begin with, from either side.
constexpr std::string_view commands[] = {"AUTH", "BEGIN",    "CANCEL",       "DATA", "ERROR", "NEGOTIATE_UNIX_FD",
                                         "OK",   "REJECTED", "AGREE_UNIX_FD"};
constexpr std::size_t most_line = 16384;

bool begins_message(std::string_view bytes) {
    return bytes[0] == 'l' || bytes[0] == 'B';
}

/// nullopt: too few bytes to tell.
std::optional<bool> begins_line(std::string_view bytes) {
    if (bytes.starts_with('\0')) bytes.remove_prefix(1);  // the client's first byte
    if (bytes.empty()) return std::nullopt;
    bool maybe = false;
    for (const std::string_view command : commands) {
        if (bytes.size() < command.size()) {
            maybe = maybe || command.starts_with(bytes);
        } else if (bytes.starts_with(command)) {
            if (bytes.size() == command.size()) {
                maybe = true;
            } else if (const char next = bytes[command.size()]; next == ' ' || next == '\r') {
                return true;
            }
        }
    }
    return maybe ? std::nullopt : std::optional(false);
}

/// In the middle of a stream a header is believed only with what must follow it: an array of fields, the first of which has a known code
/// and the signature that goes with it ("Header Fields"). nullopt: too few bytes to tell.
std::optional<bool> is_start(std::string_view bytes) {
    constexpr std::array<char, 10> signatures = {0, 'o', 's', 's', 's', 'u', 's', 's', 'g', 'u'};
    if (!begins_message(bytes)) return false;
    if (bytes.size() < fixed_header_size + 4)
        return bytes.size() >= fixed_header_size && message_size(bytes) == 0 ? std::optional(false) : std::nullopt;
    if (message_size(bytes) == 0) return false;
    const auto code = static_cast<unsigned char>(bytes[16]);
    return code > 0 && code < signatures.size() && bytes[17] == 1 && bytes[18] == signatures[code] && bytes[19] == 0;
}

std::optional<bool> is_start_or_line(std::string_view bytes) {
    const auto start = is_start(bytes);
    return start == false && bytes[0] != '\0' && begins_line(bytes) == true ? std::optional(true) : start;
}

}  // namespace

std::size_t message_size(std::string_view header) {
    constexpr std::uint8_t known_flags = 0x7;  // NO_REPLY_EXPECTED, NO_AUTO_START, ALLOW_INTERACTIVE_AUTHORIZATION
    if (header.size() < fixed_header_size || !begins_message(header)) return 0;
    const auto type = static_cast<std::uint8_t>(header[1]), flags = static_cast<std::uint8_t>(header[2]);
    if (type < 1 || type > 4 || (flags & ~known_flags) != 0 || header[3] != 1) return 0;
    const bool big = header[0] == 'B';
    const std::size_t body = number_at<std::uint32_t>(header, 4, big), serial = number_at<std::uint32_t>(header, 8, big),
                      fields = number_at<std::uint32_t>(header, 12, big);
    if (serial == 0 || fields > most_header_fields) return 0;
    const std::size_t size = ((fixed_header_size + fields + 7) & ~std::size_t{7}) + body;
    return size > most_message ? 0 : size;
}

std::vector<Piece> FrameReader::feed(std::span<const std::byte> bytes, std::size_t missing) {
    std::vector<Piece> found;
    add(bytes);
    take_pieces(found);
    if (missing > 0) skip_missing(missing, found);
    return found;
}

void FrameReader::take_pieces(std::vector<Piece>& found) {
    while (!buffer().empty()) {
        if (!synchronized() && !find_start(found)) return;
        if (buffer().empty()) return;
        const auto line = begins_line(buffer());
        if (line == true) {
            if (!take_handshake(found)) return;
        } else if (line == false || message_size(buffer()) != 0) {
            if (buffer().size() < fixed_header_size && begins_message(buffer())) return;
            if (message_size(buffer()) == 0)
                disbelieve();
            else if (!take_message(found))
                return;
        } else {
            return;
        }
    }
}

/// False: the line's end is still to come.
bool FrameReader::take_handshake(std::vector<Piece>& found) {
    const std::size_t end = buffer().find("\r\n");
    if (end == std::string::npos) {
        if (buffer().size() <= most_line) return false;
        disbelieve();
        skip(1);
        return true;
    }
    const std::size_t start = buffer()[0] == '\0' ? 1 : 0;
    Piece line;
    line.kind = Piece::Kind::handshake;
    line.bytes = take(end + 2).substr(start, std::min(end - start, most_line));
    found.push_back(std::move(line));
    return true;
}

/// False: its end is still to come.
bool FrameReader::take_message(std::vector<Piece>& found) {
    const std::size_t size = message_size(buffer());
    if (buffer().size() < std::min(size, most_kept)) return false;
    Piece message;
    message.size = size;
    message.cut = size > most_kept;
    message.bytes = take(size, most_kept);
    found.push_back(std::move(message));
    return true;
}

/// False: no start of a message or of a line is to be seen yet.
bool FrameReader::find_start(std::vector<Piece>& found) {
    const auto skipped = synchronize(is_start_or_line);
    if (skipped && *skipped > 0) {
        Piece trouble;
        trouble.kind = Piece::Kind::trouble;
        trouble.trouble = fmt::format("{} bytes of no whole message", *skipped);
        found.push_back(std::move(trouble));
    }
    return skipped.has_value();
}

void FrameReader::skip_missing(std::size_t missing, std::vector<Piece>& found) {
    const std::size_t size = message_size(buffer());
    if (auto begun = pass_over(missing, size)) {
        Piece message;
        message.size = size;
        message.cut = true;
        message.bytes = std::move(*begun);
        found.push_back(std::move(message));
    }
}

}  // namespace shimtrace::dbus
