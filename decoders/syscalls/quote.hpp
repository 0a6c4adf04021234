// Escaping, for text that is not a quoted string: paths and names inside angle brackets.
#pragma once

#include <string>
#include <string_view>

namespace shimtrace::decoders {

/// Appends `text` with control and non-ASCII bytes escaped as in strings, and every character of `also` in octal.
void append_escaped(std::string& out, std::string_view text, std::string_view also);

}  // namespace shimtrace::decoders
