// Where the host lives: whether a process has the host's root directory or a container's, and who shows it.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/snapshot.hpp>
#include <shimtrace/types.hpp>

namespace shimtrace::host {

/// False in the mount namespaces of pid 1, of the kernel's threads and in ours, and in copies of them; a copy has the same root directory.
/// False too where it can't be told.
bool has_foreign_root(const ProcDirectory& process, Inode mount_namespace);

/// Who shows the host's files: pid 1, or kthreadd where a security module keeps pid 1 to itself. nullptr: neither is to be seen.
const Process* resident_of_host(const Snapshot& snapshot);

}  // namespace shimtrace::host
