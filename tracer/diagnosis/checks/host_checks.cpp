#include "tracer/diagnosis/checks/check_list.hpp"
#include "tracer/diagnosis/checks/container_view.hpp"
#include "tracer/diagnosis/remedies/container_remedies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace shimtrace::audit {

namespace {

std::string_view without_scheme(std::string_view address) {
    constexpr std::string_view scheme = "unix://";
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
    return address;
}

/// Value of an option in a shim's command line.
std::string_view option(const Process& process, std::string_view name) {
    const std::vector<std::string>& words = process.command_line;
    for (std::size_t n = 0; n + 1 < words.size(); ++n) {
        if (words[n] == name || words[n] == "-" + std::string(name)) return words[n + 1];
    }
    return "";
}

bool is_stdio(OpenFileRole role) {
    return role == OpenFileRole::stdin_stream || role == OpenFileRole::stdout_stream || role == OpenFileRole::stderr_stream;
}

/// Of each container the execs that have ended; "": it has itself.
using Ended = std::map<ContainerRef, std::set<std::string>>;

Ended what_has_ended(const AuditFacts& facts) {
    Ended ended;
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.is_running()) ended[subject.files.container].insert("");
        for (const ExecPidFile& exec : subject.files.execs)
            if (find_process(facts.snapshot, exec.pid) == nullptr) ended[subject.files.container].insert(exec.exec_id);
    });
    return ended;
}

/// The container, or the exec in it, whose stream it is runs no more: no reader of it will come.
bool has_ended(const Ended& ended, const OpenFileRoleInfo& stream) {
    const auto found = ended.find(stream.container);
    return found != ended.end() && (found->second.contains("") || found->second.contains(stream.exec_id));
}

bool is_server(const Process& process) {
    return process.role.role == ProcessRole::shim && process.role.operation.empty() && process.state != ProcessState::zombie;
}

}  // namespace

void socket_without_listener(const AuditFacts& facts, Findings& findings) {
    std::map<std::string_view, std::pair<ContainerRef, bool>> owners;  // and whether a shim of it is dead
    for_each_container(facts, [&](const ContainerView& subject) {
        auto& [owner, dead] = owners[without_scheme(subject.files.address)];
        owner = subject.files.container;
        dead = dead || subject.shim == nullptr;
    });
    for (const ShimSocket& socket : facts.sockets) {
        if (!socket.file || socket.listening) continue;
        const auto found = owners.find(socket.path);
        if (found != owners.end() && found->second.second) continue;  // the shim's death is the finding
        const ContainerRef owner = found == owners.end() ? ContainerRef{} : found->second.first;
        Finding& finding = findings.add(owner, fmt::format("nobody listens on {}", socket.path));
        finding.beliefs = {{"kernel", "the file is there, no socket is bound to it"},
                           {"containerd", owner ? "has it as the shim's address" : "has no bundle with this address"}};
        finding.remedies = {
            diagnosis::remedy("remove it", diagnosis::shell_line({"rm", socket.path}), owner ? Risk::disruptive : Risk::safe)};
    }
}

void listener_without_file(const AuditFacts& facts, Findings& findings) {
    for (const ShimSocket& socket : facts.sockets) {
        if (socket.file || !socket.listening) continue;
        ContainerRef owner;
        Pid shim;
        for_each_container(facts, [&](const ContainerView& subject) {
            if (without_scheme(subject.files.address) == socket.path && !owner)
                owner = subject.files.container, shim = subject.files.sandbox_shim;
        });
        Finding& finding = findings.add(owner, fmt::format("a shim listens on {}, but that file is gone", socket.path));
        if (shim) finding.pids = {shim};
        finding.beliefs = {{"shim", "listens"},
                           {"kernel", "a connect to that path fails: no such file"},
                           {"containerd", "goes on over the connection it has; a new one can't be made"}};
        finding.remedies = {diagnosis::kill_it({.ref = owner}, "don't restart containerd before the container may end: stop it first")};
    }
}

void containerd_gone(const AuditFacts& facts, Findings& findings) {
    std::map<std::string, std::vector<const Process*>> shims;
    for (const Process& process : facts.snapshot.processes) {
        if (is_server(process)) shims[std::string(option(process, "-address"))].push_back(&process);
    }
    for (const auto& [address, of] : shims) {
        if (address.empty()) continue;
        const bool served = std::ranges::any_of(facts.instances,
                                                [&](const InstanceFacts& instance) { return instance.pid && instance.address == address; });
        const bool any_daemon =
            std::ranges::any_of(facts.sockets, [&](const ShimSocket& socket) { return socket.path == address && socket.listening; });
        if (served || any_daemon) continue;
        Finding& finding = findings.add(
            {}, fmt::format("no containerd listens on {}: {} shim{} without one", address, of.size(), of.size() == 1 ? " is" : "s are"));
        for (const Process* shim : of) finding.pids.push_back(shim->pid);
        finding.beliefs = {{"shim", fmt::format("publishes its events to {}.ttrpc", address)}, {"kernel", "nobody listens there"}};
        finding.remedies = {diagnosis::start_daemon(*of.front(), address, "it takes its shims up again")};
    }
}

