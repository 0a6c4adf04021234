// Foreign text (names, paths, messages of processes and containers) as it may be shown: nothing of it acts on a terminal, forges a line,
// or shows in another order than it is written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shimtrace::text {

/// A character and how many bytes long it is; length 0: no valid UTF-8 (The Unicode Standard, table 3-7).
struct Character {
    char32_t code = 0;
    std::size_t length = 0;
};
/// `text` is not empty.
Character first_character(std::string_view text);

/// The length of the character at the start of `text` that may be shown as it is: valid UTF-8, no control character (C0, DEL, C1), none
/// that separates lines or changes the direction of what follows. 0: its first byte has to be escaped. `text` is not empty.
std::size_t printable_length(std::string_view text);

/// Each byte of what may not be shown becomes "\x1b"; the rest stays. So the result is valid UTF-8, on one line. Where it grows longer than
/// `most` bytes it is cut, and ends in "...".
std::string printable(std::string_view text, std::size_t most = std::string_view::npos);

}  // namespace shimtrace::text
