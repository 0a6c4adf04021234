#include "tracer/containerd/container_files.hpp"

#include "decoders/oci/config.hpp"
#include "decoders/oci/runtime_state.hpp"
#include "decoders/oci/typed_json.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <set>

namespace shimtrace::containerd {

namespace {

constexpr std::size_t most_containers = 20'000;

std::string_view without_line_end(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

Pid parse_pid(std::string_view text) {
    text = without_line_end(text);
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number > 0 ? Pid{number} : Pid{};
}

/// A path of cgroup_paths without mount point and, for v1, controller: as /proc/PID/cgroup shows it.
std::string cgroup_of(const oci::RuntimeState& state) {
    constexpr std::string_view mount = "/sys/fs/cgroup";
    for (const std::string_view controller : {"freezer", "pids", ""}) {
        const auto found = state.cgroup_paths.find(std::string(controller));
        if (found == state.cgroup_paths.end() || !found->second.starts_with(mount)) continue;
        std::string_view path = std::string_view(found->second).substr(mount.size());
        if (!controller.empty() || path.starts_with("/unified/")) path.remove_prefix(std::min(path.size(), path.find('/', 1)));
        return std::string(path);
    }
    // crun's status has the path alone.
    return state.cgroup.starts_with('/') ? state.cgroup : "";
}

/// What a bundle's options.json says about the runtime: its root.
std::string configured_root(const HostFiles& files, const std::string& bundle) {
    const auto text = files.read(bundle + "/options.json", most_json);
    if (!text) return "";
    const auto options = oci::parse_json(*text);
    return options ? oci::string_at(*options, "/root") : "";
}

class ContainerFinder {
public:
    ContainerFinder(const Snapshot& snapshot, const Layout& layout, const HostFiles& files, const Resident& residents, std::int64_t now_s)
        : snapshot_(snapshot), layout_(layout), files_(files), lives_here_(residents), now_s_(now_s) {}

    std::vector<ContainerFiles> find() {
        for (const Instance& instance : layout_.instances) add_bundles(instance);
        add_shims_without_bundle();
        std::vector<std::string> roots = layout_.runtime_roots;
        for (const ContainerFiles& each : found_) {
            if (!each.runc_root.empty() && std::ranges::find(roots, each.runc_root) == roots.end()) roots.push_back(each.runc_root);
        }
        std::vector<std::string> unseen;
        for (const std::string& root : roots)
            if (!add_states(root)) unseen.push_back(root);
        for (ContainerFiles& each : found_) {
            for (const std::string& path : {each.bundle, each.runc_root + "/" + each.container.id})
                if (each.unresponsive_mount.empty()) each.unresponsive_mount = files_.unresponsive_mount_over(path);
            if (!each.unresponsive_mount.empty() || each.state_json_exists || !each.state_json_error.empty()) continue;
            // Without permission, or in a mount namespace where /run is another, a state that is not there proves nothing.
            if (!each.bundle_exists || std::ranges::find(unseen, each.runc_root) != unseen.end() || has_other_mounts(each.container))
                each.runc_root.clear();
            else
                note_missing_state(each);
        }
        return std::move(found_);
    }

private:
    void add_bundles(const Instance& instance) {
        const std::string tasks = instance.state_dir + "/" + std::string(task_directory);
        const auto namespaces = files_.list(tasks);
        if (!namespaces) return;
        for (const std::string& ns : *namespaces) {
            const auto ids = files_.list(tasks + "/" + ns);
            if (!ids) continue;
            for (const std::string& id : *ids) {
                if (found_.size() >= most_containers) return;
                ContainerFiles& container = found_.emplace_back();
                container.container = {ns, id};
                container.state_dir = instance.state_dir;
                container.containerd_address = instance.address;
                container.bundle = tasks + "/" + ns + "/" + id;
                container.bundle_exists = true;
                read_bundle(container);
                const std::string root = configured_root(files_, container.bundle);
                container.runc_root = (root.empty() ? "/run/containerd/runc" : root) + "/" + ns;
            }
        }
    }

    void add_shims_without_bundle() {
        for (const Process& process : snapshot_.processes) {
            if (process.role.role != ProcessRole::shim || !process.role.container || !process.role.operation.empty()) continue;
            if (!lives_here_(process)) continue;
            const auto command = parse_shim(process.command_line);
            const auto cwd = parse_bundle_path(process.cwd);
            const bool known = std::ranges::any_of(found_, [&](const ContainerFiles& each) {
                return each.container == process.role.container &&
                       (!cwd || each.bundle == cwd->bundle || each.containerd_address == command->address);
            });
            if (known || !command) continue;
            ContainerFiles& container = found_.emplace_back();
            container.container = process.role.container;
            container.containerd_address = command->address;
            container.runc_root = "/run/containerd/runc/" + container.container.ns;
            if (cwd) {
                container.state_dir = cwd->state_dir;
                std::string_view bundle = cwd->bundle;
                if (bundle.ends_with(" (deleted)")) bundle.remove_suffix(10);
                container.bundle = bundle;
                container.bundle_exists = files_.facts(container.bundle).has_value();
            }
        }
    }

    void read_bundle(ContainerFiles& container) {
        const std::string& bundle = container.bundle;
        if (const auto address = files_.read(bundle + "/address", 4096)) {
            container.address = without_line_end(*address);
        } else if (const auto bootstrap = files_.read(bundle + "/bootstrap.json", most_json)) {
            if (const auto document = oci::parse_json(*bootstrap)) container.address = oci::string_at(*document, "/address");
        }
        if (const auto names = files_.list(bundle, 5000)) {
            for (const std::string& name : *names) {
                if (!name.ends_with(".pid")) continue;
                const auto text = files_.read(bundle + "/" + name, 64);
                const Pid pid = text ? parse_pid(*text) : Pid{};
                if (name == "init.pid")
                    container.init_pid = pid;
                else if (pid)
                    container.execs.push_back({name.substr(0, name.size() - 4), pid});
            }
        }
        if (const auto log = files_.read_tail(bundle + "/log.json", most_log)) container.log_errors = error_lines(*log, 10);
        read_config(container);
    }

    void read_config(ContainerFiles& container) {
        const auto text = files_.read(container.bundle + "/config.json", most_json);
        if (!text) {
            if (container.bundle_exists && text.error().number != EACCES) container.config_json_error = text.error().message();
            return;
        }
        const auto checked = oci::parse_config(*text);
        if (!checked) {
            container.config_json_error = checked.error().text();
            return;
        }
        const auto refused = std::ranges::find(checked->problems, true, &oci::ConfigProblem::refused);
        if (refused != checked->problems.end()) container.config_json_error = refused->error.text();
        for (const oci::Hook& hook : checked->config.hooks) container.hooks.push_back({hook.kind, hook.path, hook.arguments});
        container.rootfs = checked->config.root;
        if (!container.rootfs.empty() && container.rootfs.front() != '/') container.rootfs = container.bundle + "/" + container.rootfs;
        read_annotations(container, checked->config.annotations);
    }

    static void read_annotations(ContainerFiles& container, const std::map<std::string, std::string>& annotations) {
        const auto first_of = [&](std::initializer_list<std::string_view> keys) {
            for (const std::string_view key : keys) {
                if (const auto found = annotations.find(std::string(key)); found != annotations.end() && !found->second.empty())
                    return found->second;
            }
            return std::string();
        };
        // CRI plugin (pkg/cri/annotations), cri-o; runc.v2's group annotation makes shims shared without CRI.
        container.sandbox = first_of({"io.kubernetes.cri.sandbox-id", "io.kubernetes.cri-o.SandboxID", "io.containerd.runc.v2.group"});
        container.pod = first_of({"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"});
        container.pod_namespace = first_of({"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"});
        container.name = first_of({"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"});
    }

    /// Its shim lives in another mount namespace than these files: the same path may lead elsewhere.
    [[nodiscard]] bool has_other_mounts(const ContainerRef& container) const {
        return std::ranges::any_of(snapshot_.processes, [&](const Process& process) {
            return process.role.role == ProcessRole::shim && process.role.container == container && !lives_here_(process);
        });
    }

    /// False: the root is there, perhaps, and cannot be looked into.
    bool add_states(const std::string& root) {
        const auto ids = files_.list(root);
        if (!ids) return ids.error().number == ENOENT;
        for (const std::string& id : *ids) {
            if (found_.size() >= most_containers) break;
            const std::string directory = root + "/" + id;
            const auto facts = files_.facts(directory);
            if (facts && facts->type == FileType::directory) add_state(root, id, directory);
        }
        return true;
    }

    void add_state(const std::string& root, const std::string& id, const std::string& directory) {
        const bool runc = files_.facts(directory + "/state.json").has_value();
        const bool crun = !runc && files_.facts(directory + "/status").has_value();
        const auto fifo = files_.facts(directory + "/exec.fifo");
        // An empty directory below a root that others share need not be a runtime's at all.
        const std::string path = directory + (crun ? "/status" : "/state.json");
        const auto text = files_.read(path, most_json);
        std::optional<std::expected<oci::RuntimeState, oci::JsonError>> parsed;
        if (text) parsed = crun ? oci::parse_crun_status(*text) : oci::parse_runc_state(*text);
        const std::string bundle = parsed && *parsed ? (*parsed)->bundle : "";

        ContainerFiles* container = match(root, id, bundle);
        if (container == nullptr) {
            if (!runc && !crun && !fifo) return;
            container = &found_.emplace_back();
            container->container = {std::string(namespace_of_runtime_root(root)), id};
            container->bundle = bundle;
            container->bundle_exists = !bundle.empty() && files_.facts(bundle).has_value();
            if (const auto place = parse_bundle_path(bundle)) {
                container->container.ns = place->ns;
                container->state_dir = place->state_dir;
            }
            if (container->bundle_exists) read_bundle(*container);
        }
        container->runc_root = root;
        container->state_path = path;
        container->state_json_exists = runc || crun;
        if (fifo && fifo->type == FileType::fifo) {
            container->exec_fifo = true;
            if (now_s_ >= fifo->modified_s) container->exec_fifo_age_s = now_s_ - fifo->modified_s;
        }
        if (!text) {
            container->state_json_error = text.error().number == ENOENT ? "missing: " + path + " is not there" : text.error().message();
        } else if (!*parsed) {
            container->state_json_error = parsed->error().text();
        } else {
            take(*container, **parsed, id);
        }
    }

    static void take(ContainerFiles& container, const oci::RuntimeState& state, const std::string& id) {
        container.state_init_pid = Pid{state.init_pid};
        container.state_init_start = state.init_start;
        container.created = state.created;
        container.cgroup = cgroup_of(state);
        if (!state.rootfs.empty()) container.rootfs = state.rootfs;
        if (!state.id.empty() && state.id != id) container.state_json_error = fmt::format("it is of container {}, not of {}", state.id, id);
    }

    /// The container whose state ROOT/ID is: by the bundle that it names, else by namespace and id.
    ContainerFiles* match(const std::string& root, const std::string& id, const std::string& bundle) {
        ContainerFiles* by_name = nullptr;
        for (ContainerFiles& each : found_) {
            if (each.container.id != id) continue;
            if (!bundle.empty() && each.bundle == bundle) return &each;
            const bool may_be = each.runc_root == root && (bundle.empty() || !each.bundle_exists || each.bundle.empty());
            if (may_be && by_name == nullptr && each.state_path.empty()) by_name = &each;
        }
        return by_name;
    }

    void note_missing_state(ContainerFiles& container) const {
        const std::string directory = container.runc_root + "/" + container.container.id;
        const auto facts = files_.facts(directory);
        if (facts) return;
        // create has not come so far yet: then there is no init.pid either.
        if (container.init_pid) container.state_json_error = "missing: " + directory + " is not there";
    }

    const Snapshot& snapshot_;
    const Layout& layout_;
    const HostFiles& files_;
    const Resident& lives_here_;
    std::int64_t now_s_;
    std::vector<ContainerFiles> found_;
};

}  // namespace

std::vector<ContainerFiles> find_containers(const Snapshot& snapshot, const Layout& layout, const HostFiles& files,
                                            const Resident& residents, std::int64_t now_s) {
    std::vector<ContainerFiles> found = ContainerFinder(snapshot, layout, files, residents, now_s).find();
    for (ContainerFiles& each : found) each.seen_through = files.process();
    return found;
}

std::vector<std::string> error_lines(std::string_view log, std::size_t most) {
    std::vector<std::string> lines;
    while (!log.empty()) {
        const std::string_view line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(log.size(), line.size() + 1));
        // Lines of runc's JSON log: {"level":"error","msg":"…","time":"…"}.
        if (line.find("\"error\"") == line.npos && line.find("\"fatal\"") == line.npos && line.find("\"panic\"") == line.npos) continue;
        const auto entry = oci::parse_json(line);
        if (!entry || !entry->is_object()) continue;
        const std::string level = oci::string_at(*entry, "/level");
        if (level != "error" && level != "fatal" && level != "panic") continue;
        std::string message = oci::string_at(*entry, "/msg");
        if (message.size() > 2000) message.resize(2000);
        const std::string time = oci::string_at(*entry, "/time");
        lines.push_back(time.empty() ? message : time + " " + message);
    }
    if (lines.size() > most) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most));
    return lines;
}

