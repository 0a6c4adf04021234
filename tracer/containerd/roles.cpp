#include "tracer/containerd/roles.hpp"

#include "decoders/oci/runtimes.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/layout.hpp"
#include "tracer/containerd/monitors.hpp"
#include "tracer/containerd/open_file_roles.hpp"
#include "tracer/containerd/process_role.hpp"
#include "tracer/containerd/provenance.hpp"

#include <shimtrace/container_identity.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace shimtrace::containerd {

namespace {

/// The whole table at once: parents before children, with the files' testimony.
class ProcessRoles {
public:
    explicit ProcessRoles(Snapshot& snapshot) : snapshot_(snapshot), index_(snapshot) {
        for (Process& process : snapshot.processes) {
            processes_[process.pid] = &process;
            if (process.uid != 0 || !is_of_host(process)) continue;
            if (const auto shim = parse_shim(process.command_line); shim && is_shim(process)) {
                root_shims_.emplace(shim->ns, shim->id);
                if (is_kata_shim(process)) kata_shims_.push_back({&process, {shim->ns, shim->id}});
            }
        }
        for (const ContainerFiles& each : snapshot.containers)
            if (each.gofer) gofers_.emplace(each.gofer, &each);
    }

    void assign() {
        for (Process& process : snapshot_.processes) process.role = {};
        for (Process& process : snapshot_.processes) resolve(process);
        for (Process& process : snapshot_.processes) adopt_by_namespace(process);
        for (Process& process : snapshot_.processes) adopt_socket_owner(process);
        for (Process& process : snapshot_.processes) name_container(process.role.container);
    }

private:
    struct KataShim {
        const Process* process;
        ContainerRef sandbox;
    };

    Process* find(Pid pid) const {
        const auto found = processes_.find(pid);
        return found == processes_.end() ? nullptr : found->second;
    }

    void resolve(Process& process) {
        std::vector<Process*> line;  // from the process up to the first ancestor that is resolved
        for (Process* each = &process; each != nullptr && !resolved_.contains(each->pid) && line.size() < 4096; each = find(each->parent)) {
            line.push_back(each);
            resolved_.emplace(each->pid, true);
        }
        for (auto each = line.rbegin(); each != line.rend(); ++each) {
            const Process* parent = find((*each)->parent);
            (*each)->role = refined(**each, process_role(**each, parent, parent != nullptr ? &parent->role : nullptr), parent);
        }
    }

    /// What the files know better than the process alone.
    ProcessRoleInfo refined(const Process& process, ProcessRoleInfo info, const Process* parent) const {
        if (const ContainerFiles* files = index_.by_init(process.pid); files != nullptr && is_credible_init(process, info, parent)) {
            info.container = files->container;
            if (oci::runtime_named(files->runtime).has_sandbox) return {ProcessRole::sandbox, files->container};
            if (info.role == ProcessRole::runtime) info.role = ProcessRole::runtime_init;
            if (info.role != ProcessRole::runtime_init) info = {ProcessRole::container_init, files->container};
            return info;
        }
        if (const ContainerFiles* files = served_by_gofer(process)) return {ProcessRole::gofer, files->container};
        if (is_of_machinery(info.role) && has_other_mounts_than_init(process)) {
            if (const ContainerFiles* files = inner_container(process)) info = {ProcessRole::none, files->container};
        }
        switch (info.role) {
            case ProcessRole::shim:
                if (is_of_another_user(process, info.container)) info = {};
                break;
            case ProcessRole::monitor:
                if (const ContainerFiles* files = monitored_by(index_, process)) info.container = files->container;
                if (is_of_another_user(process, info.container)) info = {};
                break;
            case ProcessRole::runtime:
                complete_runtime(process, info);
                // An exec into a sandbox has no process on the host: the command stays in its place, and has its pid file.
                if (const auto [files, exec] = index_.exec_with(info.container.ns, process.pid);
                    exec != nullptr && oci::runtime_named(files->runtime).has_sandbox)
                    info = {ProcessRole::container_exec, files->container, exec->exec_id};
                break;
            case ProcessRole::hook:
                info.operation = hook_kind(process, info.container, parent);
                break;
            case ProcessRole::runtime_init:
            case ProcessRole::container_init:
            case ProcessRole::container_exec:
                complete_inner(process, info, parent);
                break;
            case ProcessRole::none:
                if (const ProcessRole role = kata_role(process); role != ProcessRole::none && is_of_host(process))
                    for (const KataShim& shim : kata_shims_)
                        if (has_id_in_words(process, shim.sandbox.id) && is_of_shim(process, *shim.process)) return {role, shim.sandbox};
                if (const ContainerFiles* files = inner_container(process)) {
                    const ExecPidFile* exec = index_.exec_of(*files, process.pid);
                    info = {exec != nullptr ? ProcessRole::container_exec : ProcessRole::container_process, files->container,
                            exec != nullptr ? exec->exec_id : ""};
                }
                break;
            case ProcessRole::container_process:
                // In a pod that shares its pid namespace the sandbox's init is every orphan's parent: whose it is, its cgroup says.
                if (const ContainerFiles* files = inner_container(process)) info.container = files->container;
                break;
            default:
                break;
        }
        return info;
    }

