#include "tracer/diagnosis/checks/check_list.hpp"
#include "tracer/diagnosis/checks/container_view.hpp"

#include <shimtrace/container_identity.hpp>
#include <shimtrace/frozen.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::audit {

namespace {

/// A creation younger than that is in progress, not forgotten.
constexpr std::int64_t start_comes_within_s = 2;

/// Earlier in this order than what is there.
void prepend(std::vector<Remedy> ways, std::vector<Remedy>& remedies) {
    remedies.insert(remedies.begin(), std::make_move_iterator(ways.begin()), std::make_move_iterator(ways.end()));
}

const Cgroup* cgroup_at(const Snapshot& snapshot, const std::string& path) {
    const auto found = std::ranges::find(snapshot.cgroups, path, &Cgroup::path);
    return found == snapshot.cgroups.end() ? nullptr : &*found;
}

bool is_shim_stopped(const ContainerView& subject) {
    return subject.shim != nullptr && is_halted(subject.shim->state);
}

/// What the shim of a container that has ended believes: whether it saw the end only itself can tell.
std::string belief_of_shim(const ContainerView& subject) {
    const auto& answer = subject.facts.answer;
    if (is_shim_stopped(subject)) return "is stopped itself and has not seen the end";
    if (!answer || !answer->answered || answer->status.empty()) return "lives; whether it saw the end it was not asked";
    if (answer->status == "STOPPED") return "STOPPED: keeps the exit status for a delete";
    return answer->status + ": has not seen the end";
}

}  // namespace

void orphaned_container(const ContainerView& subject, Findings& findings) {
    if (!subject.is_of_containerd() || subject.shim != nullptr || subject.is_in_transit()) return;
    const Process* alive = subject.is_running() ? subject.init : subject.processes.empty() ? nullptr : subject.processes.front();
    if (alive == nullptr) return;
    Finding& finding = findings.add(subject.files.container,
                                    alive == subject.init ? fmt::format("its shim is gone, and its init {} lives on", spoken(*alive))
                                                          : fmt::format("shim and init are gone, and its {} lives on", spoken(*alive)));
    finding.pids = {alive->pid};
    finding.beliefs = {
        {"kernel", fmt::format("{} {} runs, parent {}", alive == subject.init ? "init" : "process", alive->pid.value, alive->parent.value)},
        {"shim", "no such process"},
        {"runc", subject.files.state_json_exists ? "running: its state names that init" : "no state"},
        {"containerd",
         subject.files.bundle_exists ? "has its bundle; learns of the shim's death when it dials it" : "has no bundle of it any more"}};
    finding.remedies.push_back(
        diagnosis::restart_daemon(subject.patient, "it finds the shim gone, kills the container and cleans up", Risk::destroys_data));
    for (Remedy& way : diagnosis::remove_it(subject.patient)) finding.remedies.push_back(std::move(way));
}

void container_gone(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.is_of_containerd() || subject.shim == nullptr || subject.init != nullptr || subject.is_in_transit()) return;
        if (!named_init(subject.files)) return;  // not created yet
        Finding& finding =
            findings.add(subject.files.container, fmt::format("its init has ended, its shim {} is still there", spoken(*subject.shim)));
        finding.pids = {subject.shim->pid};
        const Pid pid = named_init(subject.files);
        finding.beliefs = {{"kernel", fmt::format("no process {}", pid.value)},
                           {"runc", subject.files.state_json_exists ? "stopped: its state is still there" : "no state of it"},
                           {"shim", belief_of_shim(subject)},
                           {"containerd", "has its bundle: the task was not deleted"}};
        if (is_shim_stopped(subject)) finding.remedies.push_back(diagnosis::let_go_on(*subject.shim));
        finding.remedies.push_back(diagnosis::delete_ended(subject.patient));
    });
}

