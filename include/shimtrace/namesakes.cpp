#include <shimtrace/container_identity.hpp>
#include <shimtrace/namesakes.hpp>

#include <algorithm>

namespace shimtrace {

std::string place_of_state(const ContainerFiles& files) {
    return files.container.ns.empty() || files.state_dir.empty() ? files.runc_root : files.state_dir;
}

Namesakes::Namesakes(const Snapshot& snapshot) {
    for (const ContainerFiles& files : snapshot.containers) containers_[files.container].push_back(&files);
    for (const Process& process : snapshot.processes) processes_.emplace(process.pid, &process);
}

const Process* Namesakes::process(Pid pid) const {
    const auto found = pid ? processes_.find(pid) : processes_.end();
    return found == processes_.end() ? nullptr : found->second;
}

std::span<const ContainerFiles* const> Namesakes::called(const ContainerRef& name) const {
    const auto found = containers_.find(name);
    if (found == containers_.end()) return {};
    return found->second;
}

std::string Namesakes::place_among_them(const ContainerFiles& files) const {
    const auto namesakes = called(files.container);
    if (namesakes.size() < 2) return {};
    const std::string place = place_of_state(files);
    const bool several = !place.empty() && std::ranges::any_of(namesakes, [&](const ContainerFiles* other) {
        const std::string theirs = place_of_state(*other);
        return other->state_dir.empty() == files.state_dir.empty() && !theirs.empty() && theirs != place;
    });
    return several ? place : std::string();
}

/// By its shim, its init, its pid namespace, or the root that a runtime at work was told.
bool Namesakes::is_of(const ContainerFiles& files, const Process& process) const {
    const Pid init = named_init(files);
    const Process* here = &process;
    for (int steps = 0; steps < 256 && here; ++steps) {
        if ((init && here->pid == init) || (files.sandbox_shim && here->pid == files.sandbox_shim)) return true;
        here = here->parent != here->pid ? this->process(here->parent) : nullptr;
    }
    const Process* first = this->process(init);
    if (first && first->ns_pids.size() > 1 && process.ns.pid && process.ns.pid == first->ns.pid) return true;
    return !files.runc_root.empty() && std::ranges::any_of(process.command_line, [&](const std::string& word) {
        return word == files.runc_root || word == "--root=" + files.runc_root;
    });
}

bool Namesakes::has_another(const Process& process, const std::string& place) const {
    if (place.empty()) return false;
    bool of_another = false;
    for (const ContainerFiles* files : called(process.role.container)) {
        if (!is_of(*files, process)) continue;
        if (place_of_state(*files) == place) return false;
        of_another = true;
    }
    return of_another;
}

}  // namespace shimtrace
