#include "tracer/containerd/audit_facts.hpp"

#include "decoders/oci/config.hpp"
#include "decoders/oci/runtimes.hpp"
#include "tracer/containerd/ask_shim.hpp"
#include "tracer/containerd/believed_files.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_files.hpp"
#include "tracer/containerd/container_index.hpp"
#include "tracer/containerd/engine_names.hpp"
#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/listing.hpp"
#include "tracer/procfs/kernel_log.hpp"
#include "tracer/snapshot/take_snapshot.hpp"

#include <shimtrace/observed.hpp>

#include <fmt/format.h>

#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>
#include <set>

namespace shimtrace::containerd {

namespace {

constexpr std::size_t most_proc = 64U << 20U;

/// A file of /proc of whoever `files` are seen by.
Result<std::string> read_proc(const HostFiles& files, std::string_view name) {
    const Pid process = files.process();
    // /proc files have no size: read to their end.
    return HostFiles().read(fmt::format("/proc/{}/{}", process ? std::to_string(process.value) : std::string("thread-self"), name),
                            most_proc);
}

std::set<std::string> read_listening(const HostFiles& files) {
    const auto text = read_proc(files, "net/unix");
    if (!text) return {};
    const std::vector<std::string> paths = listening_paths(*text);
    return {paths.begin(), paths.end()};
}

/// Mount points of the mount namespace.
std::vector<std::string> read_mount_points(const HostFiles& files) {
    std::vector<std::string> points;
    const auto text = read_proc(files, "mountinfo");
    if (!text) return points;
    std::string_view rest = *text;
    while (!rest.empty()) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        for (int field = 0; field < 4 && !line.empty(); ++field)
            line.remove_prefix(std::min(line.size(), line.find(' ') == line.npos ? line.size() : line.find(' ') + 1));
        points.emplace_back(line.substr(0, line.find(' ')));
    }
    return points;
}

/// SHA-256 in hexadecimal digits.
bool is_digest(std::string_view name) {
    return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

/// Any directory may be containerd 2.3's socket_dir: among what else is there a shim's socket is known by its name, a digest.
bool may_be_shim_socket(std::string_view path) {
    return base_name(parent_path(path)) == "s" || is_digest(base_name(path));
}

class Gatherer {
public:
    /// `files`: the host's, or a copy of them. `views`: of containers that are seen through others; nullptr: none is.
    Gatherer(const AuditScope& scope, HostFiles files, const MountViews* views) : scope_(scope), files_(std::move(files)), views_(views) {}

    AuditFacts gather(Snapshot snapshot, const std::vector<Instance>& instances) {
        facts_.live = !files_.is_copy();
        facts_.snapshot = std::move(snapshot);
        if (facts_.live) {
            listening_ = read_listening(files_);
            mount_points_ = read_mount_points(files_);
            std::ranges::sort(mount_points_);
            facts_.oom_kills = parse_oom_kills(host::read_kernel_log());
        }
        for (const ContainerFiles& container : facts_.snapshot.containers) {
            if (scope_.tell_work)
                scope_.tell_work(
                    {.what = "auditing containers", .done = facts_.containers.size() + 1, .of = facts_.snapshot.containers.size()});
            facts_.containers.push_back(read(container));
        }
        if (scope_.ask && facts_.live) ask();
        add_states();
        for (const Instance& instance : instances) {
            InstanceFacts& known =
                facts_.instances.emplace_back(InstanceFacts{instance.pid, instance.state_dir, instance.address, instance.config_path, {}});
            known.others = instance.others;
            for (const ConfiguredRuntime& runtime : instance.config.runtimes) {
                known.runtimes.push_back({runtime.name, runtime.systemd_cgroup, runtime.systemd_cgroup_set, runtime.line});
            }
        }
        read_sockets();
        if (facts_.live) read_fifos();
        return std::move(facts_);
    }

private:
    void add_states() {
        for (const ListedContainer& row : list_containers(facts_.snapshot)) {
            if (row.files == nullptr) continue;
            facts_.containers[static_cast<std::size_t>(row.files - facts_.snapshot.containers.data())].states = {
                row.runc_state, row.shim_state, row.kernel_state, row.states_differ()};
        }
    }

    const HostFiles& files_of(const ContainerFiles& container) const { return views_ ? views_->of(container.seen_through) : files_; }

    struct Belief {
        PathTrust trust;
        BelievedFiles files;
        Belief(const Snapshot& snapshot, const HostFiles& seen) : trust(snapshot, seen), files(seen, trust) {}
    };

    /// A file of the container's that is believed now as well: somebody may have put another in its place since the container was found.
    Result<std::string> read(const ContainerFiles& container, const BelievedPlace& file) {
        const HostFiles& seen = files_of(container);
        Belief& belief = beliefs_.try_emplace(&seen, facts_.snapshot, seen).first->second;
        if (!belief.trust.doubt_of(file.directory, file.owner).empty()) return fail("read " + file.path(), 0, "it is not believed");
        return belief.files.read(file, most_json).text;
    }

    ContainerFacts read(const ContainerFiles& container) {
        ContainerFacts facts;
        read_config(container, facts);
        read_state(container, facts);
        read_bootstrap(container, facts);
        const std::string socket(socket_path(container.address));
        if (!socket.empty() && socket.front() == '/') {
            facts.socket_exists = files_of(container).facts(socket).has_value();
            if (facts_.live) facts.listening = listening_.contains(socket);
        }
        if (!container.bundle.empty()) {
            if (const auto bundle = files_.facts(container.bundle)) facts.bundle_age_s = time(nullptr) - bundle->modified_s;
            const std::string within = container.bundle + "/";
            for (auto point = std::ranges::lower_bound(mount_points_, within); point != mount_points_.end() && point->starts_with(within);
                 ++point)
                facts.mounts.push_back(*point);
        }
        return facts;
    }

    /// The containers that a TARGET names, by id or name or by one of their processes.
    void add_containers_of(const std::string& target, std::vector<ContainerRef>& wanted) const {
        const auto found = find_targets(facts_.snapshot, target, scope_.ns);
        if (!found) return;
        for (const FoundTarget& one : *found) {
            const auto process = one.container || one.pids.empty()
                                     ? facts_.snapshot.processes.end()
                                     : std::ranges::find(facts_.snapshot.processes, one.pids.front(), &Process::pid);
            wanted.push_back(process == facts_.snapshot.processes.end() ? one.container : process->role.container);
        }
    }

    void ask() {
        std::vector<ContainerRef> wanted;
        for (const std::string& target : scope_.targets) add_containers_of(target, wanted);
        std::vector<ShimToAsk> shims;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < facts_.containers.size(); ++i) {
            const ContainerFiles& container = facts_.snapshot.containers[i];
            if (!container.sandbox_shim || container.address.empty() || !is_in_namespace(container, scope_.ns)) continue;
            if (!scope_.targets.empty() && std::ranges::find(wanted, container.container) == wanted.end()) continue;
            const bool abstract = container.address.starts_with('@');
            shims.push_back({abstract ? container.address : files_of(container).reached_by(socket_path(container.address)),
                             container.container, container.owner});
            places.push_back(i);
        }
        std::vector<ShimAnswer> answers = ask_shims(shims, scope_.ask_timeout_s);
        for (std::size_t i = 0; i < places.size(); ++i) facts_.containers[places[i]].answer = std::move(answers[i]);
    }

    void read_config(const ContainerFiles& container, ContainerFacts& facts) {
        if (!container.bundle_exists) return;
        const HostFiles& files = files_of(container);
        const auto text = read(container, {container.bundle, "config.json", container.owner});
        if (!text) {
            if (text.error().number == ENOENT) facts.config.push_back({"is not there"});
            return;
        }
        const auto checked = oci::parse_config(*text);
        if (!checked) {
            facts.config.push_back({checked.error().text()});
            return;
        }
        for (const oci::ConfigProblem& problem : checked->problems) facts.config.push_back({problem.error.text(), problem.refused});
        facts.cgroups_path = checked->config.cgroups_path;
        for (const oci::Hook& hook : checked->config.hooks) {
            // startContainer's run in the container, whose root file system has their paths.
            if (hook.path.starts_with('/') && hook.kind != "startContainer")
                facts.hooks.push_back(
                    {hook.kind, hook.path, hook.place.line, hook_problem(files, hook.path), process_of_exe_link(hook.path).has_value()});
        }
    }

    /// Follows links, as execve does; opens nothing.
    std::string hook_problem(const HostFiles& files, const std::string& path) const {
        if (const auto pid = process_of_exe_link(path)) {
            const bool lives = std::ranges::find(facts_.snapshot.processes, *pid, &Process::pid) != facts_.snapshot.processes.end();
            return files.is_copy() || lives || !sees_hosts_processes(facts_.snapshot)
                       ? ""
                       : fmt::format("is the program of process {}, which has ended", pid->value);
        }
        const auto facts = files.target_facts(path);
        if (!facts) return files.is_copy() ? "" : "does not exist";  // a copy has /run and /var/lib, not /usr
        if (facts->type == FileType::directory) return "is a directory";
        if (facts->type != FileType::regular) return "is no regular file";
        if ((facts->mode & 0111U) == 0) return "is not executable";
        return "";
    }

    void read_state(const ContainerFiles& container, ContainerFacts& facts) {
        if (container.state_path.empty() || !container.state_json_error.empty()) return;
        const HostFiles& files = files_of(container);
        if (!container.state_path.starts_with(container.runc_root + "/")) return;
        const auto text =
            read(container, {container.runc_root, container.state_path.substr(container.runc_root.size() + 1), container.owner});
        if (!text) return;
        const oci::StateForm& form = oci::runtime_named(container.runtime).state;
        const auto state = oci::parse_state(*text, form);
        if (!state) return;
        facts.state_read = !form.systemd_cgroup.empty();  // else it does not tell who made its cgroup
        facts.systemd_cgroup = state->systemd_cgroup;
        if (!facts_.live) return;
        std::set<Pid> processes;
        for (const auto& [controller, path] : state->cgroup_paths) {
            if (!path.starts_with("/sys/fs/cgroup/")) continue;
            if (!files.facts(path)) {
                facts.cgroup_missing.push_back(path);
                continue;
            }
            facts.cgroup_left.push_back(path);
            if (const auto list = files.read(path + "/cgroup.procs", most_json)) add_pids(*list, processes);
        }
        facts.cgroup_processes.assign(processes.begin(), processes.end());
    }

    /// What containerd will connect to the shim by when it starts anew. Its first containerds wrote the address alone, in `address`.
    void read_bootstrap(const ContainerFiles& container, ContainerFacts& facts) {
        if (!container.bundle_exists) return;
        const auto text = read(container, {container.bundle, "bootstrap.json", container.owner});
        if (!text) return;
        BootstrapFacts& bootstrap = facts.bootstrap.emplace();
        const auto document = oci::parse_json(*text);
        if (!document) {
            bootstrap.error = document.error().text();
            return;
        }
        bootstrap.protocol = oci::string_at(*document, "/protocol");
        if (const oci::Json* version = oci::find(*document, "/version"); version != nullptr && version->is_number_integer())
            bootstrap.version = version->get<std::int64_t>();
        if (oci::string_at(*document, "/address").empty()) bootstrap.error = "it has no address";
    }

    static void add_pids(std::string_view text, std::set<Pid>& pids) {
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(text.size(), line.size() + 1));
            std::int32_t pid = 0;
            if (std::from_chars(line.data(), line.data() + line.size(), pid).ec == std::errc{} && pid > 0) pids.insert(Pid{pid});
        }
    }

    /// Where shims listen: the directories of the addresses that are known, and the usual one beside each STATE.
    void read_sockets() {
        std::set<std::string> directories{"/run/containerd/s"}, paths;
        for (const InstanceFacts& instance : facts_.instances) {
            directories.insert(instance.state_dir + "/s");
            if (!instance.address.empty()) paths.insert(instance.address);
        }
        for (const ContainerFiles& container : facts_.snapshot.containers) {
            const std::string_view path = socket_path(container.address);
            if (path.starts_with('/') && may_be_shim_socket(path)) directories.insert(std::string(parent_path(path)));
            if (!container.containerd_address.empty()) daemon_sockets_.insert(container.containerd_address);
        }
        for (const Process& process : facts_.snapshot.processes) {
            if (process.role.role != ProcessRole::shim || process.uid != 0) continue;
            if (const auto shim = parse_shim(process.command_line)) daemon_sockets_.insert(shim->address);
        }
        std::map<std::string, ShimSocket> sockets;
        std::set<std::string> seen;  // of what is not permitted, or hidden by a mount, nothing can be said
        for (const std::string& directory : directories) {
            const auto names = files_.list(directory);
            if (!names) continue;
            seen.insert(directory);
            for (const std::string& name : *names) {
                const std::string path = directory + "/" + name;
                if (!may_be_shim_socket(path)) continue;
                const auto facts = files_.facts(path);
                if (facts && facts->type == FileType::socket) sockets[path] = {path, true, listening_.contains(path)};
            }
        }
        for (const std::string& path : listening_) {
            const bool of_shim = seen.contains(std::string(parent_path(path))) && may_be_shim_socket(path);
            if (of_shim && !sockets.contains(path)) sockets[path] = {path, files_.facts(path).has_value(), true};
            if (daemon_sockets_.contains(path)) sockets[path] = {path, true, true};
        }
        for (auto& [path, socket] : sockets) facts_.sockets.push_back(std::move(socket));
    }

    /// ctr's directory, and one beside each STATE: NUMBER/ID-stdout.
    void read_fifos() {
        // Others, whose descriptors can't be read, may have them open.
        const Observer& observer = facts_.snapshot.observer;
        if (observer.uid != 0 || (observer.capabilities >> CAP_SYS_PTRACE & 1U) == 0) return;
        std::set<std::string> held;
        for (const Process& process : facts_.snapshot.processes) {
            for (const FdEntry& entry : process.fds)
                if (entry.target.kind == OpenFileKind::fifo) held.insert(entry.target.path);
        }
        for (const Pipe& pipe : facts_.snapshot.pipes)
            if (!pipe.holders.empty()) held.insert(pipe.path);
        std::set<std::string> directories{"/run/containerd/fifo"};
        for (const InstanceFacts& instance : facts_.instances) directories.insert(instance.state_dir + "/fifo");
        const std::int64_t now = time(nullptr);
        for (const std::string& directory : directories) {
            const auto numbers = files_.list(directory);
            if (!numbers) continue;
            for (const std::string& number : *numbers) {
                const auto names = files_.list(directory + "/" + number);
                if (!names) continue;
                for (const std::string& name : *names) {
                    for (const std::string_view suffix : {"-stdin", "-stdout", "-stderr"}) {
                        const std::string path = directory + "/" + number + "/" + name;
                        const auto facts = name.ends_with(suffix) ? files_.facts(path) : std::nullopt;
                        if (!facts || facts->type != FileType::fifo) continue;
                        facts_.fifos.push_back(
                            {path, name.substr(0, name.size() - suffix.size()), now - facts->modified_s, held.contains(path)});
                    }
                }
            }
        }
    }

    const AuditScope& scope_;
    HostFiles files_;
    const MountViews* views_;
    AuditFacts facts_;
    std::map<const HostFiles*, Belief> beliefs_;
    std::set<std::string> listening_, daemon_sockets_;
    std::vector<std::string> mount_points_;  ///< sorted
};

}  // namespace

