// One row a container: what runc, the shim and the kernel each see of it. Pure.
#pragma once

#include <shimtrace/listed_container.hpp>
#include <shimtrace/snapshot.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace shimtrace::containerd {

/// Sorted by namespace and id. `snapshot` must have roles assigned and ContainerFiles read, and outlive the rows.
std::vector<ListedContainer> list_containers(const Snapshot& snapshot);

}  // namespace shimtrace::containerd
