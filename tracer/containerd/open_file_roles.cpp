#include "tracer/containerd/open_file_roles.hpp"

#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/roles.hpp"

#include <algorithm>
#include <optional>

namespace shimtrace::containerd {

namespace {

std::string_view without_deleted(std::string_view path) {
    constexpr std::string_view mark = " (deleted)";
    if (path.ends_with(mark)) path.remove_suffix(mark.size());
    return path;
}

struct StreamSuffix {
    std::string_view suffix;
    OpenFileRole role;
};
constexpr StreamSuffix stream_suffixes[] = {
    {"-stdin", OpenFileRole::stdin_stream},
    {"-stdout", OpenFileRole::stdout_stream},
    {"-stderr", OpenFileRole::stderr_stream},
};

/// Files of a bundle by their name.
struct BundleFile {
    std::string_view name;
    OpenFileRole role;
    bool fifo = false;
};
constexpr BundleFile bundle_files[] = {
    {"log", OpenFileRole::log_fifo, true},
    {"log.json", OpenFileRole::runtime_log},
    {"config.json", OpenFileRole::bundle_config},
};

/// Sockets that are what their path says, whoever holds them.
struct KnownSocket {
    std::string_view suffix;
    OpenFileRole role;
};
constexpr KnownSocket known_sockets[] = {
    {"/containerd.sock", OpenFileRole::containerd_grpc},
    {"/containerd.sock.ttrpc", OpenFileRole::containerd_ttrpc},
    {"/crio.sock", OpenFileRole::plugin_grpc},
    {"/cri-dockerd.sock", OpenFileRole::plugin_grpc},
    {"/buildkitd.sock", OpenFileRole::plugin_grpc},
    {"/csi.sock", OpenFileRole::plugin_grpc},
    {"/nri.sock", OpenFileRole::nri},
    {"/systemd/private", OpenFileRole::dbus},
    {"/dbus/system_bus_socket", OpenFileRole::dbus},
    {"/pty.sock", OpenFileRole::console_socket},
    {"/console.sock", OpenFileRole::console_socket},
};

/// `owner` is whose stream it may be: ID is the container's, or one of its execs'.
OpenFileRoleInfo stream_of(OpenFileRole role, const ContainerRef& owner, std::string_view id) {
    if (owner.id.empty() || owner.id == id) return {role, {owner.ns, std::string(id)}};
    return {role, owner, std::string(id)};
}

/// ctr: DIR/NUMBER/ID-stdout. CRI: …/containers/CONTAINER/io/NUMBER/ID-stdout. docker: …/containerd/CONTAINER/EXEC-stdout, "init" for the
/// container's own.
OpenFileRoleInfo stdio_fifo(std::string_view path, const ContainerRef& holder) {
    for (const StreamSuffix& stream : stream_suffixes) {
        if (!path.ends_with(stream.suffix)) continue;
        const std::string_view id = base_name(path.substr(0, path.size() - stream.suffix.size()));
        const std::string_view directory = parent_path(path);
        const std::string_view above = parent_path(directory);
        if (base_name(above) == "io") {
            const std::string_view container = base_name(parent_path(above));
            return stream_of(stream.role, {holder.ns.empty() ? "k8s.io" : holder.ns, std::string(container)}, id);
        }
        if (base_name(above) == "containerd" && base_name(directory) != "fifo") {
            const std::string_view container = base_name(directory);
            return stream_of(stream.role, {holder.ns.empty() ? "moby" : holder.ns, std::string(container)}, id == "init" ? container : id);
        }
        return stream_of(stream.role, holder, id);
    }
    return {};
}

OpenFileRoleInfo bundle_file(std::string_view path, OpenFileKind kind, const Process* holder) {
    ContainerRef container;
    std::string_view name;
    if (const auto bundle = parse_bundle_path(path)) {
        container = {std::string(bundle->ns), std::string(bundle->id)};
        name = bundle->rest;
    } else if (holder != nullptr && holder->role.container && !holder->cwd.empty() && parent_path(path) == without_deleted(holder->cwd)) {
        container = holder->role.container;
        name = base_name(path);
    } else {
        return {};
    }
    for (const BundleFile& file : bundle_files) {
        if (name == file.name && file.fifo == (kind == OpenFileKind::fifo)) return {file.role, container};
    }
    if (name.ends_with(".pid") && name.find('/') == name.npos) {
        const std::string exec_id(name.substr(0, name.size() - 4));
        return {OpenFileRole::pid_file, container, exec_id == "init" ? "" : exec_id};
    }
    return {};
}

/// ROOT/ID/exec.fifo and ROOT/ID/state.json.
OpenFileRoleInfo runtime_file(std::string_view path, OpenFileKind kind, const ContainerRef& holder) {
    const std::string_view name = base_name(path), directory = parent_path(path);
    OpenFileRole role = OpenFileRole::none;
    if (name == "exec.fifo" && (kind == OpenFileKind::fifo || kind == OpenFileKind::file || kind == OpenFileKind::unknown))
        role = OpenFileRole::exec_fifo;
    if (name == "state.json" && kind == OpenFileKind::file) role = OpenFileRole::state_file;
    if (role == OpenFileRole::none) return {};
    const std::string_view id = base_name(directory);
    std::string_view ns = namespace_of_runtime_root(parent_path(directory));
    if (ns.empty() && holder.id == id) ns = holder.ns;
    return {role, {std::string(ns), std::string(id)}};
}

/// A shim's own socket: "/run/containerd/s/HASH", in old shims the abstract "@/containerd-shim/HASH.sock".
bool is_shim_socket(std::string_view path) {
    if (path.starts_with("@/containerd-shim/")) return true;
    const std::string_view name = base_name(path);
    return base_name(parent_path(path)) == "s" && name.size() == 64 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

OpenFileRoleInfo socket_role(std::string_view path, const Process* holder) {
    path = without_deleted(path);
    if (path.empty()) return {};
    const bool of_shim = holder != nullptr && holder->role.role == ProcessRole::shim;
    if (is_shim_socket(path)) return {OpenFileRole::shim_ttrpc, of_shim ? holder->role.container : ContainerRef{}};
    if (of_shim) {
        if (const auto shim = parse_shim(holder->command_line)) {
            if (path == shim->address) return {OpenFileRole::containerd_grpc};
            if (path == shim->address + ".ttrpc") return {OpenFileRole::containerd_ttrpc};
        }
    }
    for (const KnownSocket& socket : known_sockets) {
        if (!path.ends_with(socket.suffix)) continue;
        const bool has_owner = socket.role == OpenFileRole::console_socket && holder != nullptr;
        return {socket.role, has_owner ? holder->role.container : ContainerRef{}, has_owner ? holder->role.exec_id : ""};
    }
    if (holder != nullptr && holder->role.role == ProcessRole::runtime) {
        const auto command = parse_runtime(holder->command_line, true);
        if (command && !command->console_socket.empty() && path == command->console_socket) {
            return {OpenFileRole::console_socket, holder->role.container, holder->role.exec_id};
        }
    }
    return {};
}

/// After `2>&1` or `>&2`.
bool has_it_as_both_outputs(const Process& process, Inode pipe) {
    return std::ranges::count_if(process.fds, [&](const FdEntry& entry) {
               return (entry.fd.value == 1 || entry.fd.value == 2) && entry.target.inode == pipe;
           }) == 2;
}

/// A runtime brings it in, and gives it its streams; what it forks has those from it.
bool is_brought_in(ProcessRole role) {
    return is_container_role(role) && role != ProcessRole::container_process;
}

/// Roles that only the whole table shows: who else has the same pipe, what the other end of a socket is bound to.
class TargetRoles {
public:
    explicit TargetRoles(Snapshot& snapshot) : snapshot_(snapshot), index_(snapshot) {
        learn_sockets();
        learn_pipes();
    }

    void assign() {
        for (Process& process : snapshot_.processes) {
            for (FdEntry& entry : process.fds) {
                const OpenFileRoleInfo told = target_role(entry.target, &process);
                entry.target.role = {};
                if (told.role != OpenFileRole::none) entry.target.role = told;
                refine(entry.target, process);
                const ContainerRef& container = entry.target.role->container;
                if (!container || !container.name.empty()) continue;
                if (const ContainerFiles* files = index_.by_name(container.ns, container.id))
                    entry.target.role.edit().container.name = files->container.name;
            }
        }
    }

private:
    void learn_sockets() {
        const auto learn = [&](const SocketFacts& socket) {
            if (socket.inode && !socket.local.empty() && socket.protocol.starts_with("UNIX"))
                bound_.try_emplace(socket.inode, socket.local);
        };
        for (const SocketFacts& socket : snapshot_.sockets) learn(socket);
        for (const Process& process : snapshot_.processes) {
            for (const FdEntry& entry : process.fds) {
                if (entry.target.socket) learn(*entry.target.socket);
            }
        }
        for (const ContainerFiles& files : snapshot_.containers) {
            if (!files.containerd_address.empty())
                addresses_.try_emplace(files.containerd_address, OpenFileRoleInfo{OpenFileRole::containerd_grpc});
            if (!files.containerd_address.empty()) {
                addresses_.try_emplace(files.containerd_address + ".ttrpc", OpenFileRoleInfo{OpenFileRole::containerd_ttrpc});
            }
            if (!files.address.empty()) {
                const Process* shim = index_.process(files.sandbox_shim);
                addresses_.try_emplace(
                    std::string(socket_path(files.address)),
                    OpenFileRoleInfo{OpenFileRole::shim_ttrpc, shim != nullptr ? shim->role.container : files.container});
            }
        }
    }

    /// A pipe is a container's stdio if its init or an exec has it at 0, 1 or 2 and its shim holds the other end; one that only
    /// the runtime and its init share is theirs to synchronize.
    void learn_pipes() {
        struct Users {
            bool shim = false, runtime = false, init = false, others = false;
            bool told_apart = false;  ///< by one that has another pipe for the other output
            OpenFileRoleInfo stream, owner;
        };
        std::unordered_map<Inode, Users> pipes;
        for (const Process& process : snapshot_.processes) {
            for (const FdEntry& entry : process.fds) {
                if (entry.target.kind != OpenFileKind::pipe && entry.target.kind != OpenFileKind::unix_socket) continue;
                Users& users = pipes[entry.target.inode];
                const ProcessRole role = process.role.role;
                if (role == ProcessRole::shim || role == ProcessRole::monitor)
                    users.shim = true;
                else if (role == ProcessRole::runtime)
                    users.runtime = true;
                else if (role == ProcessRole::runtime_init)
                    users.init = true;
                else
                    users.others = true;
                if (role == ProcessRole::runtime || role == ProcessRole::runtime_init)
                    users.owner = {OpenFileRole::runtime_sync, process.role.container, process.role.exec_id};
                if (entry.target.kind == OpenFileKind::pipe && is_brought_in(role) && entry.fd.value >= 0 && entry.fd.value <= 2) {
                    const bool tells_apart = !has_it_as_both_outputs(process, entry.target.inode);
                    if (users.stream.role != OpenFileRole::none && (users.told_apart || !tells_apart)) continue;
                    users.stream = {stream_roles[entry.fd.value], process.role.container, process.role.exec_id};
                    users.told_apart = tells_apart;
                }
            }
        }
        for (const auto& [inode, users] : pipes) {
            if (users.stream.role != OpenFileRole::none && (users.shim || is_orphan(users.stream.container))) {
                streams_.emplace(inode, users.stream);
            } else if (users.init && users.stream.role == OpenFileRole::none && !users.shim && !users.others) {
                streams_.emplace(inode, users.owner);
            }
        }
    }

    /// Its shim is gone: nobody holds the other end.
    bool is_orphan(const ContainerRef& container) const {
        return std::ranges::none_of(snapshot_.processes, [&](const Process& process) {
            if (process.role.role == ProcessRole::monitor) return process.role.container == container;
            return process.role.role == ProcessRole::shim && process.role.container.ns == container.ns &&
                   (process.role.container.id == container.id || serves(process.pid, container));
        });
    }
    bool serves(Pid shim, const ContainerRef& container) const {
        const ContainerFiles* files = index_.by_name(container.ns, container.id);
        return files != nullptr && files->sandbox_shim == shim;
    }

    void refine(OpenFile& target, const Process& holder) {
        if (target.role->role == OpenFileRole::none) {
            if (target.kind == OpenFileKind::unix_socket) refine_socket(target, holder);
            if (target.role->role == OpenFileRole::none &&
                (target.kind == OpenFileKind::pipe || target.kind == OpenFileKind::unix_socket)) {
                if (const auto found = streams_.find(target.inode); found != streams_.end()) target.role = found->second;
            }
        } else if (target.kind == OpenFileKind::fifo) {
            refine_stream(target.role.edit());
        } else if (target.role->role == OpenFileRole::shim_ttrpc && !target.role->container) {
            refine_socket(target, holder);
        }
    }

    /// A shim of a pod has the fifos of several containers: an "exec id" that is a container's id is that container.
    void refine_stream(OpenFileRoleInfo& role) const {
        if (role.exec_id.empty()) {
            // Somebody outside (ctr) holds it: the id alone tells, if only one container or exec has it.
            if (!role.container.ns.empty() || role.role == OpenFileRole::none) return;
            const ContainerFiles* only = nullptr;
            for (const ContainerFiles& files : snapshot_.containers) {
                const bool own = files.container.id == role.container.id;
                const bool exec =
                    std::ranges::any_of(files.execs, [&](const ExecPidFile& each) { return each.exec_id == role.container.id; });
                if (!own && !exec) continue;
                if (only != nullptr) return;
                only = &files;
            }
            if (only == nullptr) return;
            if (only->container.id != role.container.id) role.exec_id = role.container.id;
            role.container = only->container;
            return;
        }
        if (const ContainerFiles* files = index_.by_name(role.container.ns, role.exec_id)) {
            role = {role.role, files->container};
        } else if (const ContainerFiles* owner = index_.by_exec(role.container.ns, role.exec_id)) {
            role.container = owner->container;
        }
    }

    void refine_socket(OpenFile& target, const Process& holder) {
        if (!target.socket) return;
        const auto try_path = [&](const std::string& path) {
            if (path.empty()) return false;
            if (const auto found = addresses_.find(path); found != addresses_.end()) {
                target.role = found->second;
                return true;
            }
            const OpenFileRoleInfo info = socket_role(path, &holder);
            if (info.role == OpenFileRole::none) return false;
            target.role = info;
            return true;
        };
        if (try_path(target.socket->local) || try_path(target.socket->remote)) return;
        if (const auto peer = bound_.find(target.socket->peer_inode); peer != bound_.end()) try_path(peer->second);
    }

    Snapshot& snapshot_;
    ContainerIndex index_;
    std::unordered_map<Inode, std::string> bound_;
    std::unordered_map<std::string, OpenFileRoleInfo> addresses_;
    std::unordered_map<Inode, OpenFileRoleInfo> streams_;
};

}  // namespace

OpenFileRoleInfo target_role(const OpenFile& target, const Process* holder) {
    static const ContainerRef none;
    const ContainerRef& container = holder != nullptr ? holder->role.container : none;
    // What a container's process has open by path is a path of its own root: names there mean nothing here.
    const bool foreign = holder != nullptr && is_container_role(holder->role.role) && holder->role.role != ProcessRole::runtime_init;
    switch (target.kind) {
        case OpenFileKind::fifo:
        case OpenFileKind::file: {
            const std::string_view path = without_deleted(target.path);
            if (foreign && base_name(path) != "exec.fifo") return {};
            if (target.kind == OpenFileKind::fifo) {
                if (const OpenFileRoleInfo info = stdio_fifo(path, container); info.role != OpenFileRole::none) return info;
            }
            if (const OpenFileRoleInfo info = bundle_file(path, target.kind, holder); info.role != OpenFileRole::none) return info;
            return runtime_file(path, target.kind, container);
        }
        case OpenFileKind::unix_socket:
            if (!target.socket || foreign) return {};
            if (const OpenFileRoleInfo info = socket_role(target.socket->local, holder); info.role != OpenFileRole::none) return info;
            return socket_role(target.socket->remote, holder);
        case OpenFileKind::pty:
            if (holder == nullptr || !container) return {};
            if (holder->role.role != ProcessRole::shim && !is_container_role(holder->role.role) &&
                holder->role.role != ProcessRole::runtime)
                return {};
            return {OpenFileRole::console, container, holder->role.exec_id};
        default:
            return {};
    }
}

void assign_target_roles(Snapshot& snapshot) {
    TargetRoles(snapshot).assign();
}

}  // namespace shimtrace::containerd
