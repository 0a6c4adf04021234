#include "decoders/text/durations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>

namespace shimtrace::text {
namespace {

/// Rounded to three significant digits, so that 999'600 ns is a millisecond and not 1e+03 µs.
std::uint64_t three_digits(std::uint64_t value) {
    std::uint64_t unit = 1;
    while (value / unit >= 1000) unit *= 10;
    const std::uint64_t rest = value % unit, down = value - rest;
    return rest >= unit - rest && unit > 1 ? down + unit : down;
}

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::pair<std::string_view, double> units[] = {{"", 1e9}, {"s", 1e9},  {"ms", 1e6},   {"us", 1e3},
                                                             {"ns", 1}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}};
    const auto known = std::ranges::find(units, unit, &std::pair<std::string_view, double>::first);
    if (error != std::errc{} || value < 0 || !std::isfinite(value) || known == std::end(units) || value * known->second > 9e18)
        return fail(fmt::format("'{}' is not a duration", text), 0, "5s, 200ms, 1m, 2h");
    return Nanoseconds(static_cast<std::int64_t>(value * known->second));
}

std::string duration_in_words(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
    return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string age_short(double seconds) {
    const auto s = static_cast<std::int64_t>(seconds);
    if (s < 60) return fmt::format("{}s", s);
    if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
    if (s < 86400) return fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
    return fmt::format("{}d{:02}h", s / 86400, s / 3600 % 24);
}

std::string duration_short(Nanoseconds duration) {
    const char* const sign = duration.count() < 0 ? "-" : "";
    const auto count = static_cast<std::uint64_t>(duration.count());
    const std::uint64_t magnitude = duration.count() < 0 ? 0 - count : count;  // the least has no positive counterpart
    const auto ns = static_cast<double>(three_digits(magnitude));
    if (ns < 1e3) return fmt::format("{}{}ns", sign, magnitude);
    if (ns < 1e6) return fmt::format("{}{:.3g}us", sign, ns / 1e3);
    if (ns < 1e9) return fmt::format("{}{:.3g}ms", sign, ns / 1e6);
    if (ns < 1e12) return fmt::format("{}{:.3g}s", sign, ns / 1e9);
    return fmt::format("{}{:.0f}s", sign, ns / 1e9);
}

std::string duration_in_tenths(Nanoseconds duration) {
    const double ns = static_cast<double>(duration.count());
    if (ns < 1e6) return fmt::format("{:.0f}us", ns / 1e3);
    if (ns < 1e9) return fmt::format("{:.1f}ms", ns / 1e6);
    return fmt::format("{:.1f}s", ns / 1e9);
}

}  // namespace shimtrace::text
