// What docker and nerdctl call their containers: they tell neither containerd's bundle nor the runtime.
#pragma once

#include "tracer/containerd/mount_views.hpp"

#include <shimtrace/snapshot.hpp>

namespace shimtrace::containerd {

/// Adds them to the ContainerFiles that were found among these files, and Kubernetes' names where docker runs its pods (cri-dockerd).
/// `residents`: whose paths those of `files` are.
void read_engine_names(Snapshot& snapshot, const HostFiles& files, const Resident& residents);

/// ContainerFiles' own ContainerRef takes the name; assign_roles hands it on to everything that is of the container.
void name_containers(Snapshot& snapshot);

}  // namespace shimtrace::containerd
