// Strings as strace escapes them, which is how C would read them back.
#include "decoders/syscalls/quote.hpp"

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace {

constexpr bool is_space(unsigned char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_printable(unsigned char c) {
    return c >= ' ' && c < 0x7f;
}

constexpr std::size_t longest_escape = 4;  // "\\x1b", "\\033"

char* write_hex(char* at, unsigned char c) {
    constexpr char digits[] = "0123456789abcdef";
    *at++ = '\\';
    *at++ = 'x';
    *at++ = digits[c >> 4];
    *at++ = digits[c & 15];
    return at;
}

/// The shortest octal form that a following octal digit can't change.
char* write_octal(char* at, unsigned char c, bool digit_follows) {
    *at++ = '\\';
    if (c >= 0100 || digit_follows) *at++ = static_cast<char>('0' + (c >> 6));
    if (c >= 010 || digit_follows) *at++ = static_cast<char>('0' + (c >> 3 & 7));
    *at++ = static_cast<char>('0' + (c & 7));
    return at;
}

/// Room for all of it at once: a character at a time is what costs most of a replay.
template <typename Write>
void append_each(std::string& out, std::span<const std::byte> bytes, Write write) {
    const std::size_t start = out.size();
    out.resize(start + longest_escape * bytes.size());
    char* at = out.data() + start;
    for (std::size_t i = 0; i < bytes.size(); ++i) at = write(at, i, std::to_integer<unsigned char>(bytes[i]));
    out.resize(static_cast<std::size_t>(at - out.data()));
}

void append_hex(std::string& out, std::span<const std::byte> bytes) {
    append_each(out, bytes, [](char* at, std::size_t, unsigned char c) { return write_hex(at, c); });
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

/// The bytes before the first that is not shown as it is: of a path, all.
std::span<const std::byte> plain_beginning(std::span<const std::byte> bytes, std::string_view also) {
    const auto is_plain = [&](std::byte byte) {
        const auto c = std::to_integer<unsigned char>(byte);
        if (!is_printable(c) || c == '"' || c == '\\') return false;
        for (const char other : also)
            if (c == static_cast<unsigned char>(other)) return false;
        return true;
    };
    std::size_t length = 0;
    while (length < bytes.size() && is_plain(bytes[length])) ++length;
    return bytes.first(length);
}

void append_escaped_bytes(std::string& out, std::span<const std::byte> bytes, std::string_view also, bool hex) {
    const auto plain = plain_beginning(bytes, also);
    out.append(reinterpret_cast<const char*>(plain.data()), plain.size());
    bytes = bytes.subspan(plain.size());
    if (bytes.empty()) return;
    const auto digit_at = [&](std::size_t i) { return i < bytes.size() && bytes[i] >= std::byte{'0'} && bytes[i] <= std::byte{'7'}; };
    append_each(out, bytes, [&](char* at, std::size_t i, unsigned char c) {
        if (const char letter = escape_letter(c)) {
            *at++ = '\\';
            *at++ = letter;
        } else if (is_printable(c) && !also.contains(static_cast<char>(c))) {
            *at++ = static_cast<char>(c);
        } else {
            at = hex ? write_hex(at, c) : write_octal(at, c, digit_at(i + 1));
        }
        return at;
    });
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
