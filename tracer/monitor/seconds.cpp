#include "tracer/monitor/seconds.hpp"

#include <sys/resource.h>

namespace shimtrace::monitor {

namespace {

double cpu_seconds_of(int whose) {
    rusage usage{};
    ::getrusage(whose, &usage);
    const auto in_seconds_of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return in_seconds_of(usage.ru_utime) + in_seconds_of(usage.ru_stime);
}

}  // namespace

double own_cpu_seconds(bool children) {
    return cpu_seconds_of(RUSAGE_SELF) + (children ? cpu_seconds_of(RUSAGE_CHILDREN) : 0);
}

}  // namespace shimtrace::monitor
