// Points in time as JSON, containers' files and people have them: RFC 3339.
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

struct Timestamp {
    RealTime time;  ///< without a zone: as if that were UTC
    bool has_zone = false;
};

/// ".25" as nanoseconds, what is less left out; takes it off `text`. 0: nothing like that is there.
Nanoseconds take_fraction(std::string_view& text);

/// "2026-11-24T22:51:52.123456789+01:00", with or without fraction and zone. nullopt: not of this form, or further from the epoch than
/// nanoseconds can tell (the years 1677 and 2262).
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// The same, where no zone is UTC.
std::optional<RealTime> parse_rfc3339(std::string_view text);

}  // namespace shimtrace::text
