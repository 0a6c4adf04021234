// The host's clocks and names.
#pragma once

#include <shimtrace/snapshot.hpp>
#include <shimtrace/types.hpp>

namespace shimtrace::host {

RealTime real_now();
MonotonicTime monotonic_now();
HostInfo host_info();

}  // namespace shimtrace::host
