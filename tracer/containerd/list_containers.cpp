#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/listing.hpp"
#include "tracer/snapshot/take_snapshot.hpp"

#include <utility>

namespace shimtrace::containerd {

Result<Snapshot> list_containers(const std::string& run_dir, std::function<bool()> interrupted) {
    auto snapshot = host::take_snapshot(
        host::SnapshotScope{.detailed = {}, .all_descriptors = true, .kernel_stacks = false, .interrupted = std::move(interrupted)});
    if (!snapshot) return snapshot;
    read_container_files(*snapshot, run_dir);
    return snapshot;
}

Result<Snapshot> list_containers_closely(const std::string& run_dir) {
    auto first = list_containers(run_dir);
    if (!first) return first;
    host::SnapshotScope scope;
    scope.kernel_stacks = false;
    for (const ListedContainer& row : list_containers(*first)) {
        for (const Pid pid : {row.shim, row.init}) {
            if (pid) scope.detailed.push_back(pid);
        }
    }
    if (scope.detailed.empty()) return first;
    auto second = host::take_snapshot(scope);
    if (second) read_container_files(*second, run_dir);
    return second;
}

}  // namespace shimtrace::containerd
