#include "tracer/containerd/layout.hpp"

#include "decoders/oci/runtimes.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"

#include <algorithm>
#include <charconv>

namespace shimtrace::containerd {

namespace {

constexpr std::size_t most_config = 1U << 20U;

/// STATE and socket of the usual installations: containerd's own, k3s and rke2, docker's, microk8s.
struct UsualPlace {
    std::string_view state_dir, root_dir, address;
};
constexpr UsualPlace usual_places[] = {
    {"/run/containerd", "/var/lib/containerd", "/run/containerd/containerd.sock"},
    {"/run/k3s/containerd", "/var/lib/rancher/k3s/agent/containerd", "/run/k3s/containerd/containerd.sock"},
    {"/run/docker/containerd/daemon", "/var/lib/docker/containerd/daemon", "/run/docker/containerd/containerd.sock"},
    {"/var/snap/microk8s/common/run/containerd", "/var/snap/microk8s/common/var/lib/containerd",
     "/var/snap/microk8s/common/run/containerd.sock"},
};

/// Roots whose children are namespaces with ID directories in them.
constexpr std::string_view roots_by_namespace[] = {"/run/containerd/runc", "/run/docker/runtime-runc", "/run/k3s/containerd/runc",
                                                   "/run/containerd/runsc", "/run/docker/runtime-runsc"};

class LayoutFinder {
public:
    LayoutFinder(const Snapshot& snapshot, const HostFiles& files, const Resident& residents)
        : snapshot_(snapshot), files_(files), lives_here_(residents) {}

    Layout find(const std::string& run_dir) {
        for (const Process& process : snapshot_.processes) {
            if (process.role.role == ProcessRole::containerd && process.uid == 0 && lives_here_(process)) add_daemon(process);
        }
        for (const Process& process : snapshot_.processes) {
            if (process.role.role == ProcessRole::shim && process.uid == 0 && lives_here_(process)) add_shim(process);
        }
        if (!run_dir.empty()) instance(canonical_path(run_dir));
        for (const UsualPlace& place : usual_places) {
            if (!has_tasks(std::string(place.state_dir))) continue;
            Instance& found = instance(std::string(place.state_dir));
            if (found.address.empty()) found.address = place.address;
            if (found.root_dir.empty()) found.root_dir = place.root_dir;
        }
        find_runtime_roots();
        return std::move(layout_);
    }

private:
    bool has_tasks(const std::string& state_dir) const { return files_.facts(state_dir + "/" + std::string(task_directory)).has_value(); }

    Instance& instance(const std::string& state_dir) {
        const auto found = std::ranges::find(layout_.instances, state_dir, &Instance::state_dir);
        if (found != layout_.instances.end()) return *found;
        return layout_.instances.emplace_back(Instance{{}, state_dir});
    }

    /// A running containerd: its arguments, then its config.toml, then the defaults.
    void add_daemon(const Process& process) {
        const ContainerdCommand command = parse_containerd(process.command_line);
        const std::string path = absolute(command.config.empty() ? "/etc/containerd/config.toml" : command.config, process);
        ContainerdConfig config;
        const auto text = files_.read(path, most_config);
        if (text) config = parse_containerd_config(*text);
        const auto first_of = [&](const std::string& argument, const std::string& configured, std::string_view usual) {
            if (!argument.empty()) return absolute(argument, process);
            return configured.empty() ? std::string(usual) : configured;
        };
        Instance& found = instance(canonical_path(first_of(command.state, config.state, "/run/containerd")));
        if (found.pid) found.others.push_back(found.pid);
        found.pid = process.pid;
        found.root_dir = first_of(command.root, config.root, "/var/lib/containerd");
        found.address = first_of(command.address, config.grpc_address, "/run/containerd/containerd.sock");
        found.config_path = text ? path : "";
        found.config = std::move(config);
    }

    static std::string absolute(const std::string& path, const Process& process) {
        return path.empty() || path.front() == '/' || process.cwd.empty() ? path : process.cwd + "/" + path;
    }

