// What the scheduler did, in a Perfetto trace: as ftrace would have told it, so that its tables of thread states, and its critical path,
// work.
#pragma once

#include "tracer/output/export/perfetto_packets.hpp"

#include <shimtrace/scheduling.hpp>

#include <map>

namespace shimtrace::output {

class PerfettoScheduling {
public:
    /// Which kernel: the numbers of its task states depend on that.
    static void put_system(PerfettoPackets& packets, const HostInfo& host);
    void put(PerfettoPackets& packets, const Scheduling& stretch);

private:
    void put_tasks(PerfettoPackets& packets, const Scheduling& stretch);
    [[nodiscard]] const std::string& comm(Tid tid) const;

    std::map<Tid, ScheduledTask> tasks_;
};

}  // namespace shimtrace::output
