// D-Bus messages out of a stream of bytes: split, merged, begun in the middle, behind the handshake, or broken.
// The wire format is the D-Bus specification's ("Message Protocol", "Authentication Protocol").
#pragma once

#include "decoders/messages/reassembly.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace shimtrace::dbus {

constexpr std::size_t fixed_header_size = 16;
constexpr std::uint32_t most_message = 128U << 20U, most_header_fields = 64U << 20U;  ///< the specification's limits
constexpr std::size_t most_kept = 1U << 20U;                                          ///< of one message; the rest is passed over

/// What the reader made of some bytes: a message's bytes, a line of the handshake, or trouble in words.
struct Piece {
    enum class Kind : std::uint8_t { message, handshake, trouble } kind{};
    std::string bytes;     ///< message: all of it, or its beginning where `cut`; handshake: the line without its end
    std::size_t size = 0;  ///< message: as its header says
    bool cut = false;      ///< captured in part
    std::string trouble;
};

/// One direction of a connection.
class FrameReader : wire::Reassembly {
public:
    FrameReader() : Reassembly(true) {}

    /// `missing`: bytes that followed on the wire, but were not captured.
    std::vector<Piece> feed(std::span<const std::byte> bytes, std::size_t missing = 0);

private:
    void take_pieces(std::vector<Piece>& found);
    bool take_handshake(std::vector<Piece>& found);
    bool take_message(std::vector<Piece>& found);
    bool find_start(std::vector<Piece>& found);
    void skip_missing(std::size_t missing, std::vector<Piece>& found);
};

/// The whole size of the message whose fixed header that is; 0: it is none.
std::size_t message_size(std::string_view header);

}  // namespace shimtrace::dbus
