#include "tracer/session/moment.hpp"

#include "decoders/text/durations.hpp"
#include "decoders/text/timestamps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace shimtrace::session {

namespace {

std::tm local_date(RealTime time) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm date{};
    ::localtime_r(&seconds, &date);
    return date;
}

/// What stands there, read as local time.
RealTime as_local(RealTime as_utc) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(as_utc);
    const std::time_t since_epoch = seconds.time_since_epoch().count();
    std::tm date{};
    ::gmtime_r(&since_epoch, &date);
    date.tm_isdst = -1;
    return RealTime(std::chrono::seconds(std::mktime(&date))) + (as_utc - seconds);
}

}  // namespace

std::optional<RealTime> parse_date(std::string_view text, RealTime day) {
    auto stamp = text::parse_timestamp(text);
    if (!stamp) {
        const std::tm date = local_date(day);
        stamp = text::parse_timestamp(fmt::format("{:04}-{:02}-{:02}T{}", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, text));
    }
    if (!stamp) return std::nullopt;
    return stamp->has_zone ? stamp->time : as_local(stamp->time);
}

Result<MonotonicTime> parse_moment(std::string_view text, const SessionInfo& session) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    constexpr double first_epoch = 1e9;  // 2001; no session lasts 31 years
    std::optional<RealTime> real;
    if (whole && number >= first_epoch) {
        std::string_view fraction = text.substr(std::min(text.find('.'), text.size()));
        real = RealTime(std::chrono::seconds(static_cast<std::int64_t>(number)) + text::take_fraction(fraction));
    } else {
        const std::string_view offset = text.starts_with('+') ? text.substr(1) : text;
        if (const auto duration = text::parse_duration(offset)) return session.monotonic_anchor + *duration;
        real = parse_date(text, session.real_anchor);
    }
    if (!real)
        return fail(fmt::format("'{}' is not a time", text), 0,
                    "1.5s after the start, 23:01:02, 2026-11-24T23:01:02Z, or seconds since the epoch");
    return session.monotonic_anchor + (*real - session.real_anchor);
}

}  // namespace shimtrace::session
