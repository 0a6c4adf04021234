#include <shimtrace/observed.hpp>

#include <algorithm>

namespace shimtrace {

bool sees_hosts_processes(const Snapshot& snapshot) {
    if (!snapshot.observer.known || snapshot.observer.host_pids) return true;
    return std::ranges::any_of(snapshot.processes, [](const Process& process) {
        return process.role.role == ProcessRole::shim || process.role.role == ProcessRole::containerd;
    });
}

}  // namespace shimtrace
