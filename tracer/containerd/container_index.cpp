#include "tracer/containerd/container_index.hpp"

#include "tracer/containerd/command_line.hpp"

#include <shimtrace/container_identity.hpp>

#include <algorithm>
#include <optional>

namespace shimtrace::containerd {

Pid living_init(const ContainerFiles& container, const Process* by_state_pid, const Process* by_pid_file) {
    if (container.state_init_pid) {
        // The runtime's state carries the start time, so it is the better witness.
        const bool same = by_state_pid != nullptr && is_init_of_state(container, *by_state_pid);
        return same ? container.state_init_pid : Pid{};
    }
    return by_pid_file != nullptr ? container.init_pid : Pid{};
}

std::optional<BundlePath> parse_bundle_path(std::string_view path) {
    for (const std::string_view mark :
         {"/io.containerd.runtime.v2.task/", "/io.containerd.runtime.v1.linux/", "/io.containerd.sandbox.controller.v1.shim/"}) {
        const std::size_t found = path.find(mark);
        if (found == path.npos) continue;
        std::string_view rest = path.substr(found + mark.size());
        const std::string_view ns = rest.substr(0, rest.find('/'));
        if (ns.size() == rest.size()) return std::nullopt;
        rest.remove_prefix(ns.size() + 1);
        const std::string_view id = rest.substr(0, rest.find('/'));
        if (ns.empty() || id.empty()) return std::nullopt;
        const auto length = static_cast<std::size_t>(id.data() + id.size() - path.data());
        rest.remove_prefix(std::min(rest.size(), id.size() + 1));
        return BundlePath{path.substr(0, found), ns, id, path.substr(0, length), rest};
    }
    return std::nullopt;
}

std::string_view namespace_of_runtime_root(std::string_view root) {
    const std::string_view parent = parent_path(root);
    if (base_name(parent) == "runtime-runc" || base_name(parent) == "runtime-runsc") return base_name(root);
    if ((base_name(parent) == "runc" || base_name(parent) == "runsc") && base_name(parent_path(parent)) == "containerd")
        return base_name(root);
    return "";
}

std::string_view socket_path(std::string_view address) {
    constexpr std::string_view scheme = "unix://";
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
    return address;
}

ContainerIndex::ContainerIndex(const Snapshot& snapshot) {
    for (const Process& process : snapshot.processes) processes_[process.pid] = &process;
    for (const ContainerFiles& each : snapshot.containers) {
        if (const Pid init = living_init(each, process(each.state_init_pid), process(each.init_pid))) inits_.try_emplace(init, &each);
        if (!each.bundle.empty()) bundles_.try_emplace(each.bundle, &each);
        if (each.cgroup.size() > 1) cgroups_.try_emplace(each.cgroup, &each);
        if (!each.address.empty()) addresses_.try_emplace(socket_path(each.address), &each);
        ids_[each.container.id].push_back(&each);
        for (const ExecPidFile& exec : each.execs) {
            execs_[exec.exec_id].push_back(&each);
            exec_pids_[exec.pid].emplace_back(&each, &exec);
        }
        if (each.owner == 0 && !each.containerd_address.empty()) containerd_addresses_.insert(each.containerd_address);
    }
}

const Process* ContainerIndex::process(Pid pid) const {
    const auto found = processes_.find(pid);
    return found == processes_.end() ? nullptr : found->second;
}

const ContainerFiles* ContainerIndex::by_init(Pid pid) const {
    const auto found = inits_.find(pid);
    return found == inits_.end() ? nullptr : found->second;
}

const ContainerFiles* ContainerIndex::by_bundle(std::string_view path) const {
    const auto found = bundles_.find(path);
    return found == bundles_.end() ? nullptr : found->second;
}

const ContainerFiles* ContainerIndex::by_name(std::string_view ns, std::string_view id) const {
    const auto found = ids_.find(id);
    if (found == ids_.end()) return nullptr;
    const auto named = std::ranges::find_if(found->second, [&](const ContainerFiles* each) { return each->container.ns == ns; });
    return named == found->second.end() ? nullptr : *named;
}

std::span<const ContainerFiles* const> ContainerIndex::by_id(std::string_view id) const {
    const auto found = ids_.find(id);
    if (found == ids_.end()) return {};
    return found->second;
}

const ContainerFiles* ContainerIndex::by_runtime_root(std::string_view root, std::string_view id) const {
    const auto found = ids_.find(id);
    if (found == ids_.end()) return nullptr;
    const auto kept = std::ranges::find_if(found->second, [&](const ContainerFiles* each) { return each->runc_root == root; });
    return kept == found->second.end() ? nullptr : *kept;
}

const ContainerFiles* ContainerIndex::by_shim_address(std::string_view address) const {
    const auto found = addresses_.find(address);
    return found == addresses_.end() ? nullptr : found->second;
}

const ContainerFiles* ContainerIndex::by_cgroup(std::string_view cgroup) const {
    const ContainerFiles* outermost = nullptr;
    for (std::string_view path = cgroup; path.size() > 1; path = parent_path(path))
        if (const auto found = cgroups_.find(path); found != cgroups_.end()) outermost = found->second;
    if (outermost != nullptr) return outermost;
    for (std::string_view path = cgroup; path.size() > 1; path = parent_path(path)) {
        // systemd's scopes: "cri-containerd-ID.scope", "docker-ID.scope"; cgroupfs: the id itself.
        std::string_view name = base_name(path);
        if (name.ends_with(".scope")) {
            name.remove_suffix(6);
            for (std::size_t dash = name.find('-'); dash != name.npos; dash = name.find('-')) {
                name.remove_prefix(dash + 1);
                if (const auto found = ids_.find(name); found != ids_.end()) {
                    outermost = found->second.front();
                    break;
                }
            }
        } else if (const auto found = ids_.find(name); found != ids_.end()) {
            outermost = found->second.front();
        }
    }
    return outermost;
}

const ContainerFiles* ContainerIndex::by_exec(std::string_view ns, std::string_view exec_id) const {
    const auto found = execs_.find(exec_id);
    if (found == execs_.end()) return nullptr;
    const ContainerFiles* only = nullptr;
    for (const ContainerFiles* each : found->second) {
        if (each->container.ns != ns) continue;
        if (only != nullptr) return nullptr;
        only = each;
    }
    return only;
}

std::pair<const ContainerFiles*, const ExecPidFile*> ContainerIndex::exec_with(std::string_view ns, Pid pid) const {
    const auto found = exec_pids_.find(pid);
    if (found == exec_pids_.end()) return {};
    const auto named = std::ranges::find_if(found->second, [&](const auto& each) { return each.first->container.ns == ns; });
    return named == found->second.end() ? std::pair<const ContainerFiles*, const ExecPidFile*>() : *named;
}

const ExecPidFile* ContainerIndex::exec_of(const ContainerFiles& container, Pid pid) const {
    for (const ExecPidFile& exec : container.execs) {
        if (exec.pid == pid) return &exec;
    }
    return nullptr;
}

}  // namespace shimtrace::containerd
