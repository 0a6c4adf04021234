// Points in time as JSON and containers' files have them: RFC 3339.
#pragma once

#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::text {

enum class Fraction : std::uint8_t { none, microseconds };

/// "2026-11-24T22:51:52Z"; with microseconds "2026-11-24T22:51:52.123456Z".
std::string rfc3339(RealTime time, Fraction fraction = Fraction::none);

/// "2026-11-24T22:51:52.123456789+01:00", with or without fraction and zone (none: UTC). Seconds after the epoch; nullopt: not of this
/// form.
std::optional<double> parse_rfc3339(std::string_view text);

}  // namespace shimtrace::text
