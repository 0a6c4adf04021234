// Seconds as JSON, metrics and people have them.
#pragma once

#include <shimtrace/types.hpp>

namespace shimtrace::monitor {

constexpr double in_seconds(Nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

/// CPU time of this program, and with `children` of those that it has waited for: what it reads through, what it has started.
double own_cpu_seconds(bool children);

}  // namespace shimtrace::monitor
