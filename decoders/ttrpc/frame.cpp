#include "decoders_ttrpc/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

}  // namespace

std::vector<FrameOrTrouble> FrameReader::feed(std::span<const std::byte> bytes, std::size_t missing) {
    std::vector<FrameOrTrouble> found;
    const std::size_t ignored = std::min(to_ignore_, bytes.size());
    to_ignore_ -= ignored;
    bytes = bytes.subspan(ignored);
    if (!bytes.empty() && !started_) synchronized_ = started_ = true;  // a first look: believed until proved wrong
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    take_frames(found);
    if (missing > 0) skip_missing(missing, found);
    return found;
}

void FrameReader::take_frames(std::vector<FrameOrTrouble>& found) {
    while (true) {
        if (!synchronized_ && !synchronize(found)) return;
        if (buffer_.size() < header_size) return;
        const Header header = header_of(buffer_);
        if (!is_header(header)) {
            synchronized_ = false;
            continue;
        }
        if (header.length > most_payload) {
            found.push_back(
                {{}, fmt::format("a frame of {} bytes on stream {}: ttrpc allows {}", header.length, header.stream, most_payload)});
            buffer_.erase(0, header_size);
            synchronized_ = false;
            continue;
        }
        if (buffer_.size() - header_size < header.length) return;
        Frame frame{static_cast<FrameType>(header.type), header.flags, header.stream, header.length,
                    buffer_.substr(header_size, header.length)};
        buffer_.erase(0, header_size + header.length);
        found.push_back({std::move(frame), ""});
    }
}

/// Throws away what comes before the next start of a frame. False: none is to be seen yet.
bool FrameReader::synchronize(std::vector<FrameOrTrouble>& found) {
    for (std::size_t at = 0; at < buffer_.size(); ++at) {
        const auto start = is_start(std::string_view(buffer_).substr(at));
        if (start == false) continue;
        skipped_ += at;
        buffer_.erase(0, at);
        if (!start) return false;
        if (skipped_ > 0) found.push_back({{}, fmt::format("{} bytes of no whole frame", skipped_)});
        skipped_ = 0;
        synchronized_ = true;
        return true;
    }
    skipped_ += buffer_.size();
    buffer_.clear();
    return false;
}

void FrameReader::skip_missing(std::size_t missing, std::vector<FrameOrTrouble>& found) {
    if (to_ignore_ > 0) {
        if (missing <= to_ignore_) {
            to_ignore_ -= missing;
            return;
        }
        to_ignore_ = 0;
        synchronized_ = false;
        return;
    }
    if (synchronized_ && buffer_.size() >= header_size) {
        const Header header = header_of(buffer_);
        const std::size_t lacking = header.length - (buffer_.size() - header_size);
        Frame frame{static_cast<FrameType>(header.type), header.flags, header.stream, header.length, buffer_.substr(header_size), true};
        found.push_back({std::move(frame), ""});
        buffer_.clear();
        if (missing <= lacking)
            to_ignore_ = lacking - missing;
        else
            synchronized_ = false;  // more frames began in what is missing
        return;
    }
    skipped_ += buffer_.size() + missing;
    buffer_.clear();
    synchronized_ = false;
}

}  // namespace shimtrace::ttrpc
