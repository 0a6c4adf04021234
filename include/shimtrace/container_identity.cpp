#include <shimtrace/container_identity.hpp>

namespace shimtrace {

bool is_init_of_state(const ContainerFiles& container, const Process& process) {
    if (container.owner != 0 && process.uid == 0) return false;
    if (container.state_init_start != 0) return process.start_time == container.state_init_start;
    const std::string& cgroup = container.cgroup;
    return cgroup.size() > 1 && process.cgroup.starts_with(cgroup) &&
           (process.cgroup.size() == cgroup.size() || process.cgroup[cgroup.size()] == '/');
}

}  // namespace shimtrace
