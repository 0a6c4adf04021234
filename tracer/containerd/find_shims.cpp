#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/container_index.hpp"

#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace shimtrace::containerd {

namespace {

/// containerd's own socket, of a shim that has no `-address`: where it publishes its events lies beside it.
std::string containerd_of_environment(const Process& process) {
    constexpr std::string_view key = "TTRPC_ADDRESS=", suffix = ".ttrpc";
    for (const std::string_view entry : process.environment)
        if (entry.starts_with(key) && entry.ends_with(suffix))
            return std::string(entry.substr(key.size(), entry.size() - key.size() - suffix.size()));
    return "";
}

}  // namespace

void find_shims(Snapshot& snapshot) {
    struct Shim {
        const Process* process;
        std::string address;
    };
    std::map<ContainerRef, std::vector<Shim>> shims;
    std::unordered_map<Pid, const Process*> processes;
    std::set<const Process*> serving;
    for (const Process& process : snapshot.processes) {
        processes[process.pid] = &process;
        if (process.role.role != ProcessRole::shim || !process.role.operation.empty() || process.state == ProcessState::zombie) continue;
        if (auto command = parse_shim(process.command_line)) {
            shims[{command->ns, command->id}].push_back({&process, command->address});
            serving.insert(&process);
        } else if (process.role.container) {
            shims[process.role.container].push_back({&process, containerd_of_environment(process)});
            serving.insert(&process);
        }
    }
    const auto process = [&](Pid pid) {
        const auto found = processes.find(pid);
        return found == processes.end() ? nullptr : found->second;
    };
    const auto shim_of = [&](const ContainerFiles& files, const std::string& id) {
        const Process* best = nullptr;
        const auto named = shims.find({files.container.ns, id});
        if (named == shims.end()) return best;
        for (const Shim& shim : named->second) {
            if (shim.process->uid != files.owner) continue;
            const bool same_instance = files.containerd_address.empty() || shim.address == files.containerd_address;
            if (same_instance || best == nullptr) best = shim.process;
            if (same_instance) break;
        }
        return best;
    };
    for (ContainerFiles& files : snapshot.containers) {
        files.sandbox_shim = {};
        if (files.container.ns.empty()) continue;
        const Process* shim = shim_of(files, files.container.id);
        const Process* init = process(living_init(files, process(files.state_init_pid), process(files.init_pid)));
        if (shim == nullptr && init != nullptr && serving.contains(process(init->parent))) shim = process(init->parent);
        if (shim == nullptr && !files.sandbox.empty()) shim = shim_of(files, files.sandbox);
        if (shim != nullptr) files.sandbox_shim = shim->pid;
    }
    // Bundles that name one socket have one shim.
    std::map<std::pair<std::string_view, std::string_view>, Pid> by_address;
    for (const ContainerFiles& files : snapshot.containers)
        if (files.sandbox_shim && !files.address.empty()) by_address[{files.container.ns, files.address}] = files.sandbox_shim;
    for (ContainerFiles& files : snapshot.containers) {
        if (files.sandbox_shim || files.address.empty()) continue;
        if (const auto found = by_address.find({files.container.ns, files.address}); found != by_address.end())
            files.sandbox_shim = found->second;
    }
}

}  // namespace shimtrace::containerd
