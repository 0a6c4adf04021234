// Times as JSON has them, durations as options take them.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <string>
#include <string_view>

namespace shimtrace::cli {

/// "2026-11-24T22:51:52Z".
std::string rfc3339(RealTime time);

/// "5s", "200ms", "1.5m", "2h", "10" (seconds). An Error: not of this form, negative, or longer than an int64 of nanoseconds holds.
Result<Nanoseconds> parse_duration(std::string_view text);

}  // namespace shimtrace::cli
