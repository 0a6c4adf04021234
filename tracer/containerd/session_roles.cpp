#include "tracer/containerd/session_roles.hpp"

#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/plain_process.hpp"
#include "tracer/containerd/plugin_addresses.hpp"
#include "tracer/containerd/roles.hpp"

#include <utility>

namespace shimtrace::containerd {

namespace {

bool plays_container(ProcessRole role) {
    return role == ProcessRole::container_init || role == ProcessRole::container_exec || role == ProcessRole::sandbox;
}

bool is_same_program(const Process& one, const Process& other) {
    return one.start_time == other.start_time && one.command_line == other.command_line;
}

}  // namespace

void SessionRoles::learn(Snapshot listing) {
    list_ = {};
    learn_plugins(listing);
    for (ContainerFiles& files : listing.containers)
        if (!files.container.name.empty()) names_.try_emplace(files.container, files.container.name);
    std::erase_if(streams_, [](const auto& each) { return each.second.role == OpenFileRole::none; });
    for (Process& process : listing.processes) {
        for (const FdEntry& entry : process.fds) {
            const OpenFile& target = entry.target;
            if (target.role->role != OpenFileRole::none && (target.kind == OpenFileKind::pipe || target.kind == OpenFileKind::unix_socket))
                streams_.insert_or_assign(target.inode, target.role);
        }
        process.fds.clear();
        learn_addresses(process);
        const auto known = processes_.find(process.pid);
        if (known != processes_.end() && told_meanwhile_.contains(process.pid) && !is_same_program(known->second, process)) continue;
        processes_.insert_or_assign(process.pid, std::move(process));
    }
    told_meanwhile_.clear();
}

void SessionRoles::know(std::vector<Process> processes) {
    for (Process& process : processes) processes_.insert_or_assign(process.pid, std::move(process));
}

void SessionRoles::learn_plugins(const Snapshot& listing) {
    knows_plugins_ = true;
    for (const std::string& address : plugin_addresses(listing))
        addresses_.try_emplace(std::string(socket_path(address)), OpenFileRole::plugin_grpc);
}

bool SessionRoles::learn_host() {
    if (!list_) return false;
    auto listing = list_();
    looks_ = !listing;
    if (looks_) return false;
    learn(std::move(*listing));
    return true;
}

void SessionRoles::learn_if_ready() {
    if (looks_) learn_host();
}

ProcessRoleInfo SessionRoles::process(Process fresh) {
    learn_if_ready();
    const Pid pid = fresh.pid;
    const auto by_itself = [&] {
        const Process* parent = fresh.parent ? look(fresh.parent) : nullptr;
        return process_role(fresh, parent, parent != nullptr ? &parent->role : nullptr);
    };
    fresh.role = by_itself();
    if (list_ && !looks_) {
        if (!mount_namespace_)
            mount_namespace_ = mount_namespace_of_host([this](Pid resident) {
                const Process* before = known(resident);
                return before != nullptr ? std::optional(*before) : read_(resident);
            });
        if (!is_plain(fresh, fresh.role, *mount_namespace_) && learn_host()) fresh.role = by_itself();
    }
    // The listing knew more than the process's own facts tell, as long as it is the same program still.
    if (const auto known = processes_.find(pid); known != processes_.end()) {
        const Process& before = known->second;
        if (is_same_program(before, fresh) && before.role.role != ProcessRole::none) fresh.role = before.role;
    }
    if (const auto named = names_.find(fresh.role.container); named != names_.end()) fresh.role.container.name = named->second;
    learn_addresses(fresh);
    if (looks_) told_meanwhile_.insert(pid);
    return (processes_[pid] = std::move(fresh)).role;
}

const Process* SessionRoles::look(Pid pid) {
    if (const auto known = processes_.find(pid); known != processes_.end()) return &known->second;
    auto fresh = read_(pid);
    if (!fresh) return nullptr;
    process(std::move(*fresh));
    return &processes_.at(pid);
}

OpenFileRoleInfo SessionRoles::target(Pid pid, const OpenFile& target) {
    learn_if_ready();
    OpenFileRoleInfo role = role_of(pid, target);
    // A name that only somebody else's command line explains, or a container that has another name as well.
    const bool is_named =
        target.kind == OpenFileKind::unix_socket && target.socket && !(target.socket->local + target.socket->remote).empty();
    const bool may_be_known = role.container || (is_named && role.role == OpenFileRole::none);
    if (may_be_known && !looks_ && learn_host()) role = role_of(pid, target);
    if (const auto named = names_.find(role.container); named != names_.end()) role.container.name = named->second;
    return role;
}

OpenFileRoleInfo SessionRoles::role_of(Pid pid, const OpenFile& target) {
    const OpenFileRoleInfo by_path = target_role(target, look(pid));
    if (by_path.role != OpenFileRole::none) return by_path;
    if (const OpenFileRoleInfo daemon = daemon_socket(target); daemon.role != OpenFileRole::none) return daemon;
    if (target.kind != OpenFileKind::pipe && target.kind != OpenFileKind::unix_socket) return {};
    const auto known = streams_.find(target.inode);
    if (known != streams_.end()) return known->second;
    const OpenFileRoleInfo found = target.kind == OpenFileKind::pipe ? stream(target) : OpenFileRoleInfo{};
    return streams_.try_emplace(target.inode, found).first->second;  // a holder may have had the host looked at
}

void SessionRoles::learn_addresses(const Process& process) {
    const auto learn = [&](const std::string& address) {
        if (address.empty()) return;
        addresses_.try_emplace(address, OpenFileRole::containerd_grpc);
        addresses_.try_emplace(address + ".ttrpc", OpenFileRole::containerd_ttrpc);
    };
    if (process.role.role == ProcessRole::shim) {
        if (const auto shim = parse_shim(process.command_line)) learn(shim->address);
    } else if (process.role.role == ProcessRole::containerd) {
        learn(parse_containerd(process.command_line).address);
    }
}

OpenFileRoleInfo SessionRoles::daemon_socket(const OpenFile& target) {
    if (target.kind != OpenFileKind::unix_socket || !target.socket) return {};
    if (!knows_plugins_) learn_plugins({});
    for (const std::string* path : {&target.socket->local, &target.socket->remote})
        if (const auto found = addresses_.find(*path); found != addresses_.end()) return {found->second};
    return {};
}

/// A pipe is a container's stdio if its init or an exec has it at 0, 1 or 2 and a shim holds the other end.
OpenFileRoleInfo SessionRoles::stream(const OpenFile& target) {
    OpenFileRoleInfo role;
    bool shim = false;
    for (const Holder& holder : target.holders) {
        const Process* process = look(holder.pid);
        if (process == nullptr) continue;
        shim = shim || process->role.role == ProcessRole::shim || process->role.role == ProcessRole::monitor;
        if (plays_container(process->role.role) && holder.fd.value >= 0 && holder.fd.value <= 2)
            role = {stream_roles[holder.fd.value], process->role.container, process->role.exec_id};
    }
    return shim ? role : OpenFileRoleInfo{};
}

}  // namespace shimtrace::containerd
