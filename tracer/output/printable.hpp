// Foreign text made safe to print.
#pragma once

#include <string>
#include <string_view>

namespace shimtrace::output {

/// Control bytes as \xNN, so that nothing foreign moves a terminal's cursor. UTF-8 stays.
std::string printable(std::string_view text);

}  // namespace shimtrace::output
