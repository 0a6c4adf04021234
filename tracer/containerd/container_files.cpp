#include "tracer/containerd/container_files.hpp"

#include "decoders/oci/runtimes.hpp"
#include "decoders/oci/typed_json.hpp"
#include "tracer/containerd/believed_files.hpp"
#include "tracer/containerd/bundle_files.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/engine_names.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/monitors.hpp"
#include "tracer/containerd/path_trust.hpp"
#include "tracer/containerd/provenance.hpp"
#include "tracer/containerd/roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

namespace shimtrace::containerd {

namespace {

constexpr std::size_t most_containers = 20'000;

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

class ContainerFinder {
public:
    ContainerFinder(const Snapshot& snapshot, const Layout& layout, const HostFiles& files, const Resident& residents, std::int64_t now_s,
                    host::MountTables* mounts)
        : snapshot_(snapshot),
          layout_(layout),
          files_(files),
          lives_here_(residents),
          trust_(snapshot, files, mounts),
          believed_(files, trust_),
          now_s_(now_s) {
        for (const Process& process : snapshot.processes)
            if (process.role.role == ProcessRole::shim && !lives_here_(process)) served_elsewhere_.insert(process.role.container);
    }

    FoundContainers find() {
        for (const Instance& instance : layout_.instances)
            for (const std::string_view directory : {task_directory, sandbox_directory}) add_bundles(instance, directory);
        add_shims_without_bundle();
        std::vector<RuntimeRoot> roots = layout_.runtime_roots;
        std::set<std::string> listed;
        for (const RuntimeRoot& root : roots) listed.insert(root.path);
        for (const ContainerFiles& each : found_)
            if (!each.runc_root.empty() && listed.insert(each.runc_root).second) roots.push_back({each.runc_root, each.owner, true});
        std::set<std::string> unseen;
        for (const RuntimeRoot& root : roots)
            if (!add_states(root)) unseen.insert(root.path);
        add_monitors_without_state();
        for (ContainerFiles& each : found_) {
            for (const std::string& path : {each.bundle, each.runc_root + "/" + each.container.id})
                if (each.unresponsive_mount.empty()) each.unresponsive_mount = files_.unresponsive_mount_over(path);
            if (each.unresponsive_mount.empty()) note_changed(each);
            if (!each.unresponsive_mount.empty() || each.state_json_exists || !each.state_json_error.empty()) continue;
            // Without permission, or in a mount namespace where /run is another, a state that is not there proves nothing.
            if (!each.bundle_exists || unseen.contains(each.runc_root) || has_other_mounts(each.container))
                each.runc_root.clear();
            else
                note_missing_state(each);
        }
        return {std::move(found_), std::move(untrusted_)};
    }

private:
    /// Told once for each place; what comes in thousands is told of its first.
    bool refuse(const std::string& path, const Doubt& doubt) {
        constexpr std::size_t most = 100;
        if (doubt.empty()) return false;
        if (untrusted_.size() < most && refused_.insert(path).second) untrusted_.push_back({path, doubt, {}, {}});
        return true;
    }

    /// What of a directory that is believed is not believed itself.
    bool refuse_entry(const std::string& path, std::uint32_t owner) {
        if (files_.is_copy()) return false;
        const auto facts = files_.facts(path);
        return facts && refuse(path, doubt_of_entry(*facts, owner));
    }

    ContainerFiles& add(ContainerRef ref, std::uint32_t owner) {
        by_id_.emplace(ref.id, found_.size());
        ContainerFiles& container = found_.emplace_back();
        container.container = std::move(ref);
        container.owner = owner;
        return container;
    }

    void add_bundles(const Instance& instance, std::string_view directory) {
        const std::string tasks = instance.state_dir + "/" + std::string(directory);
        const bool usual = is_usual_state_dir(instance.state_dir);
        if (refuse(tasks, usual ? trust_.doubt_of(tasks, 0) : trust_.doubt_of_named(tasks, 0))) return;
        const auto namespaces = files_.list(tasks);
        if (!namespaces) return;
        for (const std::string& ns : *namespaces) {
            if (refuse_entry(tasks + "/" + ns, 0)) continue;
            const auto ids = files_.list(tasks + "/" + ns);
            if (!ids) continue;
            for (const std::string& id : *ids) {
                if (found_.size() >= most_containers) return;
                const BelievedPlace place{tasks, ns + "/" + id, 0};
                const std::string bundle = place.path();
                if (refuse_entry(bundle, 0) || (directory == sandbox_directory && is_found(ns, id))) continue;
                ContainerFiles& container = add({ns, id}, 0);
                container.state_dir = instance.state_dir;
                container.containerd_address = instance.address;
                container.bundle = bundle;
                container.bundle_exists = true;
                read_bundle(container, place, files_, read_);
                const std::string root = runtime_root(place, read_);
                if (!root.empty()) container.runc_root = canonical_path(root + "/" + ns);
            }
        }
    }

