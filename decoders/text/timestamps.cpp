#include "decoders/text/timestamps.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace shimtrace::text {
namespace {

/// The number that these `count` characters are; nullopt: they are not all digits.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int number = 0;
    if (at + count > text.size() || text[at] < '0' || text[at] > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + count, number);
    if (error != std::errc{} || end != text.data() + at + count) return std::nullopt;
    return number;
}

}  // namespace

std::string rfc3339(RealTime time, Fraction fraction) {
    const auto micros = std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch());
    const auto days = std::chrono::floor<std::chrono::days>(micros);
    const std::chrono::year_month_day date{std::chrono::sys_days(days)};
    const std::chrono::hh_mm_ss clock(micros - days);
    const std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    return fraction == Fraction::none ? text + "Z" : fmt::format("{}.{:06}Z", text, clock.subseconds().count());
}

Nanoseconds take_fraction(std::string_view& text) {
    if (!text.starts_with('.')) return {};
    std::int64_t value = 0, unit = 100'000'000;
    for (text.remove_prefix(1); !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10)
        value += unit * (text[0] - '0');
    return Nanoseconds(value);
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2), hour = digits(text, 11, 2),
               minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const bool separated =
        text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && text[13] == ':' && text[16] == ':';
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!separated || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    if (*year <= 1677 || *year >= 2262) return std::nullopt;
    Timestamp stamp{.time = RealTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                                     std::chrono::minutes(*minute) + std::chrono::seconds(*second))};
    text.remove_prefix(19);
    stamp.time += take_fraction(text);
    if (text.empty()) return stamp;
    stamp.has_zone = true;
    if (text == "Z" || text == "z") return stamp;
    const auto hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || !hours || !minutes) return std::nullopt;
    const auto ahead = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    stamp.time += text[0] == '+' ? -ahead : ahead;
    return stamp;
}

std::optional<RealTime> parse_rfc3339(std::string_view text) {
    const auto stamp = parse_timestamp(text);
    return stamp ? std::optional(stamp->time) : std::nullopt;
}

}  // namespace shimtrace::text
