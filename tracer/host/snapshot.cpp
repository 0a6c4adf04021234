#include "host/snapshot.hpp"

#include "host/cgroups.hpp"
#include "host/collector.hpp"
#include "host/descriptors.hpp"
#include "host/gaps.hpp"
#include "host/proc_directory.hpp"
#include "host/process_reader.hpp"

#include <unistd.h>

namespace shimtrace::host {

Result<Snapshot> take_snapshot(const SnapshotScope& scope, const Choice& choose) {
    auto proc = ProcDirectory::open();
    if (!proc) return fail("read /proc", proc.error(), "is it mounted?");
    return Collector(std::move(*proc)).take(scope, choose);
}

std::optional<Process> read_process(Pid pid) {
    const auto proc = ProcDirectory::open();
    if (!proc) return std::nullopt;
    const auto directory = proc->directory(pid.value);
    if (!directory) return std::nullopt;
    std::string scratch;
    Gaps gaps;
    auto row = read_identity(*directory, scratch, gaps);
    return row ? std::optional(std::move(row->process)) : std::nullopt;
}

}  // namespace shimtrace::host
