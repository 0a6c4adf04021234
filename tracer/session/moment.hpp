// Moments as people type them.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/event_sink.hpp>
#include <shimtrace/types.hpp>

#include <optional>
#include <string_view>

namespace shimtrace::session {

/// RFC 3339, local time where it has no zone; or a time of day, "23:01:02.5", on the day that `day` is here. nullopt: not of these forms.
std::optional<RealTime> parse_date(std::string_view text, RealTime day);

/// That, "1.5s" after the session's start, or seconds since the epoch.
Result<MonotonicTime> parse_moment(std::string_view text, const SessionInfo& session);

}  // namespace shimtrace::session
