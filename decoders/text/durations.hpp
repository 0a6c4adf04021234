// Durations: as options take them, as people read them, and short enough for a column.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <string>
#include <string_view>

namespace shimtrace::text {

/// "5s", "200ms", "1.5m", "2h", "10" (seconds). An Error: not of this form, negative, or longer than an int64 of nanoseconds holds.
Result<Nanoseconds> parse_duration(std::string_view text);

/// "0.3 s", "42 s", "3 min 5 s", "2 h 10 min", "3 d 4 h".
std::string duration_in_words(double seconds);

/// "42s", "3m05s", "2h10m", "3d04h": of what has lived or waited for so long.
std::string age_short(double seconds);

/// Three digits and a unit: "999ns", "1.23us", "2.98ms", "1000s". Negative ones have a sign.
std::string duration_short(Nanoseconds duration);

/// One decimal and a unit, at least microseconds: "340us", "1.2ms", "12.0s".
std::string duration_in_tenths(Nanoseconds duration);

}  // namespace shimtrace::text
