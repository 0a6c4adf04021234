// Which part each process and descriptor plays, from containerd's and runc's layout. Pure over the Snapshot and the files
// that were read into it.
#pragma once

#include <shimtrace/snapshot.hpp>

namespace shimtrace::containerd {

/// What descriptors 0, 1 and 2 of a container's process are.
inline constexpr OpenFileRole stream_roles[] = {OpenFileRole::stdin_stream, OpenFileRole::stdout_stream, OpenFileRole::stderr_stream};

/// Fills role in every Process and OpenFile of the snapshot.
void assign_roles(Snapshot& snapshot);
/// In every Process alone.
void assign_process_roles(Snapshot& snapshot);

/// One process from its own facts and its parents' (for a session that meets new processes one by one).
ProcessRoleInfo process_role(const Process& process, const Process* parent, const ProcessRoleInfo* parent_role);
/// A target by its path alone: stdio fifo, log fifo, exec.fifo, shim's socket … `holder`: whose descriptor it is.
OpenFileRoleInfo target_role(const OpenFile& target, const Process* holder);

}  // namespace shimtrace::containerd
