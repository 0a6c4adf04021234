// The host's clocks and names.
#pragma once

#include <shimtrace/snapshot.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>

namespace shimtrace::host {

RealTime real_now();
MonotonicTime monotonic_now();
/// For how long it has been suspended since its boot.
Nanoseconds suspended_time();
/// So many of the ticks in which /proc counts (sysconf(_SC_CLK_TCK)) are over after that time.
std::uint64_t clock_ticks(std::uint64_t nanoseconds);
HostInfo host_info();

}  // namespace shimtrace::host
