#include "tracer/diagnosis/checks/check.hpp"

#include "tracer/diagnosis/checks/check_list.hpp"
#include "tracer/diagnosis/checks/container_view.hpp"
#include "tracer/diagnosis/checks/places.hpp"

#include <shimtrace/observed.hpp>

#include <algorithm>

namespace shimtrace::audit {

namespace {

using enum Severity;

constexpr Check checks[] = {
    {.code = "orphaned-container",
     .severity = error,
     .needs_kernel = true,
     .why = "nobody reaps the container, copies its output or can stop it through containerd: it runs on unseen",
     .recognised = "",
     .mending = "",
     .look = nullptr,
     .of_container = orphaned_container,
     .cause = "orphaned-container",
     .tells_states = true},
    {.code = "container-gone",
     .severity = warning,
     .needs_kernel = true,
     .why = "the shim waits for a delete that nobody has asked for, and containerd still counts the container",
     .recognised = "The shim lives, its container's init does not, and nobody has deleted the task.",
     .mending = "Delete the task; where the shim is stopped, let it go on first.",
     .look = container_gone,
     .tells_states = true},
    {.code = "zombie-init",
     .severity = warning,
     .needs_kernel = true,
     .why = "the container has ended and its parent has not taken the exit status: delete and kill hang",
     .recognised = "The init is in state Z.",
     .mending = "See what its parent is at: a shim that is stopped, hung, or has lost the exit.",
     .look = zombie_init,
     .tells_states = true},
    {.code = "leftover",
     .severity = warning,
     .needs_kernel = true,
     .why = "the id can't be used again, mounts and cgroups stay busy, and containerd may trip over them when it starts",
     .recognised = "",
     .mending = "",
     .look = nullptr,
     .of_container = leftover,
     .cause = "leftover",
     .tells_states = true},
    {.code = "shim-without-bundle",
     .severity = error,
     .needs_kernel = true,
     .why = "containerd finds shims by their bundles: this one it has lost, and its socket's address with it",
     .recognised = "A shim's working directory, its bundle, was deleted.",
     .mending = "End the container, then the shim: containerd will not find it again.",
     .look = shim_without_bundle,
     .tells_states = true},
    {.code = "runtime-only",
     .severity = warning,
     .needs_kernel = false,
     .why = "runc lists a container that containerd does not know: no kill or delete through containerd reaches it",
     .recognised = "The runtime has a state of it in a directory of containerd's, and containerd has no bundle of it.",
     .mending = "Look at it with the runtime, then delete it by the runtime.",
     .look = runtime_only,
     .tells_states = true},
    {.code = "created-not-started",
     .severity = warning,
     .needs_kernel = true,
     .why = "its program has not begun: runc init waits in exec.fifo for a start",
     .recognised = "exec.fifo is there, the init lives, no create or start is at work, and that for 2 s.",
     .mending = "Start it or delete it: see the cause of the same name.",
     .look = created_not_started,
     .tells_states = true},
    {.code = "container-frozen",
     .severity = warning,
     .needs_kernel = true,
     .why = "no process of it runs, and no signal, SIGKILL neither, has effect before the thaw",
     .recognised = "The freezer's state of the init's cgroup.",
     .mending = "Resume it, or thaw the cgroup above it: see the cause of the same name.",
     .look = container_frozen},
    {.code = "shim-not-answering",
     .severity = error,
     .needs_kernel = true,
     .why = "every call of containerd to this container waits or fails",
     .recognised = "Asked by `--ask`, the shim does not answer State in time.",
     .mending = "`shimtrace why` says what it waits for.",
     .look = shim_not_answering,
     .tells_states = true},
    {.code = "shim-disagrees",
     .severity = error,
     .needs_kernel = true,
     .why = "containerd believes the shim, so kill, delete and restart act on what is not so",
     .recognised = "Asked by `--ask`, the shim answers otherwise than the kernel has it.",
     .mending = "See what the shim is at: its goroutines tell.",
     .look = shim_disagrees},
    {.code = "state-missing",
     .severity = error,
     .needs_kernel = false,
     .why = "without its state runc knows no such container: exec, kill and delete say that it does not exist",
     .recognised = "The runtime's state directory, or the state in it, is not there, and the container lives.",
     .mending = "See state-corrupt; where it was moved, name the root that it is in.",
     .look = nullptr,
     .of_container = state_missing,
     .cause = "state-corrupt",
     .tells_states = true},
    {.code = "state-corrupt",
     .severity = error,
     .needs_kernel = false,
     .why = "runc can't load the container: exec, kill, pause and delete fail, the shim's as well",
     .recognised = "",
     .mending = "",
     .look = nullptr,
     .of_container = state_corrupt,
     .cause = "state-corrupt",
     .tells_states = true},
    {.code = "state-untrusted",
     .severity = warning,
     .needs_kernel = true,
     .why =
         "somebody may want root to act on what he has made: it could name another's processes, or hooks that a runtime's command runs as "
         "root",
     .recognised =
         "A state, a root or a process under a runtime's, a shim's or containerd's name that lies in, or comes from, what a container "
         "or another user can write.",
     .mending = "Find out who made it, and run no runtime's command on it: it would run as root what it holds.",
     .look = state_untrusted},
    {.code = "pid-reused",
     .severity = warning,
     .needs_kernel = true,
     .why = "a signal sent to that pid reaches another process; the container itself has ended",
     .recognised = "The init's pid in the runtime's state belongs to a process that started at another time.",
     .mending = "See state-corrupt: the container has ended, and what is left of it is removed.",
     .look = nullptr,
     .of_container = pid_reused,
     .cause = "state-corrupt",
     .tells_states = true},
    {.code = "init-pid-mismatch",
     .severity = error,
     .needs_kernel = false,
     .why = "the shim and runc act on different processes",
     .recognised = "The bundle's init.pid and the runtime's state name different pids.",
     .mending = "See which of both is the container's; the other file is wrong.",
     .look = nullptr,
     .of_container = init_pid_mismatch,
     .cause = "state-corrupt",
     .tells_states = true},
    {.code = "config-invalid",
     .severity = error,
     .needs_kernel = false,
     .why = "the runtime refuses the bundle: the container can't be created again, and exec fails where it reads it",
     .recognised = "",
     .mending = "",
     .look = nullptr,
     .of_container = config_invalid,
     .cause = "config-invalid"},
    {.code = "config-nonconformant",
     .severity = warning,
     .needs_kernel = false,
     .why = "this runtime may let it pass and the next one not",
     .recognised = "config.json breaks the OCI specification in a way that this runtime lets pass.",
     .mending = "Mend what makes the configuration.",
     .look = config_nonconformant},
    {.code = "hook-unusable",
     .severity = error,
     .needs_kernel = false,
     .why = "create, start or delete fails, or leaves behind what the hook should have taken down",
     .recognised = "A hook of config.json does not exist, or is no file that can be executed.",
     .mending = "Install it, or take it out of the configuration that puts it there.",
     .look = hook_unusable},
    {.code = "runtime-failed",
     .severity = warning,
     .needs_kernel = false,
     .why = "the runtime has said why an operation failed; containerd shows a part of it at most",
     .recognised = "Lines of level error in the bundle's log.json.",
     .mending = "What the runtime says is explained where it is a common error.",
     .look = runtime_failed},
    {.code = "cgroup-driver-mismatch",
     .severity = warning,
     .needs_kernel = false,
     .why = "two managers of one cgroup tree: limits get lost, and systemd may move or remove what it does not know",
     .recognised = "The cgroup path's form, or containerd's configuration, and what made the cgroup, differ.",
     .mending = "Set one driver everywhere, and recreate the container.",
     .look = cgroup_driver_mismatch},
    {.code = "cgroup-missing",
     .severity = error,
     .needs_kernel = true,
     .why = "limits are not in force, and kill --all, pause and stats fail",
     .recognised = "Cgroup directories that the runtime's state names are not there, and the init lives.",
     .mending = "Recreate the container; find out who removes cgroups.",
     .look = cgroup_missing},
    {.code = "bootstrap-wrong",
     .severity = warning,
     .needs_kernel = false,
     .why = "containerd connects to the shim as this file says when it starts anew: the shim is taken for dead, or its calls fail with "
            "`service not implemented`",
     .recognised = "bootstrap.json is no JSON or has no address; or it names a later version of the task API than the shim has answered in "
                   "(`--ask`), or than shims of the release that runs speak: 2 before containerd 2.",
     .mending = "Recreate the pod, whose shim is of an older containerd than its files.",
     .look = bootstrap_wrong},
    {.code = "cgroup-moved",
     .severity = warning,
     .needs_kernel = true,
     .why = "the limits that runc set do not apply to it, and pause and stats see an empty cgroup",
     .recognised = "The init's cgroup is none of, nor below, those that the runtime's state names.",
     .mending = "Find who moves processes between cgroups, and recreate the container.",
     .look = cgroup_moved},
    {.code = "socket-without-listener",
     .severity = warning,
     .needs_kernel = true,
     .why = "containerd dials it when it starts and takes a refused connection for a dead shim",
     .recognised = "A socket file in the shims' directory on which nobody listens.",
     .mending = "Remove the file.",
     .look = socket_without_listener},
    {.code = "listener-without-file",
     .severity = error,
     .needs_kernel = true,
     .why = "the shim lives, but nobody can reach it any more: containerd will take it for dead when it restarts",
     .recognised = "A shim listens on a path at which there is no file.",
     .mending = "Stop its container before containerd is restarted.",
     .look = listener_without_file},
    {.code = "containerd-gone",
     .severity = warning,
     .needs_kernel = true,
     .why = "shims and containers go on, but no exit, kill or start is handled until it is back",
     .recognised = "Shims whose containerd's socket nobody listens on.",
     .mending = "Start containerd: it takes its shims up again.",
     .look = containerd_gone},
    {.code = "foreign-shim",
     .severity = warning,
     .needs_kernel = true,
     .why = "it answers to another containerd than the one whose directory its bundle lies in",
     .recognised = "A shim's -address is not that of the containerd in whose state directory it works.",
     .mending = "Give each containerd a state directory of its own.",
     .look = foreign_shim},
    {.code = "state-directory-shared",
     .severity = error,
     .needs_kernel = false,
     .why = "two containers share one runc state: what is done to one is done to the other",
     .recognised = "Two containers have one runtime state, or two containerds one state directory.",
     .mending = "Separate them by namespace, id or root.",
     .look = state_directory_shared},
    {.code = "shim-replaced-on-disk",
     .severity = warning,
     .needs_kernel = true,
     .why = "it runs the old code until its container ends; a fix that came with the upgrade does not work there",
     .recognised = "The shim's executable was replaced or deleted.",
     .mending = "Recreate the container when it suits.",
     .look = shim_replaced_on_disk},
    {.code = "stdio-fifo-missing",
     .severity = warning,
     .needs_kernel = true,
     .why = "no reader can be attached any more: once the one that has it open ends, the container's output is lost, then blocks",
     .recognised = "The shim has a stdio fifo open whose name is gone.",
     .mending = "Keep its reader, and recreate the container when it suits.",
     .look = stdio_fifo_missing},
    {.code = "stdio-fifo-left",
     .severity = warning,
     .needs_kernel = true,
     .why = "nothing reads or writes it any more; what is left over here piles up with every container",
     .recognised = "A stdio fifo of a container or exec that is gone, that nobody has open, unused for a minute.",
     .mending = "Remove its directory.",
     .look = stdio_fifo_left},
    {.code = "shim-oom-score",
     .severity = warning,
     .needs_kernel = true,
     .why = "when memory is short the kernel kills the shim before its container, which is then orphaned",
     .recognised = "The shim's oom_score_adj is above its init's, and not what containerd gives.",
     .mending = "Give it a lower score; see OOMScoreAdjust= of containerd's unit.",
     .look = shim_oom_score},
    {.code = "shim-oom-killed",
     .severity = error,
     .needs_kernel = true,
     .why = "the kernel killed a shim for want of memory: its containers are orphaned or lost their exit status",
     .recognised = "The kernel's log, where a container lacks its shim.",
     .mending = "Give shims a low oom_score_adj, and the host or its cgroup more memory.",
     .look = shim_oom_killed},
    {.code = "container-oom-killed",
     .severity = warning,
     .needs_kernel = true,
     .why = "the container's memory limit is too small for what runs in it",
     .recognised = "The cgroup's count of processes that the kernel killed.",
     .mending = "Raise its limit, or find what grows in it.",
     .look = container_oom_killed},
    {.code = "states-differ",
     .severity = warning,
     .needs_kernel = true,
     .why = "commands fail or have no effect, as each of them acts on the state that it believes in",
     .recognised = "runc's, the shim's and the kernel's word for its state, as `ps` has them, differ, and no other finding tells why.",
     .mending = "Let go on what a signal or a tracer has stopped; else see what it waits for.",
     .look = states_differ},
};

}  // namespace

std::span<const Check> all_checks() {
    return checks;
}

Finding& Findings::add(const ContainerRef& container, std::string summary) {
    Finding& finding = all_.emplace_back();
    finding.code = check_->code;
    finding.severity = check_->severity;
    finding.why = check_->why;
    finding.container = container;
    finding.summary = std::move(summary);
    if (check_->tells_states) told_.insert(container);
    return finding;
}

std::vector<Finding> run(const AuditFacts& facts) {
    std::vector<Finding> all;
    Findings findings(all);
    const bool kernel = facts.live && sees_hosts_processes(facts.snapshot);
    for (const Check& check : checks) {
        if (check.needs_kernel && !kernel) continue;
        findings.check_ = &check;
        if (check.of_container != nullptr)
            for_each_container(facts, [&](const ContainerView& subject) { check.of_container(subject, findings); });
        else
            check.look(facts, findings);
    }
    std::ranges::stable_sort(all, [](const Finding& a, const Finding& b) {
        if (a.severity != b.severity) return a.severity > b.severity;
        return a.container < b.container;
    });
    return folded(std::move(all));
}

std::vector<CauseFinding> findings_of(const diagnosis::Facts& known, const ContainerFiles& files) {
    // What audit reads beside the snapshot is not there.
    ContainerFacts facts;
    if (!files.config_json_error.empty()) facts.config.push_back({.text = files.config_json_error, .refused = true});
    const ContainerView subject = container_view(known.snapshot(), known.processes(), files, facts);
    std::vector<CauseFinding> all;
    const bool kernel = known.sees_hosts_processes();
    for (const Check& check : checks) {
        if (check.of_container == nullptr || (check.needs_kernel && !kernel)) continue;
        std::vector<Finding> found;
        Findings findings(found);
        findings.check_ = &check;
        check.of_container(subject, findings);
        for (Finding& finding : found) all.push_back({check.cause, std::move(finding)});
    }
    return all;
}

}  // namespace shimtrace::audit