void zombie_init(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (subject.init == nullptr || subject.init->state != ProcessState::zombie) return;
        const Process* parent = find_process(facts.snapshot, subject.init->parent);
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("its init {} is a zombie that its parent {} does not reap", subject.init->pid.value,
                                                    parent != nullptr ? spoken(*parent) : std::to_string(subject.init->parent.value)));
        finding.pids = {subject.init->pid, subject.init->parent};
        const bool by_shim = parent != nullptr && parent == subject.shim;
        finding.beliefs = {
            {"kernel", "ended, not waited for"},
            {"runc", "stopped"},
            {by_shim ? "shim" : "parent", parent != nullptr && parent->state == ProcessState::stopped ? "is stopped" : "has not waited"}};
        if (parent != nullptr && parent->state == ProcessState::stopped)
            finding.remedies.push_back(diagnosis::let_go_on(*parent));
        else
            finding.remedies.push_back(
                diagnosis::remedy("see why the parent does not wait",
                                  diagnosis::shell_line({"shimtrace", "why", std::to_string(subject.init->parent.value)}), Risk::safe));
    });
}

void leftover(const ContainerView& subject, Findings& findings) {
    if (!subject.is_of_containerd() || subject.shim != nullptr || subject.init != nullptr || !subject.processes.empty() ||
        subject.is_in_transit())
        return;
    std::vector<Belief> left;
    if (subject.files.bundle_exists) left.push_back({"containerd", "its bundle " + subject.files.bundle});
    if (!subject.files.state_path.empty()) left.push_back({"runc", "its state " + subject.files.state_path});
    if (subject.facts.socket_exists) left.push_back({"shim", "its socket " + subject.files.address});
    for (const std::string& mount : subject.facts.mounts) left.push_back({"kernel", "the mount " + mount});
    for (const std::string& cgroup : subject.facts.cgroup_left) left.push_back({"kernel", "the cgroup " + cgroup});
    if (left.empty()) return;
    Finding& finding = findings.add(subject.files.container, fmt::format("container and shim are gone, and {} thing{} of theirs left",
                                                                         left.size(), left.size() == 1 ? " is" : "s are"));
    finding.beliefs = std::move(left);
    finding.beliefs.push_back({"kernel", "neither a shim nor an init of it lives"});
    for (const Pid pid : subject.facts.cgroup_processes) finding.pids.push_back(pid);
    finding.remedies.push_back(
        diagnosis::restart_daemon(subject.patient, "it clears away bundles whose shim does not answer", Risk::disruptive));
    for (Remedy& way : diagnosis::remove_it(subject.patient)) finding.remedies.push_back(std::move(way));
    // containerd removes the bundle last, when the shim is gone: with runc's state gone that may be under way.
    const bool is_fresh = subject.files.changed_s_ago && static_cast<double>(*subject.files.changed_s_ago) < removal_takes_s;
    finding.seen_for_s = subject.files.state_json_exists && !is_fresh ? moments_s : removal_takes_s;
}

void shim_without_bundle(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        // A working directory that may not be read says nothing.
        if (subject.shim == nullptr || subject.shim->cwd.empty() || subject.files.bundle_exists ||
            subject.shim->role.container != subject.files.container)
            return;
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("its shim {} runs without a bundle: the directory was deleted", spoken(*subject.shim)));
        finding.pids = {subject.shim->pid};
        finding.beliefs = {
            {"shim", "works in " + subject.shim->cwd},
            {"containerd", subject.files.bundle.empty() ? "has no such directory" : "has no " + subject.files.bundle},
            {"kernel", subject.is_running() ? fmt::format("its init {} lives", subject.init->pid.value) : "no init of it lives"}};
        finding.remedies.push_back(diagnosis::remedy("end the shim after its container", diagnosis::kill_line("TERM", subject.shim->pid),
                                                     Risk::disruptive, {subject.shim}));
        if (subject.is_running()) prepend(diagnosis::remove_it(subject.patient), finding.remedies);
    });
}

