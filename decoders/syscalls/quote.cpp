// Strings as strace escapes them, which is how C would read them back.
#include "decoders_syscalls/quote.hpp"

#include "decoders_syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace {

constexpr bool is_space(unsigned char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_printable(unsigned char c) {
    return c >= ' ' && c < 0x7f;
}

void append_hex(std::string& out, std::span<const std::byte> bytes) {
    constexpr char digits[] = "0123456789abcdef";
    for (const std::byte byte : bytes) {
        const auto c = std::to_integer<unsigned>(byte);
        out.append("\\x");
        out.push_back(digits[c >> 4]);
        out.push_back(digits[c & 15]);
    }
}

/// The shortest octal form that a following octal digit can't change.
void append_octal(std::string& out, unsigned char c, bool digit_follows) {
    out.push_back('\\');
    if (c >= 0100 || digit_follows) out.push_back(static_cast<char>('0' + (c >> 6)));
    if (c >= 010 || digit_follows) out.push_back(static_cast<char>('0' + (c >> 3 & 7)));
    out.push_back(static_cast<char>('0' + (c & 7)));
}

/// The letter behind the backslash, or 0.
constexpr char escape_letter(unsigned char c) {
    switch (c) {
        case '"':
            return '"';
        case '\\':
            return '\\';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        case '\v':
            return 'v';
        default:
            return 0;
    }
}

void append_escaped_bytes(std::string& out, std::span<const std::byte> bytes, std::string_view also, bool hex) {
    const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const unsigned char c = text[i];
        if (const char letter = escape_letter(c)) {
            out.push_back('\\');
            out.push_back(letter);
        } else if (is_printable(c) && !also.contains(static_cast<char>(c))) {
            out.push_back(static_cast<char>(c));
        } else if (hex) {
            append_hex(out, bytes.subspan(i, 1));
        } else {
            append_octal(out, c, i + 1 < bytes.size() && text[i + 1] >= '0' && text[i + 1] <= '7');
        }
    }
}

void append_quoted(std::string& out, std::span<const std::byte> bytes, HexStrings hex) {
    bool all_hex = hex == HexStrings::all;
    if (hex == HexStrings::non_ascii)
        for (const std::byte byte : bytes) {
            const auto c = std::to_integer<unsigned char>(byte);
            if (!is_printable(c) && !is_space(c)) all_hex = true;
        }
    out.push_back('"');
    all_hex ? append_hex(out, bytes) : append_escaped_bytes(out, bytes, {}, hex == HexStrings::escapes);
    out.push_back('"');
}

}  // namespace

void Printer::quoted(std::span<const std::byte> bytes, std::uint64_t length, std::uint32_t limit) {
    const std::size_t shown = std::min<std::size_t>(bytes.size(), limit);
    append_quoted(*out_, bytes.first(shown), style_.hex);
    if (length > shown) out_->append("...");
}

void append_escaped(std::string& out, std::string_view text, std::string_view also) {
    append_escaped_bytes(out, std::as_bytes(std::span(text)), also, false);
}

std::string quote(std::span<const std::byte> bytes, const RenderStyle& style, bool cut) {
    std::string text;
    const std::size_t shown = std::min<std::size_t>(bytes.size(), style.string_limit);
    append_quoted(text, bytes.first(shown), style.hex);
    if (cut || shown < bytes.size()) text.append("...");
    return text;
}

}  // namespace shimtrace::decoders
