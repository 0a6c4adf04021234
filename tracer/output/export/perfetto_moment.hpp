// The last look in a Perfetto trace: each verdict, its chain as arrows from who waits to who is waited for, and the goroutines on it.
#pragma once

#include "tracer/output/export/perfetto_packets.hpp"
#include "tracer/output/export/report.hpp"

namespace shimtrace::output {

void put_moment(PerfettoPackets& packets, const ReportedMoment& moment);

}  // namespace shimtrace::output
