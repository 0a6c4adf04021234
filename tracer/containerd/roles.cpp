#include "tracer/containerd/roles.hpp"

#include "decoders/oci/runtimes.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/layout.hpp"
#include "tracer/containerd/monitors.hpp"
#include "tracer/containerd/open_file_roles.hpp"
#include "tracer/containerd/provenance.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace shimtrace::containerd {

namespace {

/// Programs known by their name, where nothing better tells.
struct KnownProgram {
    std::string_view name;
    ProcessRole role;
};
constexpr KnownProgram known_programs[] = {
    {"containerd", ProcessRole::containerd}, {"ctr", ProcessRole::client},       {"crictl", ProcessRole::client},
    {"nerdctl", ProcessRole::client},        {"dockerd", ProcessRole::client},   {"crio", ProcessRole::client},
    {"docker", ProcessRole::client},         {"kubelet", ProcessRole::client},   {"k3s", ProcessRole::client},
    {"rke2", ProcessRole::client},           {"buildkitd", ProcessRole::client}, {"finch", ProcessRole::client},
};

std::string_view argument_name(const Process& process) {
    return process.command_line.empty() ? std::string_view{} : program_name(process.command_line.front());
}

template <typename Test>
bool any_name(const Process& process, Test test) {
    return test(program_name(process.exe)) || test(argument_name(process)) || test(std::string_view(process.comm));
}

bool is_shim_name(std::string_view name) {
    return name.starts_with("containerd-shim");
}

bool has_runtime_name(const Process& process) {
    return any_name(process, [](std::string_view name) { return oci::runtime_of_program(name) != nullptr; });
}

/// Deeper in pid namespaces than `other`, or in another mount namespace: already inside a container.
bool is_inside(const Process& process, const Process& other) {
    if (process.ns_pids.size() > other.ns_pids.size() && !other.ns_pids.empty()) return true;
    return process.ns.mnt && other.ns.mnt && process.ns.mnt != other.ns.mnt;
}

bool is_namespace_init(const Process& process) {
    return process.ns_pids.size() > 1 && process.ns_pids.back() == 1;
}

/// What Kata's shim starts for a sandbox, by the beginning of its program's name.
constexpr KnownProgram kata_programs[] = {
    {"qemu-system-", ProcessRole::sandbox}, {"cloud-hypervisor", ProcessRole::sandbox}, {"firecracker", ProcessRole::sandbox},
    {"stratovirt", ProcessRole::sandbox},   {"virtiofsd", ProcessRole::gofer},          {"nydusd", ProcessRole::gofer},
};

ProcessRole kata_role(const Process& process) {
    const std::string_view name = program_name(process.exe);
    const auto found = std::ranges::find_if(kata_programs, [&](const KnownProgram& row) { return name.starts_with(row.name); });
    return found == std::end(kata_programs) ? ProcessRole::none : found->role;
}

bool is_kata_shim(const Process& process) {
    return program_name(process.exe).starts_with("containerd-shim-kata") || argument_name(process).starts_with("containerd-shim-kata");
}

/// Some word of its command line has the id, and not as a part of a longer name: "sandbox-ID,debug-threads=on", "/run/vc/vm/ID/clh.sock".
bool has_id_in_words(const Process& process, std::string_view id) {
    const auto is_of_name = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !id.empty() && std::ranges::any_of(process.command_line, [&](std::string_view word) {
        for (std::size_t at = word.find(id); at != word.npos; at = word.find(id, at + 1)) {
            const bool begins = at == 0 || !is_of_name(word[at - 1]);
            if (begins && (at + id.size() == word.size() || !is_of_name(word[at + id.size()]))) return true;
        }
        return false;
    });
}

/// "runc:[1:CHILD]", "runc:[2:INIT]".
bool has_init_name(const Process& process) {
    return std::ranges::any_of(
        oci::runtimes(), [&](const oci::Runtime& each) { return !each.init_name.empty() && process.comm.starts_with(each.init_name); });
}

/// That, or a sealed copy of the runtime that has `init` as its only argument.
bool inits_runtime(const Process& process) {
    return has_init_name(process) || is_runtime_init(process.command_line);
}

/// Where the script's own words begin in the command line of its interpreter: the kernel has named the process after it. 0: it is none.
std::size_t script_words(const Process& process) {
    constexpr std::size_t comm_length = 15;
    for (std::size_t i = 1; i < std::min<std::size_t>(process.command_line.size(), 4); ++i) {
        const std::string_view name = base_name(process.command_line[i]);
        if (!name.empty() && process.command_line[i].find('/') != std::string::npos && name.substr(0, comm_length) == process.comm)
            return i;
    }
    return 0;
}

/// A shim or a runtime has called it as a runtime: the runtime itself, or a script that stands in its place.
std::optional<RuntimeCommand> called_command(const Process& process) {
    if (auto command = parse_runtime(process.command_line, has_runtime_name(process))) return command;
    const std::size_t script = script_words(process);
    return script == 0 ? std::nullopt : parse_runtime(CommandLine(process.command_line).subspan(script), has_runtime_name(process));
}

/// A script that stands in a runtime's place: what it starts is no hook.
bool is_wrapper(const Process& process) {
    return script_words(process) != 0;
}

/// CRIU is run by `runc checkpoint` and `runc restore`.
bool is_criu(const Process& process) {
    return any_name(process, [](std::string_view name) { return name == "criu"; });
}

/// Root's, and started under a shim's name, as the kernel still has it: whoever puts a new shim in its place by hand renames the old one
/// first.
bool is_renamed_shim(const Process& process) {
    return process.uid == 0 && is_shim_name(process.comm) && is_shim_name(argument_name(process)) && parse_shim(process.command_line);
}

/// By its executable's name, or by arguments that only a shim has: then it is called as it calls itself.
bool is_shim(const Process& process) {
    if (is_shim_name(program_name(process.exe)) || is_renamed_shim(process)) return true;
    if (!goes_by_its_name(process)) return false;
    return parse_shim(process.command_line) || is_shim_name(argument_name(process)) || (process.exe.empty() && is_shim_name(process.comm));
}

/// By its executable's name; by the name that it has otherwise where the executable is a copy in memory or can't be read.
bool is_runtime_program(const Process& process) {
    if (oci::runtime_of_program(program_name(process.exe)) != nullptr) return true;
    const bool nameless = process.exe.empty() || process.exe.starts_with("/memfd:") || process.exe.starts_with("/proc/");
    return (nameless || goes_by_its_name(process)) && has_runtime_name(process);
}

/// As is_shim: its own executable is conmon, or it is called so where that cannot be read.
bool is_monitor(const Process& process) {
    const std::string_view name = process.exe.empty() ? argument_name(process) : program_name(process.exe);
    return name == "conmon";
}

ProcessRoleInfo monitor_role(const Process& process) {
    ProcessRoleInfo info{ProcessRole::monitor};
    if (const auto command = parse_monitor(process.command_line)) {
        info.container.id = command->id;
        if (command->of_exec) info.operation = "exec";
    }
    return info;
}

ProcessRoleInfo shim_role(const Process& process) {
    ProcessRoleInfo info{ProcessRole::shim};
    if (const auto command = parse_shim(process.command_line)) {
        info.container = {command->ns, command->id};
        info.operation = command->action;
    } else if (const auto bundle = parse_bundle_path(process.cwd)) {
        // A shim of containerd 2.3's protocol need not have flags: it works in its bundle.
        info.container = {std::string(bundle->ns), std::string(bundle->id)};
        info.operation = shim_action(process.command_line);
    }
    return info;
}

std::string exec_of_pid_file(const RuntimeCommand& command) {
    std::string_view name = base_name(command.pid_file);
    if (!name.ends_with(".pid") || command.operation != "exec") return "";
    name.remove_suffix(4);
    return name == "init" ? "" : std::string(name);
}

ProcessRoleInfo runtime_role(const RuntimeCommand& command, std::string_view ns) {
    ProcessRoleInfo info{ProcessRole::runtime};
    info.operation = command.operation;
    info.exec_id = exec_of_pid_file(command);
    info.container.id = command.id;
    if (!command.id.empty()) info.container.ns = ns.empty() ? namespace_of_runtime_root(command.root) : ns;
    return info;
}

ProcessRoleInfo as(ProcessRole role, const ProcessRoleInfo& of) {
    return {role, of.container, of.exec_id, of.operation};
}

/// The init that a runtime has made and that is not the container's program yet: crun's keeps the command line of `crun create`.
bool is_unstarted_init(const Process& process) {
    if (inits_runtime(process)) return true;
    const auto command = parse_runtime(process.command_line, has_runtime_name(process));
    return command && (command->operation == "create" || command->operation == "run" || command->operation == "restore");
}

/// A child of a shim: the runtime at work, `runc init` after the runtime has left, or the container itself.
ProcessRoleInfo child_of_shim(const Process& process, const Process& shim, const ProcessRoleInfo& shim_info) {
    const bool inside = is_inside(process, shim);
    if (is_kata_shim(shim) && is_of_host(process))
        if (const ProcessRole role = kata_role(process); role != ProcessRole::none) return {role, shim_info.container};
    if (inits_runtime(process)) return {ProcessRole::runtime_init, shim_info.container};
    const auto command = called_command(process);
    // A container's process may be the shim's child and call itself what it likes: whose it is, is told by its cgroup and the files.
    if (command && !is_of_host(process) && is_unstarted_init(process))
        return {ProcessRole::runtime_init, shim_info.container, "", command->operation};
    if (command && is_of_host(process)) {
        ProcessRoleInfo info = runtime_role(*command, shim_info.container.ns);
        if (!info.container) info.container = shim_info.container;
        return info;
    }
    if (inside) return {is_namespace_init(process) ? ProcessRole::container_init : ProcessRole::container_exec, shim_info.container};
    const bool namespaces_known = process.ns.mnt && shim.ns.mnt;
    if (process.command_line == shim.command_line || namespaces_known) return {ProcessRole::none, shim_info.container};
    return {ProcessRole::container_exec, shim_info.container};
}

ProcessRoleInfo child_of_runtime(const Process& process, const Process& runtime, const ProcessRoleInfo& info) {
    const bool inside = is_inside(process, runtime);
    if (inits_runtime(process)) return as(ProcessRole::runtime_init, info);
    if (process.command_line == runtime.command_line) return inside ? as(ProcessRole::runtime_init, info) : info;
    if (const auto command = called_command(process); command && !inside) return runtime_role(*command, info.container.ns);
    // `runc run` and `runc exec` in the foreground stay the parents of what they started.
    if (inside) return {info.operation == "exec" ? ProcessRole::container_exec : ProcessRole::container_init, info.container, info.exec_id};
    if (process.state == ProcessState::zombie && process.command_line.empty()) return {ProcessRole::none, info.container};
    // What works for the runtime is of it, and has no operation of its own.
    const bool works_for_it = is_wrapper(runtime) || is_criu(process) || is_criu(runtime) || info.operation.empty();
    return works_for_it ? ProcessRoleInfo{ProcessRole::runtime, info.container, info.exec_id}
                        : ProcessRoleInfo{ProcessRole::hook, info.container};
}

ProcessRoleInfo role_by_itself(const Process& process) {
    if (!is_of_host(process))
        return {is_namespace_init(process) && is_unstarted_init(process) ? ProcessRole::runtime_init : ProcessRole::none};
    if (is_shim(process)) return shim_role(process);
    if (is_monitor(process)) return monitor_role(process);
    const bool known = is_runtime_program(process);
    const auto command = parse_runtime(process.command_line, known);
    if (command && (known || (!command->root.empty() && !command->log.empty() && goes_by_its_name(process))))
        return runtime_role(*command, "");
    if (has_init_name(process)) return {ProcessRole::runtime_init};
    for (const KnownProgram& program : known_programs) {
        if (program_name(process.exe) == program.name || (process.exe.empty() && argument_name(process) == program.name) ||
            (process.exe.empty() && process.command_line.empty() && process.comm == program.name)) {
            return {program.role};
        }
    }
    return {};
}

/// A daemon: what it starts, and is no shim, no runtime and no daemon itself, it waits for.
bool starts_plugins(const Process& process) {
    if (process.role.role == ProcessRole::containerd) return true;
    const std::string_view name = program_name(process.exe);
    return name == "dockerd" || name == "crio" || name == "kubelet";
}

/// A CNI plugin says itself what it is for: "CNI ADD", and for which sandbox (the specification's CNI_COMMAND, CNI_CONTAINERID).
ProcessRoleInfo plugin_role(const Process& process) {
    ProcessRoleInfo info{ProcessRole::plugin};
    for (const std::string& entry : process.environment) {
        if (entry.starts_with("CNI_COMMAND=")) info.operation = "CNI " + entry.substr(entry.find('=') + 1);
        if (entry.starts_with("CNI_CONTAINERID=")) info.container = {"k8s.io", entry.substr(entry.find('=') + 1)};
    }
    if (info.container.id.empty()) info.container = {};
    return info;
}

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

ProcessRoleInfo process_role(const Process& process, const Process* parent, const ProcessRoleInfo* parent_role) {
    if (parent != nullptr && parent_role != nullptr) {
        switch (parent_role->role) {
            case ProcessRole::container_init:
            case ProcessRole::container_exec:
            case ProcessRole::container_process:
            case ProcessRole::sandbox:
                return {ProcessRole::container_process, parent_role->container};
            case ProcessRole::hook:
            case ProcessRole::gofer:
                return *parent_role;
            case ProcessRole::runtime:
                return child_of_runtime(process, *parent, *parent_role);
            case ProcessRole::runtime_init:
                if (inits_runtime(process) || process.command_line == parent->command_line) return *parent_role;
                if (process.ns_pids.size() > parent->ns_pids.size() && is_namespace_init(process)) {
                    return {ProcessRole::container_init, parent_role->container};
                }
                return {ProcessRole::hook, parent_role->container};
            case ProcessRole::shim:
                if (parent_role->operation.empty()) return child_of_shim(process, *parent, *parent_role);
                break;
            case ProcessRole::monitor:
                return child_of_shim(process, *parent, *parent_role);
            case ProcessRole::plugin:
                if (is_of_host(process)) return *parent_role;
                break;
            case ProcessRole::containerd:
            case ProcessRole::client:
                if (auto role = role_by_itself(process); role.role != ProcessRole::none || !starts_plugins(*parent)) return role;
                if (is_of_host(process) && program_name(process.exe) != "docker-proxy") return plugin_role(process);
                break;
            default:
                break;
        }
    }
    return role_by_itself(process);
}

void assign_process_roles(Snapshot& snapshot) {
    ProcessRoles(snapshot).assign();
}

void assign_roles(Snapshot& snapshot) {
    assign_process_roles(snapshot);
    assign_target_roles(snapshot);
}

}  // namespace shimtrace::containerd
