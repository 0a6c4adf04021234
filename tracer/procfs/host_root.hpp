// Whether a process has the host's root directory, or a container's.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/types.hpp>

namespace shimtrace::host {

/// False in the mount namespaces of pid 1, of the kernel's threads and in ours, and in copies of them; a copy has the same root directory.
/// False too where it can't be told.
bool has_foreign_root(const ProcDirectory& process, Inode mount_namespace);

}  // namespace shimtrace::host
