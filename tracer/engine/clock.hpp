// CLOCK_MONOTONIC, for the parts that touch a live host.
#pragma once

#include <shimtrace/types.hpp>

#include <time.h>

namespace shimtrace::engine {

inline MonotonicTime monotonic_now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return MonotonicTime(std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec));
}

}  // namespace shimtrace::engine
