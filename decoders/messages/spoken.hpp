// How long a reply took, in words.
#pragma once

#include <shimtrace/types.hpp>

#include <string>

namespace shimtrace::wire {

/// "310us", "1.2ms", "4.1s".
std::string spoken(Nanoseconds duration);

}  // namespace shimtrace::wire
