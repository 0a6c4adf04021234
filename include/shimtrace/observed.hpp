// What a snapshot can tell of at all.
#pragma once

#include <shimtrace/snapshot.hpp>

namespace shimtrace {

/// False: the host's processes are out of sight, in another pid namespace. Then a process that is not there says nothing, and neither does
/// one that has a number which a file names. A node in a container (kind) has its containerd and all that matters to it in a namespace of
/// its own: that is told by a shim or a containerd, or by an init that a runtime's state names with its start time.
bool sees_hosts_processes(const Snapshot& snapshot);

}  // namespace shimtrace
