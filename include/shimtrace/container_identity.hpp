// Which process is a container's init, by itself and as a runtime's state means it.
#pragma once

#include <shimtrace/container.hpp>
#include <shimtrace/processes.hpp>

namespace shimtrace {

/// The first process of a pid namespace below that of whoever looked.
inline bool is_namespace_init(const Process& process) {
    return process.ns_pids.size() > 1 && process.ns_pids.back() == 1;
}

/// The pid of its init as the runtime's state has it, else as init.pid has it; 0: neither tells. Whether that is still the init, see below.
inline Pid named_init(const ContainerFiles& container) {
    return container.state_init_pid ? container.state_init_pid : container.init_pid;
}

/// Whether the process that has the pid of a container's state is the init that the state means: by its start time; where the state has
/// none, by the container's cgroup. The init of another user's container is never root's.
bool is_init_of_state(const ContainerFiles& container, const Process& process);

}  // namespace shimtrace
