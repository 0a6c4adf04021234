#include "containerd/find_target.hpp"
#include "host/snapshot.hpp"

namespace shimtrace::containerd {

Result<Snapshot> survey(const std::string& run_dir) {
    auto snapshot = host::take_snapshot(host::SnapshotScope{{}, true, false, std::nullopt});
    if (!snapshot) return snapshot;
    read_container_files(*snapshot, run_dir);
    return snapshot;
}

}  // namespace shimtrace::containerd
