#include "cli/time_text.hpp"

#include <ctime>

namespace shimtrace::cli {

std::string rfc3339(RealTime time) {
    const auto seconds = static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return {text, length};
}

}  // namespace shimtrace::cli
