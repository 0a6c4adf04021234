#include "decoders/messages/quoted.hpp"

#include <fmt/format.h>

namespace shimtrace::wire {

std::string quoted(std::string_view text, std::size_t most) {
    std::string out = "\"";
    for (const char c : text.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += '\\', out += c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (byte < 0x20 || byte >= 0x7F)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    out += '"';
    return text.size() > most ? out + "..." : out;
}

}  // namespace shimtrace::wire
