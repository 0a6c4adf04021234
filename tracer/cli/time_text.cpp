#include "tracer/cli/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <iterator>
#include <utility>

namespace shimtrace::cli {

std::string rfc3339(RealTime time) {
    const auto seconds = static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return {text, length};
}

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

}  // namespace shimtrace::cli
