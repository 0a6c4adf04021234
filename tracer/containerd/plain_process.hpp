// Whose role in a container's life is told without a look at the whole host: it has none.
#pragma once

#include "tracer/containerd/session_roles.hpp"

#include <shimtrace/role.hpp>
#include <shimtrace/snapshot.hpp>

#include <optional>
#include <vector>

namespace shimtrace::containerd {

/// Whether nothing of the process, whose role by itself and those above it is `role`, speaks of a container or of what serves one. `host`:
/// the host's mount namespace; 0: not known, and then nobody is plain but pid 1 and 2.
bool is_plain(const Process& process, const ProcessRoleInfo& role, Inode host);

/// The mount namespace of pid 1, or of kthreadd where that may not be read; 0: neither is to be seen.
Inode mount_namespace_of_host(const SessionRoles::ReadProcess& read);

/// Reads a live process and all above it. nullopt: one of them is not plain, its cgroup may be one that a runtime made, or it holds a
/// socket. Otherwise no runtime's state, no pid file and no shim's address that a look at the host would find says anything of it.
std::optional<std::vector<Process>> plain_line(Pid pid);

}  // namespace shimtrace::containerd
