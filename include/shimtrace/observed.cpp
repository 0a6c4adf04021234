#include <shimtrace/observed.hpp>

#include <shimtrace/container_identity.hpp>

#include <algorithm>
#include <cstdint>
#include <unordered_map>

namespace shimtrace {

bool sees_hosts_processes(const Snapshot& snapshot) {
    if (!snapshot.observer.known || snapshot.observer.host_pids) return true;
    const auto is_of_node = [](const Process& process) {
        return process.role.role == ProcessRole::shim || process.role.role == ProcessRole::containerd;
    };
    if (std::ranges::any_of(snapshot.processes, is_of_node)) return true;
    // An init that has both the pid and the start time that its state names: the state speaks of the processes that are seen.
    std::unordered_map<std::int32_t, const Process*> by_pid;
    for (const Process& process : snapshot.processes) by_pid.emplace(process.pid.value, &process);
    return std::ranges::any_of(snapshot.containers, [&](const ContainerFiles& container) {
        const auto init = by_pid.find(container.state_init_pid.value);
        return container.state_init_start != 0 && init != by_pid.end() && is_init_of_state(container, *init->second);
    });
}

}  // namespace shimtrace