    /// A pid file may be stale and the pid another's: what is a shim, a runtime or a daemon is no container's init.
    static bool is_credible_init(const Process& process, const ProcessRoleInfo& info, const Process* parent) {
        const bool crun_init =
            info.role == ProcessRole::runtime && info.operation == "create" && parent != nullptr && is_inside(process, *parent);
        if (crun_init) return true;
        return (info.role == ProcessRole::none || runs_inside(info.role)) && process.pid.value > 1;
    }

    /// Started by it, though it may have been left to another parent since: anybody can give a program that name and those words.
    bool is_of_shim(const Process& process, const Process& shim) const {
        const Process* above = find(process.parent);
        for (int steps = 0; steps < 256 && above != nullptr; ++steps, above = find(above->parent))
            if (above == &shim) return true;
        if (process.uid != shim.uid) return false;
        return (process.session != 0 && process.session == shim.session) || (process.cgroup.size() > 1 && process.cgroup == shim.cgroup);
    }

    /// As the state has it, and as it calls itself: a pid alone may be another's by now.
    const ContainerFiles* served_by_gofer(const Process& process) const {
        const auto found = gofers_.find(process.pid);
        if (found == gofers_.end() || std::ranges::find(process.command_line, "gofer") == process.command_line.end()) return nullptr;
        return found->second;
    }

    static bool is_of_machinery(ProcessRole role) {
        return role == ProcessRole::shim || role == ProcessRole::runtime || role == ProcessRole::containerd ||
               role == ProcessRole::client || role == ProcessRole::monitor;
    }

    bool has_other_mounts_than_init(const Process& process) const {
        const Process* init = find(Pid{1});
        return init != nullptr && init->ns.mnt && process.ns.mnt && process.ns.mnt != init->ns.mnt;
    }

    /// An unprivileged process that says it is the shim of somebody else's container.
    bool is_of_another_user(const Process& process, const ContainerRef& container) const {
        if (process.uid == 0 || !container) return false;
        if (const ContainerFiles* files = index_.by_name(container.ns, container.id); files != nullptr && files->owner != process.uid)
            return true;
        return root_shims_.contains(container);
    }

    void complete_runtime(const Process& process, ProcessRoleInfo& info) const {
        auto command = parse_runtime(process.command_line, true);
        if (!command) command = called_command(process);
        if (!command) return;
        const ContainerFiles* files = index_.by_runtime_root(command->root, info.container.id);
        if (files == nullptr && !command->bundle.empty()) files = index_.by_bundle(command->bundle);
        if (files != nullptr && files->container.id == info.container.id) info.container = files->container;
        // Another user's command acts on that user's containers only.
        if (process.uid != 0 && (files == nullptr || files->owner != process.uid)) info.container = {};
    }

    /// A shim of a pod serves several containers: which one is this process of?
    void complete_inner(const Process& process, ProcessRoleInfo& info, const Process* parent) const {
        if (parent != nullptr && (parent->role.role == ProcessRole::shim || parent->role.role == ProcessRole::monitor)) {
            if (const ContainerFiles* files = index_.by_cgroup(process.cgroup);
                files != nullptr && files->container.ns == info.container.ns) {
                info.container = files->container;
            }
        } else if (!info.container) {
            if (const ContainerFiles* files = index_.by_cgroup(process.cgroup)) info.container = files->container;
        }
        if (info.role == ProcessRole::runtime_init) return;
        if (const auto [files, exec] = index_.exec_with(info.container.ns, process.pid); exec != nullptr)
            info = {ProcessRole::container_exec, files->container, exec->exec_id};
    }