void foreign_shim(const AuditFacts& facts, Findings& findings) {
    for (const Process& process : facts.snapshot.processes) {
        if (!is_server(process)) continue;
        const std::string_view address = option(process, "-address");
        for (const InstanceFacts& instance : facts.instances) {
            if (!instance.pid || instance.state_dir.empty() || instance.address == address || address.empty()) continue;
            if (!instance.others.empty()) continue;  // that they share the directory is the finding
            if (!process.cwd.starts_with(instance.state_dir + "/")) continue;
            Finding& finding =
                findings.add(process.role.container, fmt::format("shim {} belongs to the containerd of {}, its bundle to that of {}",
                                                                 process.pid.value, address, instance.address));
            finding.pids = {process.pid, instance.pid};
            finding.beliefs = {
                {"shim", fmt::format("-address {}", address)},
                {"containerd", fmt::format("pid {} keeps {} and listens on {}", instance.pid.value, instance.state_dir, instance.address)}};
            finding.remedies = {{"give each containerd a state directory of its own", "", Risk::disruptive}};
        }
    }
}

void state_directory_shared(const AuditFacts& facts, Findings& findings) {
    std::map<std::string, std::vector<const ContainerFiles*>> by_state;
    for (const ContainerFiles& files : facts.snapshot.containers) {
        if (files.bundle_exists && !files.container.ns.empty()) by_state[files.runc_root + "/" + files.container.id].push_back(&files);
    }
    for (const auto& [directory, of] : by_state) {
        if (of.size() < 2) continue;
        Finding& finding = findings.add(of.front()->container, fmt::format("{} containers have one runc state, {}", of.size(), directory));
        for (const ContainerFiles* files : of) {
            finding.beliefs.push_back({"containerd", fmt::format("{} has it in bundle {}", files->containerd_address, files->bundle)});
            if (files->sandbox_shim) finding.pids.push_back(files->sandbox_shim);
        }
        finding.beliefs.push_back({"runc", "knows one of them"});
        finding.remedies = {{"use another namespace or id in one of them, or a root of its own (runc option Root)", "", Risk::disruptive}};
    }
    for (const InstanceFacts& instance : facts.instances) {
        if (instance.others.empty()) continue;
        std::vector<Pid> pids = instance.others;
        pids.push_back(instance.pid);
        std::ranges::sort(pids);
        Finding& finding = findings.add({}, fmt::format("{} containerds share the state directory {}", pids.size(), instance.state_dir));
        finding.pids = std::move(pids);
        finding.beliefs = {{"containerd", "each believes that it is alone there"}};
        finding.remedies = {{"stop all but one, or give each its own state directory", "", Risk::disruptive}};
    }
}

void shim_replaced_on_disk(const AuditFacts& facts, Findings& findings) {
    for (const Process& process : facts.snapshot.processes) {
        if (!is_server(process) || !process.exe.ends_with(" (deleted)")) continue;
        Finding& finding =
            findings.add(process.role.container, fmt::format("its shim {} runs a binary that is not on disk any more", spoken(process)));
        finding.pids = {process.pid};
        finding.beliefs = {{"kernel", process.exe}, {"containerd", "starts new shims from what is there now"}};
        finding.remedies = {{"recreate the container when it suits", "", Risk::disruptive}};
    }
}

void stdio_fifo_missing(const AuditFacts& facts, Findings& findings) {
    constexpr std::string_view deleted = " (deleted)";
    const Ended ended = what_has_ended(facts);
    for (const Process& process : facts.snapshot.processes) {
        if (!is_server(process)) continue;
        std::set<std::string> said;
        for (const FdEntry& entry : process.fds) {
            const OpenFile& target = entry.target;
            if (target.kind != OpenFileKind::fifo || !is_stdio(target.role->role) || !target.path.ends_with(deleted) ||
                target.called_deleted)
                continue;
            if (has_ended(ended, target.role)) continue;
            const std::string path = target.path.substr(0, target.path.size() - deleted.size());
            if (!said.insert(path).second) continue;
            Finding& finding = findings.add(target.role->container ? target.role->container : process.role.container,
                                            fmt::format("its shim {} has {} open, and that file is gone", spoken(process), path));
            finding.pids = {process.pid};
            finding.beliefs = {{"shim", fmt::format("copies through descriptor {}", entry.fd.value)},
                               {"kernel", "the fifo has no name any more"},
                               {"containerd", "would attach a new reader by that name"}};
            finding.remedies = {
                {"what is open goes on: don't end its reader, and recreate the container when it suits", "", Risk::disruptive}};
        }
    }
}