void runtime_only(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.is_of_containerd() || subject.files.bundle_exists || subject.shim != nullptr || subject.files.state_path.empty())
            return;
        if (facts.live && !subject.is_running()) return;  // said as leftover
        Finding& finding = findings.add(
            subject.files.container, fmt::format("{} knows it, containerd has no bundle of it", diagnosis::runtime_command(subject.files)));
        if (subject.init != nullptr) finding.pids = {subject.init->pid};
        finding.beliefs = {{"runc", "has " + subject.files.state_path},
                           {"containerd", subject.files.bundle.empty() ? "nothing" : "no " + subject.files.bundle}};
        finding.remedies = {diagnosis::look_at_it(subject.patient)};
        for (Remedy& way : diagnosis::remove_it(subject.patient)) finding.remedies.push_back(std::move(way));
    });
}

namespace {

/// runc or crun that starts it is at work: the start has come.
bool is_being_started(const AuditFacts& facts, const ContainerRef& container) {
    return std::ranges::any_of(facts.snapshot.processes, [&](const Process& process) {
        return process.role.role == ProcessRole::runtime && process.role.container == container && process.state != ProcessState::zombie &&
               (process.role.operation == "start" || process.role.operation == "run");
    });
}

}  // namespace

void created_not_started(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.files.exec_fifo || !subject.is_running() || subject.is_in_transit()) return;
        if (is_being_started(facts, subject.files.container)) return;
        const std::int64_t age = subject.files.exec_fifo_age_s.value_or(start_comes_within_s);
        if (age < start_comes_within_s) return;
        Finding& finding = findings.add(subject.files.container, fmt::format("created {} ago and never started", spoken_age(age)));
        finding.pids = {subject.init->pid};
        finding.beliefs = {{"runc", "created: exec.fifo is there"},
                           {"kernel", fmt::format("{} waits for it to be opened", spoken(*subject.init))},
                           {subject.is_of_containerd() ? "containerd" : "caller", "asked for create; no start came"}};
        finding.remedies = {diagnosis::start_it(subject.patient)};
        for (Remedy& way : diagnosis::remove_it(subject.patient)) finding.remedies.push_back(std::move(way));
    });
}

void container_frozen(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.is_running()) return;
        const Cgroup* cgroup = cgroup_at(facts.snapshot, subject.init->cgroup);
        if (cgroup == nullptr || cgroup->path.size() <= 1 || !is_frozen(*cgroup)) return;
        const bool itself = cgroup->self_freezing || cgroup->frozen_by.empty() || cgroup->frozen_by == cgroup->path;
        Finding& finding =
            findings.add(subject.files.container, itself ? "its own cgroup is frozen: somebody paused it"
                                                         : fmt::format("the cgroup {} above it is frozen", cgroup->frozen_by));
        finding.pids = {subject.init->pid};
        finding.beliefs = {{"kernel", fmt::format("{} is {}", cgroup->path, cgroup->freezer_state)}, {"runc", "paused"}};
        finding.remedies.push_back(itself ? diagnosis::resume_it(subject.patient) : diagnosis::thaw_cgroup(*cgroup, "thaw that cgroup"));
    });
}

void pid_reused(const ContainerView& subject, Findings& findings) {
    if (subject.reused == nullptr || subject.is_in_transit()) return;
    // The number went to another after the container had ended: its shim holds that, and waits to be told to delete it.
    const bool came_later = subject.reused->start_time > subject.files.state_init_start;
    const bool is_others = !diagnosis::is_program_of(*subject.reused, subject.files.container);
    if (subject.shim != nullptr && came_later && is_others && subject.processes.empty()) return;
    Finding& finding = findings.add(subject.files.container,
                                    fmt::format("its init's pid {} belongs to {} now", subject.reused->pid.value, subject.reused->comm));
    finding.pids = {subject.reused->pid};
    finding.beliefs = {
        {"runc", fmt::format("init {} started at tick {}", subject.files.state_init_pid.value, subject.files.state_init_start)},
        {"kernel", fmt::format("process {} started at tick {}", subject.reused->pid.value, subject.reused->start_time)}};
    finding.remedies = diagnosis::remove_it(subject.patient);
    finding.seen_for_s = moments_s;
}

