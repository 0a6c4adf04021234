#include "containerd/find_target.hpp"
#include "containerd/listing.hpp"
#include "host/snapshot.hpp"

namespace shimtrace::containerd {

Result<Snapshot> survey(const std::string& run_dir) {
    auto snapshot = host::take_snapshot(host::SnapshotScope{.detailed = {}, .all_descriptors = true, .kernel_stacks = false});
    if (!snapshot) return snapshot;
    read_container_files(*snapshot, run_dir);
    return snapshot;
}

Result<Snapshot> survey_closely(const std::string& run_dir) {
    auto first = survey(run_dir);
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