void stdio_fifo_left(const AuditFacts& facts, Findings& findings) {
    constexpr std::int64_t settled_s = 60;  // before, a client may be at work on it
    std::set<std::string> said;
    std::set<std::string_view> known;
    for (const ContainerFiles& files : facts.snapshot.containers) {
        known.insert(files.container.id);
        for (const ExecPidFile& exec : files.execs) known.insert(exec.exec_id);
    }
    for (const StdioFifo& fifo : facts.fifos) {
        if (fifo.held || fifo.age_s < settled_s) continue;
        const std::string directory = fifo.path.substr(0, fifo.path.rfind('/'));
        if (known.contains(fifo.id) || !said.insert(directory).second) continue;
        Finding& finding =
            findings.add({}, fmt::format("{} was made for '{}', which is gone, {} ago", fifo.path, fifo.id, spoken_age(fifo.age_s)));
        finding.beliefs = {{"kernel", "nobody has it open"}, {"containerd", fmt::format("no container or exec '{}'", fifo.id)}};
        finding.remedies = {diagnosis::remedy("remove it", diagnosis::shell_line({"rm", "-r", directory}), Risk::safe)};
    }
}

void shim_oom_score(const AuditFacts& facts, Findings& findings) {
    std::set<Pid> said;
    for_each_container(facts, [&](const ContainerView& subject) {
        if (subject.shim == nullptr || !subject.is_running() || said.contains(subject.shim->pid)) return;
        const auto instance = std::ranges::find(facts.instances, subject.files.state_dir, &InstanceFacts::state_dir);
        const Process* daemon = instance == facts.instances.end() ? nullptr : find_process(facts.snapshot, instance->pid);
        const std::int32_t score = subject.shim->oom_score_adj;
        // containerd gives a shim its own score and one more (shim.AdjustOOMScore).
        const bool as_given = daemon != nullptr ? score <= daemon->oom_score_adj + 1 : score <= 1;
        if (score <= subject.init->oom_score_adj || as_given) return;
        said.insert(subject.shim->pid);
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("its shim has oom_score_adj {}, its init {}", score, subject.init->oom_score_adj));
        finding.pids = {subject.shim->pid};
        finding.beliefs = {
            {"kernel", "kills the shim first"},
            {"containerd", daemon != nullptr ? fmt::format("has {} itself and gives its shims one more", daemon->oom_score_adj)
                                             : "gives its shims its own and one more"}};
        finding.remedies = {diagnosis::remedy("give it a lower score",
                                              diagnosis::writing(std::to_string(daemon != nullptr ? daemon->oom_score_adj + 1 : -998),
                                                                 fmt::format("/proc/{}/oom_score_adj", subject.shim->pid.value)),
                                              Risk::safe, {subject.shim})};
    });
}

void shim_oom_killed(const AuditFacts& facts, Findings& findings) {
    // The kernel's log remembers long after all has been cleared away: it matters as long as somebody lacks his shim.
    bool lacking = false;
    for_each_container(facts, [&](const ContainerView& subject) {
        lacking = lacking || (subject.is_of_containerd() && subject.shim == nullptr && !subject.is_in_transit());
    });
    if (!lacking) return;
    for (const OomKill& kill : facts.oom_kills) {
        if (!kill.comm.starts_with("containerd-shim")) continue;
        Finding& finding = findings.add({}, fmt::format("the kernel killed shim {} for want of memory", kill.pid.value));
        finding.beliefs = {{"kernel", kill.line}};
        finding.remedies = {
            {"give shims a low oom_score_adj (OOMScoreAdjust= of containerd's unit), and the host or its cgroup more memory", "",
             Risk::safe}};
    }
}

void container_oom_killed(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        const std::string& path = subject.init != nullptr ? subject.init->cgroup : subject.files.cgroup;
        if (path.size() <= 1) return;
        const auto cgroup = std::ranges::find(facts.snapshot.cgroups, path, &Cgroup::path);
        if (cgroup == facts.snapshot.cgroups.end() || cgroup->oom_kill_events == 0) return;
        Finding& finding = findings.add(
            subject.files.container, fmt::format("the kernel has killed {} of its processes for want of memory", cgroup->oom_kill_events));
        finding.beliefs = {{"kernel", fmt::format("oom_kill {} in {}{}", cgroup->oom_kill_events, path,
                                                  cgroup->memory_max ? fmt::format(", limit {} bytes", *cgroup->memory_max) : "")}};
        if (subject.init != nullptr) finding.pids = {subject.init->pid};
        finding.remedies = {{"raise its memory limit, or find what grows in it", "", Risk::safe}};
    });
}

}  // namespace shimtrace::audit
