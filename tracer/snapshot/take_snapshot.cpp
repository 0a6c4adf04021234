#include "tracer/snapshot/take_snapshot.hpp"

#include "tracer/procfs/cgroups.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/procfs/read_errors.hpp"
#include "tracer/snapshot/collector.hpp"

#include <unistd.h>

namespace shimtrace::host {

Result<Snapshot> take_snapshot(const SnapshotScope& scope, const Choice& choose) {
    auto proc = ProcDirectory::open();
    if (!proc) return fail("read /proc", proc.error(), "is it mounted?");
    return Collector(std::move(*proc)).take(scope, choose);
}

}  // namespace shimtrace::host