std::optional<Pid> process_of_exe_link(std::string_view path) {
    constexpr std::string_view begin = "/proc/", end = "/exe";
    if (!path.starts_with(begin) || !path.ends_with(end) || path.size() <= begin.size() + end.size()) return std::nullopt;
    const std::string_view number = path.substr(begin.size(), path.size() - begin.size() - end.size());
    Pid pid;
    const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), pid.value);
    if (error != std::errc{} || rest != number.data() + number.size() || pid.value <= 0) return std::nullopt;
    return pid;
}

std::vector<std::string> listening_paths(std::string_view text) {
    std::vector<std::string> paths;
    text.remove_prefix(std::min(text.size(), text.find('\n') == text.npos ? text.size() : text.find('\n') + 1));  // the header
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        // Num RefCount Protocol Flags Type St Inode Path; __SO_ACCEPTCON is 1 << 16 (net/unix/af_unix.c).
        std::string_view fields[7];
        bool whole = true;
        for (std::string_view& field : fields) {
            line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
            field = line.substr(0, line.find(' '));
            whole = whole && !field.empty();
            line.remove_prefix(field.size());
        }
        line.remove_prefix(std::min<std::size_t>(1, line.size()));
        if (whole && fields[3] == "00010000" && !line.empty()) paths.emplace_back(line);
    }
    return paths;
}