void find_shims(Snapshot& snapshot) {
    struct Shim {
        const Process* process;
        ShimCommand command;
    };
    std::vector<Shim> shims;
    std::unordered_map<Pid, const Process*> processes;
    for (const Process& process : snapshot.processes) {
        processes[process.pid] = &process;
        if (process.role.role != ProcessRole::shim || !process.role.operation.empty() || process.state == 'Z') continue;
        if (auto command = parse_shim(process.command_line)) shims.push_back({&process, std::move(*command)});
    }
    const auto process = [&](Pid pid) {
        const auto found = processes.find(pid);
        return found == processes.end() ? nullptr : found->second;
    };
    const auto shim_of = [&](const ContainerFiles& files, std::string_view id) {
        const Process* best = nullptr;
        for (const Shim& shim : shims) {
            if (shim.command.ns != files.container.ns || shim.command.id != id) continue;
            const bool same_instance = files.containerd_address.empty() || shim.command.address == files.containerd_address;
            if (same_instance || best == nullptr) best = shim.process;
            if (same_instance) break;
        }
        return best;
    };
    const auto is_shim = [&](const Process* candidate) {
        return candidate != nullptr && std::ranges::any_of(shims, [&](const Shim& shim) { return shim.process == candidate; });
    };
    for (ContainerFiles& files : snapshot.containers) {
        files.sandbox_shim = {};
        if (files.container.ns.empty()) continue;
        const Process* shim = shim_of(files, files.container.id);
        const Process* init = process(living_init(files, process(files.state_init_pid), process(files.init_pid)));
        if (shim == nullptr && init != nullptr && is_shim(process(init->parent))) shim = process(init->parent);
        if (shim == nullptr && !files.sandbox.empty()) shim = shim_of(files, files.sandbox);
        if (shim != nullptr) files.sandbox_shim = shim->pid;
    }
    // Bundles that name one socket have one shim.
    for (ContainerFiles& files : snapshot.containers) {
        if (files.sandbox_shim || files.address.empty()) continue;
        for (const ContainerFiles& other : snapshot.containers) {
            if (other.sandbox_shim && other.address == files.address && other.container.ns == files.container.ns)
                files.sandbox_shim = other.sandbox_shim;
        }
    }
}

