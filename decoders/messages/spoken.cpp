#include "decoders/messages/spoken.hpp"

#include <fmt/format.h>

namespace shimtrace::wire {

std::string spoken(Nanoseconds duration) {
    const double ns = static_cast<double>(duration.count());
    if (ns < 1e6) return fmt::format("{:.0f}us", ns / 1e3);
    if (ns < 1e9) return fmt::format("{:.1f}ms", ns / 1e6);
    return fmt::format("{:.1f}s", ns / 1e9);
}

}  // namespace shimtrace::wire