    /// A shim's working directory is its bundle; -address tells the rest where that is gone.
    void add_shim(const Process& process) {
        const auto command = parse_shim(process.command_line);
        const std::string address = command ? command->address : "";
        const auto bundle = parse_bundle_path(process.cwd);
        if (bundle) {
            Instance& found = instance(canonical_path(bundle->state_dir));
            if (found.address.empty()) found.address = address;
        } else if (!address.empty()) {
            const std::string beside = canonical_path(parent_path(address));
            if (has_tasks(beside)) instance(beside).address = address;
        }
    }

    void add_root(std::string path, std::uint32_t owner = 0, bool named = false) {
        path = canonical_path(path);
        if (path.empty() || std::ranges::find(layout_.runtime_roots, path, &RuntimeRoot::path) != layout_.runtime_roots.end()) return;
        layout_.runtime_roots.push_back({std::move(path), owner, named});
    }

    void add_namespaces_of(const std::string& directory, bool named) {
        const auto names = files_.list(directory, 1000);
        if (!names) return;
        for (const std::string& name : *names) add_root(directory + "/" + name, 0, named);
    }

    /// `runc init` has no --root in its command line, but ROOT/ID/exec.fifo open: that very one, not one of its own under such a name.
    void add_roots_of_fifos(const Process& process) {
        for (const FdEntry& entry : process.fds) {
            if (base_name(entry.target.path) != "exec.fifo") continue;
            const auto facts = files_.facts(entry.target.path);
            if (!facts || facts->type != FileType::fifo || facts->inode != entry.target.inode) continue;
            add_root(std::string(parent_path(parent_path(entry.target.path))), facts->uid, true);
        }
    }

    /// The usual ones first: who names one of these has chosen nothing.
    void find_runtime_roots() {
        for (const std::string_view directory : roots_by_namespace) add_namespaces_of(std::string(directory), false);
        for (const oci::Runtime& runtime : oci::runtimes())
            for (const std::string_view directory : runtime.roots) add_root(std::string(directory));
        for (const Instance& each : layout_.instances) {
            add_namespaces_of(each.state_dir + "/runc", !is_usual_state_dir(each.state_dir));
            for (const ConfiguredRuntime& runtime : each.config.runtimes) {
                if (!runtime.root.empty()) add_namespaces_of(runtime.root, true);
            }
        }
        for (const Process& process : snapshot_.processes) {
            if (process.role.role != ProcessRole::monitor || !lives_here_(process)) continue;
            if (const auto command = parse_monitor(process.command_line); command && !command->runtime_root.empty())
                add_root(absolute(command->runtime_root, process), process.uid, true);
        }
        for (const Process& process : snapshot_.processes) {
            if (process.role.role != ProcessRole::runtime && process.role.role != ProcessRole::runtime_init) continue;
            if (!lives_here_(process)) continue;
            add_roots_of_fifos(process);
            if (process.role.role == ProcessRole::runtime_init) continue;
            if (const auto command = parse_runtime(process.command_line, true)) {
                if (!command->root.empty()) add_root(absolute(command->root, process), process.uid, true);
            }
        }
        // Rootless: $XDG_RUNTIME_DIR/runc …
        const auto users = files_.list("/run/user", 1000);
        if (!users) return;
        for (const std::string& user : *users) {
            std::uint32_t uid = 0;
            const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), uid);
            if (error != std::errc{} || end != user.data() + user.size()) continue;
            for (const oci::Runtime& runtime : oci::runtimes()) add_root("/run/user/" + user + "/" + std::string(runtime.name), uid);
        }
    }

    const Snapshot& snapshot_;
    const HostFiles& files_;
    const Resident& lives_here_;
    Layout layout_;
};

}  // namespace

std::string canonical_path(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (path.starts_with("/var/run/")) path.remove_prefix(4);
    return std::string(path);
}

bool is_usual_containerd_address(std::string_view path) {
    return std::ranges::find(usual_places, path, &UsualPlace::address) != std::end(usual_places);
}

bool is_usual_state_dir(std::string_view path) {
    return std::ranges::find(usual_places, path, &UsualPlace::state_dir) != std::end(usual_places);
}

Layout find_layout(const Snapshot& snapshot, const HostFiles& files, const std::string& run_dir, const Resident& residents) {
    return LayoutFinder(snapshot, files, residents).find(run_dir);
}

}  // namespace shimtrace::containerd
