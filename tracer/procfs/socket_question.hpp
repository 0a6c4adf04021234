// One socket of a process, asked through a duplicate of its descriptor: whatever its network namespace, and without a dump
// of everybody's.
#pragma once

#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/socket_table.hpp"

#include <optional>

namespace shimtrace::host {

/// `directory`: an open /proc/PID/fd. Kind, protocol, addresses, state, a unix socket's peer. Queues are left out. Where
/// the descriptor may not be duplicated, the protocol is all that is known.
KnownSocket ask_socket(Pid pid, const ProcDirectory& directory, Fd fd, Inode inode);

}  // namespace shimtrace::host