void shim_not_answering(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.facts.answer || subject.facts.answer->answered || subject.shim == nullptr) return;
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("its shim {} does not answer: {}", spoken(*subject.shim), subject.facts.answer->error));
        finding.pids = {subject.shim->pid};
        finding.beliefs = {{"shim", fmt::format("silent for {:.1f} s on {}", subject.facts.answer->took_s, subject.files.address)},
                           {"kernel", fmt::format("the shim's process is there, in state {}", letter(subject.shim->state))}};
        finding.remedies = {diagnosis::remedy("see what it waits for",
                                              diagnosis::shell_line({"shimtrace", "why", spoken(subject.files.container)}), Risk::safe)};
    });
}

void shim_disagrees(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        const auto& answer = subject.facts.answer;
        if (!answer || !answer->answered || subject.shim == nullptr) return;
        const bool believes_alive = answer->status == "RUNNING" || answer->status == "PAUSED" || answer->status == "CREATED";
        std::string difference;
        if (believes_alive && !subject.is_running()) difference = "no living init";
        if (answer->status == "STOPPED" && subject.is_running()) difference = fmt::format("init {} runs", subject.init->pid.value);
        if (believes_alive && subject.is_running() && answer->pid && answer->pid != subject.init->pid)
            difference = fmt::format("init is {}", subject.init->pid.value);
        if (difference.empty()) return;
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("its shim says {} with pid {}, and that is not so", answer->status, answer->pid.value));
        finding.pids = {subject.shim->pid};
        finding.beliefs = {{"shim", fmt::format("{}, pid {}", answer->status, answer->pid.value)}, {"kernel", difference}};
        finding.remedies = {diagnosis::remedy("see what the shim is at",
                                              diagnosis::shell_line({"shimtrace", "stacks", std::to_string(subject.shim->pid.value)}),
                                              Risk::safe)};
    });
}

namespace {

/// A command at work that changes the state.
bool is_changing(const ContainerView& subject) {
    return subject.is_in_transit() || (subject.runtime != nullptr && subject.runtime->role.operation != "exec");
}

Pid tracer_of(const Process* process) {
    if (process == nullptr) return {};
    for (const Thread& thread : process->threads)
        if (thread.tracer != 0) return Pid{thread.tracer};
    return {};
}

}  // namespace

void states_differ(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        const StateWords& states = subject.facts.states;
        if (!states.differ || is_changing(subject) || findings.tells_states(subject.files.container)) return;
        // Whose state nobody could read, and whose init nobody knows, says nothing that could be contradicted.
        if (states.runc == "unknown" && states.kernel == "gone" && states.shim != "stopped" && states.shim != "traced") return;
        const bool of_init = states.kernel == "stopped" || states.kernel == "traced";
        const Process* held = of_init ? subject.init : states.shim == "stopped" || states.shim == "traced" ? subject.shim : nullptr;
        const bool stopped = held != nullptr && (of_init ? states.kernel : states.shim) == "stopped";
        std::string summary = "runc, its shim and the kernel see different states";
        if (held != nullptr)
            summary = fmt::format("its {} {} is stopped by a {}, and who asks runc is told {}", of_init ? "init" : "shim", spoken(*held),
                                  stopped ? "signal" : "tracer", states.runc);
        Finding& finding = findings.add(subject.files.container, std::move(summary));
        if (held != nullptr) finding.pids = {held->pid};
        finding.beliefs = {{"runc", states.runc}, {"kernel", states.kernel}};
        if (states.shim != "none") finding.beliefs.push_back({"shim", states.shim});
        if (stopped)
            finding.remedies.push_back(diagnosis::let_go_on(*held));
        else if (const Pid tracer = tracer_of(held))
            finding.remedies.push_back(diagnosis::remedy("end the tracer, which lets it go on",
                                                         diagnosis::shell_line({"kill", std::to_string(tracer.value)}), Risk::disruptive,
                                                         {find_process(facts.snapshot, tracer)}));
        finding.remedies.push_back(diagnosis::remedy(
            "see what it waits for", diagnosis::shell_line({"shimtrace", "why", spoken(subject.files.container)}), Risk::safe));
    });
}

}  // namespace shimtrace::audit
