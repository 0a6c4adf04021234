#include "decoders/text/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace shimtrace::text {

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
    char32_t code = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> shortest = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < shortest[length] || code > 0x10ffff || surrogate) return {};
    return {code, length};
}

namespace {

struct Range {
    char32_t first, last;
};
constexpr auto not_shown = std::to_array<Range>({
    {0x00, 0x1f},          // C0: ESC, newlines, tabs
    {0x7f, 0x9f},          // DEL and C1: CSI, OSC as one character
    {0x61c, 0x61c},        // marks of direction
    {0x200e, 0x200f},      // likewise
    {0x2028, 0x202e},      // separators of lines and paragraphs; embeddings and overrides of direction
    {0x2066, 0x2069},      // isolates of direction
    {0xe0000, 0xe007f},    // tags: text that nobody sees
    {0xfff9, 0xfffb},      // annotations, hidden likewise
    {0xfeff, 0xfeff},      // byte order mark
    {0xfffe, 0xffff},      // noncharacters
    {0x10fffe, 0x10ffff},  // likewise
});

}  // namespace

std::size_t printable_length(std::string_view text) {
    const Character character = first_character(text);
    const bool hidden =
        std::ranges::any_of(not_shown, [&](const Range& range) { return character.code >= range.first && character.code <= range.last; });
    return hidden ? 0 : character.length;
}

std::string printable(std::string_view text, std::size_t most) {
    constexpr char digits[] = "0123456789abcdef";
    std::string shown;
    shown.reserve(std::min(text.size(), most));
    while (!text.empty()) {
        if (shown.size() >= most) return shown + "...";
        const auto byte = static_cast<unsigned char>(text[0]);
        // Most of what is ever shown.
        const std::size_t length = byte >= ' ' && byte < 0x7f ? 1 : printable_length(text);
        if (length == 0) {
            shown += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
            text.remove_prefix(1);
        } else {
            shown += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return shown;
}

}  // namespace shimtrace::text