    /// In a container's cgroup and no part of the machinery.
    const ContainerFiles* inner_container(const Process& process) const {
        if (process.cgroup.size() <= 1 || process.pid.value <= 2) return nullptr;
        const ContainerFiles* files = index_.by_cgroup(process.cgroup);
        if (files == nullptr || files->cgroup.empty()) return nullptr;
        const bool within = process.cgroup == files->cgroup || process.cgroup.starts_with(files->cgroup + "/");
        return within ? files : nullptr;
    }

    /// createContainer and startContainer hooks are children of `runc init`; the others of the runtime itself.
    std::string hook_kind(const Process& process, const ContainerRef& container, const Process* parent) const {
        if (parent != nullptr && parent->role.role == ProcessRole::hook) return parent->role.operation;
        const ContainerFiles* files = index_.by_name(container.ns, container.id);
        if (files == nullptr) return "";
        for (const OciHook& hook : files->hooks) {
            // A script's command line is its interpreter's: the path is then the second word.
            const bool named = std::ranges::any_of(process.command_line, [&](const std::string& word) { return word == hook.path; });
            if (named || process.exe == hook.path) return hook.kind;
        }
        return files->hooks.size() == 1 ? files->hooks.front().kind : "";
    }

    /// What lives in an init's pid namespace is its container's, whoever its parent is now.
    void adopt_by_namespace(Process& process) {
        if (inits_by_namespace_.empty()) {
            inits_by_namespace_.emplace(Inode{}, nullptr);
            for (const Process& each : snapshot_.processes) {
                const bool init = each.role.role == ProcessRole::container_init || each.role.role == ProcessRole::runtime_init;
                if (init && is_namespace_init(each) && each.role.container) inits_by_namespace_.try_emplace(each.ns.pid, &each);
            }
        }
        if (process.role.role != ProcessRole::none || !process.ns.pid) return;
        const auto found = inits_by_namespace_.find(process.ns.pid);
        if (found == inits_by_namespace_.end() || found->second == nullptr) return;
        const Process* parent = find(process.parent);
        const bool brought_in = parent == nullptr || parent->ns.pid != process.ns.pid;
        process.role = {brought_in ? ProcessRole::container_exec : ProcessRole::container_process, found->second->role.container};
        if (const ContainerFiles* files = index_.by_name(process.role.container.ns, process.role.container.id)) {
            if (const ExecPidFile* exec = index_.exec_of(*files, process.pid)) process.role.exec_id = exec->exec_id;
        }
    }

    /// The process that listens on the socket that shims have as -address is containerd, whatever its name; a path alone makes nobody that.
    void adopt_socket_owner(Process& process) {
        if (process.role.role != ProcessRole::none && process.role.role != ProcessRole::client) return;
        if (process.uid != 0 || !is_of_host(process) || process.role.container) return;
        const bool listens = std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
            return entry.target.socket && entry.target.socket->state == "LISTEN" &&
                   (index_.is_containerd_address(entry.target.socket->local) || is_usual_containerd_address(entry.target.socket->local));
        });
        if (listens) process.role = {ProcessRole::containerd};
    }

    void name_container(ContainerRef& container) const {
        if (!container || !container.name.empty()) return;
        if (const ContainerFiles* files = index_.by_name(container.ns, container.id)) container.name = files->container.name;
    }

    Snapshot& snapshot_;
    ContainerIndex index_;
    std::unordered_map<Pid, Process*> processes_;
    std::unordered_map<Pid, bool> resolved_;
    std::unordered_map<Inode, const Process*> inits_by_namespace_;
    std::set<ContainerRef> root_shims_;
    std::vector<KataShim> kata_shims_;
    std::unordered_map<Pid, const ContainerFiles*> gofers_;
};

}  // namespace

void assign_process_roles(Snapshot& snapshot) {
    ProcessRoles(snapshot).assign();
}

void assign_roles(Snapshot& snapshot) {
    assign_process_roles(snapshot);
    assign_target_roles(snapshot);
}

}  // namespace shimtrace::containerd
