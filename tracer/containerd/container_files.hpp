// Every container's files, from bundles and runtime roots, matched with each other.
#pragma once

#include "tracer/containerd/host_files.hpp"
#include "tracer/containerd/layout.hpp"
#include "tracer/procfs/mounts.hpp"

#include <shimtrace/snapshot.hpp>

#include <vector>

namespace shimtrace::containerd {

/// Sizes beyond which a file is not read: what containerd and runc write stays far below.
constexpr std::size_t most_json = 4U << 20U;
constexpr std::size_t most_log = 64U << 10U;

struct FoundContainers {
    std::vector<ContainerFiles> containers;
    std::vector<UntrustedSource> untrusted;  ///< what there was beside them and was not believed
};

/// One container for each bundle directory, each ID directory of a runtime root, and each shim that has neither. `now_s`: seconds
/// after the epoch, for ages. `residents`: whose paths those of `files` are.
FoundContainers find_containers(const Snapshot& snapshot, const Layout& layout, const HostFiles& files, const Resident& residents,
                                std::int64_t now_s, host::MountTables* mounts = nullptr);

/// Which shim serves each container: its own, or that of its pod.
void find_shims(Snapshot& snapshot);

/// The error lines of log.json, oldest first, the last `most`: "time level msg" as runc wrote them.
std::vector<std::string> error_lines(std::string_view log, std::size_t most);

}  // namespace shimtrace::containerd
