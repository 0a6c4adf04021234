#include "tracer/containerd/monitors.hpp"

#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/layout.hpp"

#include <unordered_map>

namespace shimtrace::containerd {

const ContainerFiles* monitored_by(const ContainerIndex& index, const Process& monitor) {
    const auto command = parse_monitor(monitor.command_line);
    if (!command) return nullptr;
    const auto may_be = [&](const ContainerFiles& files) { return files.container.id == command->id && files.owner == monitor.uid; };
    if (const ContainerFiles* files = command->bundle.empty() ? nullptr : index.by_bundle(command->bundle); files && may_be(*files))
        return files;
    for (const ContainerFiles* files : index.by_id(command->id))
        if (may_be(*files) && (command->runtime_root.empty() || files->runc_root == canonical_path(command->runtime_root))) return files;
    return nullptr;
}

void find_monitors(Snapshot& snapshot) {
    std::unordered_map<const ContainerFiles*, const Process*> monitors;
    {
        const ContainerIndex index(snapshot);
        for (const Process& process : snapshot.processes) {
            if (process.role.role != ProcessRole::monitor || !process.role.operation.empty() || process.state == ProcessState::zombie)
                continue;
            if (const ContainerFiles* files = monitored_by(index, process)) monitors.try_emplace(files, &process);
        }
    }
    for (ContainerFiles& files : snapshot.containers) {
        const auto found = monitors.find(&files);
        files.monitor = found == monitors.end() ? Pid{} : found->second->pid;
        if (files.monitor) files.engine_name = parse_monitor(found->second->command_line)->name;
    }
}

}  // namespace shimtrace::containerd
