#include "tracer/containerd/process_role.hpp"

#include "decoders/oci/runtimes.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/provenance.hpp"
#include "tracer/containerd/roles.hpp"

#include <shimtrace/container_identity.hpp>

#include <algorithm>

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

/// What Kata's shim starts for a sandbox, by the beginning of its program's name.
constexpr KnownProgram kata_programs[] = {
    {"qemu-system-", ProcessRole::sandbox}, {"cloud-hypervisor", ProcessRole::sandbox}, {"firecracker", ProcessRole::sandbox},
    {"stratovirt", ProcessRole::sandbox},   {"virtiofsd", ProcessRole::gofer},          {"nydusd", ProcessRole::gofer},
};

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
    // Of which only the command line does not answer, the program is known still.
    if (process.command_line.empty() && is_of_host(process) && !has_ended(process.state) && is_runtime_program(process))
        return {ProcessRole::runtime, shim_info.container};
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

}  // namespace

bool is_inside(const Process& process, const Process& other) {
    if (process.ns_pids.size() > other.ns_pids.size() && !other.ns_pids.empty()) return true;
    return process.ns.mnt && other.ns.mnt && process.ns.mnt != other.ns.mnt;
}

ProcessRole kata_role(const Process& process) {
    const std::string_view name = program_name(process.exe);
    const auto found = std::ranges::find_if(kata_programs, [&](const KnownProgram& row) { return name.starts_with(row.name); });
    return found == std::end(kata_programs) ? ProcessRole::none : found->role;
}

bool is_kata_shim(const Process& process) {
    return program_name(process.exe).starts_with("containerd-shim-kata") || argument_name(process).starts_with("containerd-shim-kata");
}

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

std::optional<RuntimeCommand> called_command(const Process& process) {
    if (auto command = parse_runtime(process.command_line, has_runtime_name(process))) return command;
    const std::size_t script = script_words(process);
    return script == 0 ? std::nullopt : parse_runtime(CommandLine(process.command_line).subspan(script), has_runtime_name(process));
}

bool is_shim(const Process& process) {
    if (is_shim_name(program_name(process.exe)) || is_renamed_shim(process)) return true;
    if (!goes_by_its_name(process)) return false;
    return parse_shim(process.command_line) || is_shim_name(argument_name(process)) || (process.exe.empty() && is_shim_name(process.comm));
}

bool has_containers_name(std::string_view program) {
    Process process;
    process.exe = program;
    return is_runtime_program(process) || role_by_itself(process).role != ProcessRole::none;
}

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

}  // namespace shimtrace::containerd
