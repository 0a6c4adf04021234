// Which shimtrace this is.
#pragma once

#include <string>
#include <string_view>

namespace shimtrace::session {

std::string_view version();  ///< "0.1.0"
std::string_view commit();   ///< of the tree it was built from, "-dirty" behind it where that was changed; empty: not known

/// "shimtrace 0.1.0": what wrote a recording.
std::string writer_name();

}  // namespace shimtrace::session