    [[nodiscard]] bool is_found(const std::string& ns, const std::string& id) const {
        const auto [first, last] = by_id_.equal_range(id);
        return std::any_of(first, last, [&](const auto& entry) { return found_[entry.second].container.ns == ns; });
    }

    void add_shims_without_bundle() {
        for (const Process& process : snapshot_.processes) {
            if (process.role.role != ProcessRole::shim || !process.role.container || !process.role.operation.empty()) continue;
            if (!lives_here_(process)) continue;
            const auto command = parse_shim(process.command_line);
            const auto cwd = parse_bundle_path(process.cwd);
            const auto [first, last] = by_id_.equal_range(process.role.container.id);
            const bool known = std::any_of(first, last, [&](const auto& entry) {
                const ContainerFiles& each = found_[entry.second];
                return each.container == process.role.container &&
                       (!cwd || each.bundle == cwd->bundle || each.containerd_address == command->address);
            });
            if (known || !command) continue;
            ContainerFiles& container = add(process.role.container, process.uid);
            container.containerd_address = command->address;
            if (process.uid != 0) continue;  // its paths are those of a mount namespace of its own
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

    /// A monitor outlives its container's state: it waits for what holds the stdio, or for its exit command.
    void add_monitors_without_state() {
        for (const Process& process : snapshot_.processes) {
            if (process.role.role != ProcessRole::monitor || !process.role.operation.empty() || !lives_here_(process)) continue;
            const auto command = parse_monitor(process.command_line);
            if (!command || process.state == ProcessState::zombie || found_.size() >= most_containers) continue;
            const auto [first, last] = by_id_.equal_range(command->id);
            if (std::any_of(first, last, [&](const auto& entry) { return found_[entry.second].owner == process.uid; })) continue;
            ContainerFiles& container = add({"", command->id}, process.uid);
            add_named_bundle(container, command->bundle);
        }
    }

    /// Its shim lives in another mount namespace than these files: the same path may lead elsewhere.
    [[nodiscard]] bool has_other_mounts(const ContainerRef& container) const { return served_elsewhere_.contains(container); }

    /// False: the root is there, perhaps, and cannot be looked into.
    bool add_states(const RuntimeRoot& root) {
        if (refuse(root.path, root.named ? trust_.doubt_of_named(root.path, root.owner) : trust_.doubt_of(root.path, root.owner)))
            return false;
        // One directory may have several names.
        const auto place = files_.target_facts(root.path);
        if (place && !listed_.emplace(place->device, place->inode).second) return true;
        const auto ids = files_.list(root.path, most_containers);
        if (!ids) return ids.error().number == ENOENT;
        for (const std::string& id : *ids) {
            if (found_.size() >= most_containers) break;
            const std::string directory = root.path + "/" + id;
            const auto facts = files_.facts(directory);
            const auto flat = facts && facts->type == FileType::regular ? oci::flat_state(id) : std::nullopt;
            if (!facts || (facts->type != FileType::directory && !flat)) continue;
            if (!files_.is_copy() && refuse(directory, doubt_of_entry(*facts, root.owner))) continue;
            if (flat)
                add_flat_state(root, *flat, id);
            else
                add_state(root, id, directory);
        }
        return true;
    }

    /// By what only its state has; nullptr: there is no state.
    const oci::Runtime* runtime_of(const std::string& directory) const {
        const auto found = std::ranges::find_if(oci::runtimes(), [&](const oci::Runtime& each) {
            return !each.mark.empty() && files_.facts(directory + "/" + std::string(each.mark)).has_value();
        });
        return found == oci::runtimes().end() ? nullptr : &*found;
    }

    void add_state(const RuntimeRoot& root, const std::string& id, const std::string& directory) {
        const oci::Runtime* runtime = runtime_of(directory);
        const auto fifo = files_.facts(directory + "/exec.fifo");
        // An empty directory below a root that others share need not be a runtime's at all.
        const oci::Runtime& row = runtime != nullptr ? *runtime : oci::runtime_named("");
        const BelievedPlace place = BelievedPlace{root.path, id, root.owner}.in(row.state_file);
        ContainerFiles* container = read_state(root, id, row, place, runtime != nullptr || fifo);
        if (container == nullptr) return;
        container->state_json_exists = runtime != nullptr;
        if (fifo && fifo->type == FileType::fifo) {
            container->exec_fifo = true;
            if (now_s_ >= fifo->modified_s) container->exec_fifo_age_s = now_s_ - fifo->modified_s;
        }
    }

    /// The state of a container that lives in a sandbox: its pid is the sandbox's.
    void add_flat_state(const RuntimeRoot& root, const oci::FlatState& flat, const std::string& file) {
        ContainerFiles* container = read_state(root, std::string(flat.id), *flat.runtime, BelievedPlace{root.path, file, root.owner}, true);
        if (container == nullptr) return;
        container->state_json_exists = true;
        if (container->sandbox.empty() && flat.sandbox != flat.id) container->sandbox = flat.sandbox;
    }

    /// nullptr: the file is not believed, or is nobody's that is known and may not be of another container (`adds`).
    ContainerFiles* read_state(const RuntimeRoot& root, const std::string& id, const oci::Runtime& row, const BelievedPlace& place,
                               bool adds) {
        const std::string path = place.path();
        auto [text, doubt] = believed_.read(place, most_json);
        if (refuse(path, doubt)) return nullptr;
        std::optional<std::expected<oci::RuntimeState, oci::JsonError>> parsed;
        if (text) parsed = oci::parse_state(*text, row.state);
        const std::string bundle = parsed && *parsed ? (*parsed)->bundle : "";

        ContainerFiles* container = match(root, id, bundle);
        if (container == nullptr) {
            if (!adds) return nullptr;
            container = &add({root.owner == 0 ? std::string(namespace_of_runtime_root(root.path)) : "", id}, root.owner);
            // runsc's may be relative to where it was called.
            if (!row.has_sandbox || bundle.starts_with('/')) add_named_bundle(*container, bundle);
        }
        container->runc_root = root.path;
        container->state_path = path;
        container->runtime = row.name;
        if (!text) {
            container->state_json_error = text.error().number == ENOENT ? "missing: " + path + " is not there" : text.error().message();
        } else if (!*parsed) {
            container->state_json_error = parsed->error().text();
        } else {
            if (!row.cgroup_file.empty()) read_cgroup(**parsed, row, BelievedPlace{root.path, id, root.owner});
            take(*container, **parsed, id);
        }
        return container;
    }

    /// Of a runtime whose state does not tell it.
    void read_cgroup(oci::RuntimeState& state, const oci::Runtime& runtime, const BelievedPlace& directory) {
        const auto text = read_(directory.in(runtime.cgroup_file), most_json, Part::whole);
        const auto document = text ? oci::parse_json(*text) : std::unexpected(oci::JsonError{});
        if (document) state.cgroup = oci::cgroup_of_spec(oci::string_at(*document, runtime.cgroup_in_file), state.systemd_cgroup);
    }

    void note_changed(ContainerFiles& container) const {
        std::int64_t last = 0;
        for (const std::string& path : {container.bundle, std::string(parent_path(container.state_path))})
            if (const auto facts = path.empty() ? std::nullopt : files_.facts(path)) last = std::max(last, facts->modified_s);
        if (last != 0 && now_s_ >= last) container.changed_s_ago = now_s_ - last;
    }

    /// A bundle that only the state tells of. Of another user's container it must be that user's own.
    void add_named_bundle(ContainerFiles& container, const std::string& bundle) {
        if (bundle.empty() || refuse(bundle, trust_.doubt_of_named(bundle, container.owner))) return;
        const auto facts = files_.facts(bundle);
        if (facts && !files_.is_copy() && facts->uid != container.owner) return;
        container.bundle = bundle;
        container.bundle_exists = facts.has_value();
        if (const auto place = parse_bundle_path(bundle); place && container.owner == 0) {
            container.container.ns = place->ns;
            container.state_dir = place->state_dir;
        }
        if (container.bundle_exists) read_bundle(container, {bundle, "", container.owner}, files_, read_);
    }

    static void take(ContainerFiles& container, const oci::RuntimeState& state, const std::string& id) {
        container.state_init_pid = Pid{state.init_pid};
        container.state_init_start = state.init_start;
        container.created = state.created;
        container.gofer = Pid{state.gofer_pid};
        container.cgroup = cgroup_of(state);
        // Another user's container is in that user's part of the tree, whatever its state says.
        if (container.owner != 0 && container.cgroup.find(fmt::format("/user-{}.slice/", container.owner)) == std::string::npos)
            container.cgroup.clear();
        if (!state.rootfs.empty()) container.rootfs = state.rootfs;
        if (!state.id.empty() && state.id != id) container.state_json_error = fmt::format("it is of container {}, not of {}", state.id, id);
    }

    /// The container whose state ROOT/ID is: by the bundle that it names, else by namespace and id. One that has its state keeps it:
    /// another root's container of the same id is another container.
    ContainerFiles* match(const RuntimeRoot& root, const std::string& id, const std::string& bundle) {
        ContainerFiles* by_name = nullptr;
        const auto [first, last] = by_id_.equal_range(id);
        for (auto entry = first; entry != last; ++entry) {
            ContainerFiles& each = found_[entry->second];
            if (!each.state_path.empty() || each.owner != root.owner) continue;
            if (!bundle.empty() && each.bundle == bundle) return &each;
            const bool may_be = each.runc_root == root.path && (bundle.empty() || !each.bundle_exists || each.bundle.empty());
            if (may_be && by_name == nullptr) by_name = &each;
        }
        return by_name;
    }

    void note_missing_state(ContainerFiles& container) const {
        if (container.runc_root.empty()) return;
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
    PathTrust trust_;
    BelievedFiles believed_;
    ReadBelieved read_ = [this](const BelievedPlace& file, std::size_t most, Part part) {
        auto found = believed_.read(file, most, part);
        refuse(file.path(), found.doubt);
        return std::move(found.text);
    };
    std::int64_t now_s_;
    std::set<ContainerRef> served_elsewhere_;
    std::vector<ContainerFiles> found_;
    std::unordered_multimap<std::string, std::size_t> by_id_;  ///< positions in found_
    std::vector<UntrustedSource> untrusted_;
    std::set<std::string> refused_;
    std::set<std::pair<std::uint64_t, Inode>> listed_;
};

}  // namespace

FoundContainers find_containers(const Snapshot& snapshot, const Layout& layout, const HostFiles& files, const Resident& residents,
                                std::int64_t now_s, host::MountTables* mounts) {
    FoundContainers found = ContainerFinder(snapshot, layout, files, residents, now_s, mounts).find();
    for (ContainerFiles& each : found.containers) each.seen_through = files.process();
    return found;
}

namespace {

/// The directory that holds the container's files, whatever path leads there.
std::optional<std::pair<std::uint64_t, Inode>> place_of(const ContainerFiles& container, const HostFiles& files) {
    for (const std::string& path : {container.bundle_exists ? container.bundle : std::string(), container.state_path})
        if (const auto facts = path.empty() ? std::nullopt : files.facts(path)) return std::pair{facts->device, facts->inode};
    return std::nullopt;
}

}  // namespace

void read_container_files(Snapshot& snapshot, const std::string& run_dir, GivesRolesTo roles, host::MountTables* mounts) {
    // Roles once without files, to find the shims and runtimes that lead to them; then with them.
    snapshot.containers.clear();
    assign_process_roles(snapshot);
    const std::int64_t taken = std::chrono::duration_cast<std::chrono::seconds>(snapshot.taken.time_since_epoch()).count();
    const std::int64_t now_s = taken > 0 ? taken : static_cast<std::int64_t>(time(nullptr));
    const MountViews views(snapshot);
    std::map<std::pair<std::uint64_t, Inode>, std::size_t> known;  // one directory may be seen from more than one mount namespace
    std::vector<ContainerFiles> all;
    std::vector<UntrustedSource> untrusted;
    for (const MountViews::View& view : views.all()) {
        const Resident residents = views.residents_of(view);
        const Layout layout = find_layout(snapshot, view.files, run_dir, residents);
        FoundContainers found = find_containers(snapshot, layout, view.files, residents, now_s, mounts);
        std::ranges::move(found.untrusted, std::back_inserter(untrusted));
        for (ContainerFiles& files : found.containers) {
            const auto place = views.all().size() > 1 ? place_of(files, view.files) : std::nullopt;
            if (place)
                if (const auto [seen, is_new] = known.emplace(*place, all.size()); !is_new) {
                    // Where neither its containerd nor its shim lives, only its runtime's state tells of it, and not who manages it.
                    ContainerFiles& before = all[seen->second];
                    if (before.containerd_address.empty() && !files.containerd_address.empty()) before = std::move(files);
                    continue;
                }
            all.push_back(std::move(files));
        }
    }
    snapshot.containers = std::move(all);
    find_shims(snapshot);
    find_monitors(snapshot);
    for (const MountViews::View& view : views.all()) read_engine_names(snapshot, view.files, views.residents_of(view));
    name_containers(snapshot);
    if (roles == GivesRolesTo::processes)
        assign_process_roles(snapshot);
    else
        assign_roles(snapshot);
    snapshot.untrusted = unbelieved_claims(snapshot);
    std::ranges::move(untrusted, std::back_inserter(snapshot.untrusted));
}

}  // namespace shimtrace::containerd
