// Foreign text in a page: made printable, and harmless in HTML and in SVG, in text and in quoted attributes.
#pragma once

#include <string>
#include <string_view>

namespace shimtrace::output {

std::string html(std::string_view foreign);

/// The same line by line, for <pre>: line feeds and tabs stay.
std::string html_lines(std::string_view foreign);

}  // namespace shimtrace::output
