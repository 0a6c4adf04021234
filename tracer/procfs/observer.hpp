// Who looks, and from where: what shimtrace itself may see of this host.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/snapshot.hpp>

namespace shimtrace::host {

/// Asked of the kernel: a user id tells neither what a container's root lacks nor what a capability gives to others.
Observer observer();

/// The first cgroup namespace, whose paths are the host's. 0, not known, is taken for it.
bool is_host_cgroup_namespace(Inode inode);

/// While it lives, /proc/PID/cgroup shows this thread, and those that it starts, the paths that the host's init sees: in a container with a
/// cgroup namespace of its own they would begin at the container's. Nothing happens where it is init's already, or where it is not
/// permitted.
class HostCgroupPaths {
public:
    HostCgroupPaths();
    ~HostCgroupPaths();
    HostCgroupPaths(const HostCgroupPaths&) = delete;
    HostCgroupPaths& operator=(const HostCgroupPaths&) = delete;

private:
    OwnedFd own_;
};

}  // namespace shimtrace::host