namespace {

/// The directory that holds the container's files, whatever path leads there.
std::optional<std::pair<std::uint64_t, Inode>> place_of(const ContainerFiles& container, const HostFiles& files) {
    for (const std::string& path : {container.bundle_exists ? container.bundle : std::string(), container.state_path})
        if (const auto facts = path.empty() ? std::nullopt : files.facts(path)) return std::pair{facts->device, facts->inode};
    return std::nullopt;
}

}  // namespace

void read_container_files(Snapshot& snapshot, const std::string& run_dir) {
    // Roles once without files, to find the shims and runtimes that lead to them; then with them.
    snapshot.containers.clear();
    assign_roles(snapshot);
    const std::int64_t taken = std::chrono::duration_cast<std::chrono::seconds>(snapshot.taken.time_since_epoch()).count();
    const std::int64_t now_s = taken > 0 ? taken : static_cast<std::int64_t>(time(nullptr));
    const MountViews views(snapshot);
    std::set<std::pair<std::uint64_t, Inode>> known;  // one directory may be seen from more than one mount namespace
    std::vector<ContainerFiles> all;
    for (const MountViews::View& view : views.all()) {
        const Resident residents = views.residents_of(view);
        const Layout layout = find_layout(snapshot, view.files, run_dir, residents);
        for (ContainerFiles& files : find_containers(snapshot, layout, view.files, residents, now_s)) {
            const auto place = views.all().size() > 1 ? place_of(files, view.files) : std::nullopt;
            if (!place || known.insert(*place).second) all.push_back(std::move(files));
        }
    }
    snapshot.containers = std::move(all);
    find_shims(snapshot);
    assign_roles(snapshot);
}

}  // namespace shimtrace::containerd
