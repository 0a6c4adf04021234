// Text from the wire, made fit for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shimtrace::wire {

/// `"…"`, control and non-ASCII bytes escaped, at most `most` bytes of the text: "..." follows where there are more.
std::string quoted(std::string_view text, std::size_t most = 256);

}  // namespace shimtrace::wire
