// Which process a runtime's state means.
#pragma once

#include <shimtrace/snapshot.hpp>

namespace shimtrace {

/// The pid of its init as the runtime's state has it, else as init.pid has it; 0: neither tells. Whether that is still the init, see below.
inline Pid named_init(const ContainerFiles& container) {
    return container.state_init_pid ? container.state_init_pid : container.init_pid;
}

/// Whether the process that has the pid of a container's state is the init that the state means: by its start time; where the state has
/// none, by the container's cgroup. The init of another user's container is never root's.
bool is_init_of_state(const ContainerFiles& container, const Process& process);

}  // namespace shimtrace
