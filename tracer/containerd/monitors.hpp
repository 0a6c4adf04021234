// podman's and CRI-O's containers have no shim: a conmon keeps the stdio and the exit status of each.
#pragma once

#include "tracer/containerd/container_index.hpp"

#include <shimtrace/snapshot.hpp>

namespace shimtrace::containerd {

/// The container that a monitor says it keeps, if that is its own user's; nullptr: it keeps none that is known.
const ContainerFiles* monitored_by(const ContainerIndex& index, const Process& monitor);

/// Which monitor keeps each container, and what it was told to call it. Processes must have their roles.
void find_monitors(Snapshot& snapshot);

}  // namespace shimtrace::containerd
