#include <shimtrace/container_identity.hpp>

#include <algorithm>

namespace shimtrace {

bool is_init_of_state(const ContainerFiles& container, const Process& process) {
    if (container.owner != 0 && process.uid == 0) return false;
    if (container.state_init_start != 0) return process.start_time == container.state_init_start;
    // gVisor's sandbox that was given no cgroup says itself what it is: `runsc-sandbox … boot … ID`.
    if (container.runtime == "runsc" && container.cgroup.size() <= 1) {
        const std::vector<std::string>& words = process.command_line;
        const std::string& id = container.sandbox.empty() ? container.container.id : container.sandbox;
        return !words.empty() && words.back() == id && std::ranges::find(words, "boot") != words.end();
    }
    const std::string& cgroup = container.cgroup;
    return cgroup.size() > 1 && process.cgroup.starts_with(cgroup) &&
           (process.cgroup.size() == cgroup.size() || process.cgroup[cgroup.size()] == '/');
}

}  // namespace shimtrace
