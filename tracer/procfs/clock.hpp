// The host's clocks and names.
#pragma once

#include <shimtrace/snapshot.hpp>
#include <shimtrace/types.hpp>

namespace shimtrace::host {

RealTime real_now();
MonotonicTime monotonic_now();
/// For how long it has been suspended since its boot.
Nanoseconds suspended_time();
HostInfo host_info();

}  // namespace shimtrace::host
