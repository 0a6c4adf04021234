#include "tracer/output/export/html_text.hpp"

#include "decoders/text/printable.hpp"

#include <algorithm>

namespace shimtrace::output {

std::string html(std::string_view foreign) {
    std::string result;
    for (const char c : text::printable(foreign)) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string html_lines(std::string_view foreign) {
    std::string result;
    while (!foreign.empty()) {
        const std::size_t end = std::min(foreign.find_first_of("\n\t"), foreign.size());
        result += html(foreign.substr(0, end));
        if (end < foreign.size()) result += foreign[end];
        foreign.remove_prefix(std::min(end + 1, foreign.size()));
    }
    return result;
}

}  // namespace shimtrace::output
