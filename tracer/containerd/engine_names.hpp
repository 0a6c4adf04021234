// What docker and nerdctl call their containers: they tell neither containerd's bundle nor the runtime.
#pragma once

#include "tracer/containerd/mount_views.hpp"

#include <shimtrace/snapshot.hpp>

namespace shimtrace::containerd {

/// Adds them to ContainerFiles, and Kubernetes' names where docker runs its pods (cri-dockerd). Processes must have their roles.
void read_engine_names(Snapshot& snapshot, const MountViews& views);

/// ContainerFiles' own ContainerRef takes the name; assign_roles hands it on to everything that is of the container.
void name_containers(Snapshot& snapshot);

}  // namespace shimtrace::containerd
