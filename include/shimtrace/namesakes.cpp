#include <shimtrace/namesakes.hpp>

#include <algorithm>

namespace shimtrace {

namespace {

const Process* find(const Snapshot& snapshot, Pid pid) {
    const auto found = pid ? std::ranges::find(snapshot.processes, pid, &Process::pid) : snapshot.processes.end();
    return found == snapshot.processes.end() ? nullptr : &*found;
}

/// By its shim, its init, its pid namespace, or the root that a runtime at work was told.
bool has(const Snapshot& snapshot, const ContainerFiles& files, const Process& process) {
    const Pid init = files.state_init_pid ? files.state_init_pid : files.init_pid;
    const Process* here = &process;
    for (int steps = 0; steps < 256 && here; ++steps) {
        if ((init && here->pid == init) || (files.sandbox_shim && here->pid == files.sandbox_shim)) return true;
        here = here->parent != here->pid ? find(snapshot, here->parent) : nullptr;
    }
    const Process* first = find(snapshot, init);
    if (first && first->ns_pids.size() > 1 && process.ns.pid && process.ns.pid == first->ns.pid) return true;
    return !files.runc_root.empty() && std::ranges::any_of(process.command_line, [&](const std::string& word) {
        return word == files.runc_root || word == "--root=" + files.runc_root;
    });
}

}  // namespace

std::string place_of_state(const ContainerFiles& files) {
    return files.container.ns.empty() || files.state_dir.empty() ? files.runc_root : files.state_dir;
}

std::string place_among_namesakes(const Snapshot& snapshot, const ContainerFiles& files) {
    const std::string place = place_of_state(files);
    const bool several = !place.empty() && std::ranges::any_of(snapshot.containers, [&](const ContainerFiles& other) {
        const std::string theirs = place_of_state(other);
        return other.container == files.container && other.state_dir.empty() == files.state_dir.empty() && !theirs.empty() &&
               theirs != place;
    });
    return several ? place : std::string();
}

bool is_of_namesake(const Snapshot& snapshot, const Process& process, const std::string& place) {
    if (place.empty()) return false;
    bool of_another = false;
    for (const ContainerFiles& files : snapshot.containers) {
        if (files.container != process.role.container || !has(snapshot, files, process)) continue;
        if (place_of_state(files) == place) return false;
        of_another = true;
    }
    return of_another;
}

}  // namespace shimtrace