std::vector<OomKill> parse_oom_kills(std::string_view log) {
    std::vector<OomKill> kills;
    while (!log.empty() && kills.size() < 1000) {
        const std::string_view line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(log.size(), line.size() + 1));
        // mm/oom_kill.c: "Out of memory: Killed process 123 (comm) …", "Memory cgroup out of memory: Killed process …".
        constexpr std::string_view mark = "Killed process ";
        const std::size_t found = line.find(mark);
        if (found == line.npos || line.find("ut of memory") == line.npos) continue;
        const std::string_view rest = line.substr(found + mark.size());
        std::int32_t pid = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
        const std::size_t open = rest.find('('), close = rest.find(')');
        if (error != std::errc{} || open == rest.npos || close == rest.npos || close < open) continue;
        std::string_view shown = line;
        while (shown.starts_with('<')) shown.remove_prefix(std::min(shown.size(), shown.find('>') + 1));
        kills.push_back({Pid{pid}, std::string(rest.substr(open + 1, close - open - 1)), std::string(shown.substr(0, 300))});
    }
    return kills;
}

Result<AuditFacts> gather_audit_facts(const AuditScope& scope) {
    const HostFiles files(scope.copy);
    if (!files.is_copy()) {
        auto snapshot = list_containers_closely(scope.run_dir);
        if (!snapshot) return std::unexpected(snapshot.error());
        const MountViews views(*snapshot);
        std::vector<Instance> instances;
        for (const MountViews::View& view : views.all())
            for (Instance& instance : find_layout(*snapshot, view.files, scope.run_dir, views.residents_of(view)).instances)
                if (std::ranges::find(instances, instance.state_dir, &Instance::state_dir) == instances.end())
                    instances.push_back(std::move(instance));
        return Gatherer(scope, views.all().front().files, &views).gather(*snapshot, instances);
    }
    const Resident everybody = [](const Process&) { return true; };
    if (!files.facts("/")) return fail("read " + scope.copy, errno);
    if (!files.list("/run") && !files.list("/var"))
        return fail("find /run or /var in " + scope.copy, 0, "give the directory that holds the host's files");
    Snapshot snapshot;
    const Layout layout = find_layout(snapshot, files, scope.run_dir, everybody);
    snapshot.containers = find_containers(snapshot, layout, files, everybody, static_cast<std::int64_t>(time(nullptr))).containers;
    read_engine_names(snapshot, files, everybody);
    name_containers(snapshot);
    return Gatherer(scope, files, nullptr).gather(std::move(snapshot), layout.instances);
}

}  // namespace shimtrace::containerd
