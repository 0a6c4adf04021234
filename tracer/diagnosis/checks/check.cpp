#include "tracer/diagnosis/checks/check.hpp"

#include "decoders/text/shell_quoted.hpp"
#include "tracer/diagnosis/checks/check_list.hpp"
#include "tracer/diagnosis/checks/places.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::audit {

namespace {

using enum Severity;

constexpr Check checks[] = {
    {"orphaned-container", error, true,
     "nobody reaps the container, copies its output or can stop it through containerd: it runs on unseen", orphaned_container},
    {"container-gone", warning, true, "the shim waits for a delete that nobody has asked for, and containerd still counts the container",
     container_gone},
    {"zombie-init", warning, true, "the container has ended and its parent has not taken the exit status: delete and kill hang",
     zombie_init},
    {"leftover", warning, true,
     "the id can't be used again, mounts and cgroups stay busy, and containerd may trip over them when it starts", leftover},
    {"shim-without-bundle", error, true, "containerd finds shims by their bundles: this one it has lost, and its socket's address with it",
     shim_without_bundle},
    {"runtime-only", warning, false,
     "runc lists a container that containerd does not know: no kill or delete through containerd reaches it", runtime_only},
    {"created-not-started", warning, true, "its program has not begun: runc init waits in exec.fifo for a start", created_not_started},
    {"container-frozen", warning, true, "no process of it runs, and no signal, SIGKILL neither, has effect before the thaw",
     container_frozen},
    {"shim-not-answering", error, true, "every call of containerd to this container waits or fails", shim_not_answering},
    {"shim-disagrees", error, true, "containerd believes the shim, so kill, delete and restart act on what is not so", shim_disagrees},
    {"state-missing", error, false, "without its state runc knows no such container: exec, kill and delete say that it does not exist",
     state_missing},
    {"state-corrupt", error, false, "runc can't load the container: exec, kill, pause and delete fail, the shim's as well", state_corrupt},
    {"state-untrusted", warning, true,
     "somebody may want root to act on what he has made: it could name another's processes, or hooks that a runtime's command runs as root",
     state_untrusted},
    {"pid-reused", warning, true, "a signal sent to that pid reaches another process; the container itself has ended", pid_reused},
    {"init-pid-mismatch", error, false, "the shim and runc act on different processes", init_pid_mismatch},
    {"config-invalid", error, false,
     "the runtime refuses the bundle: the container can't be created again, and exec fails where it reads it", config_invalid},
    {"config-nonconformant", warning, false, "this runtime may let it pass and the next one not", config_nonconformant},
    {"hook-unusable", error, false, "create, start or delete fails, or leaves behind what the hook should have taken down", hook_unusable},
    {"runtime-failed", warning, false, "the runtime has said why an operation failed; containerd shows a part of it at most",
     runtime_failed},
    {"cgroup-driver-mismatch", warning, false,
     "two managers of one cgroup tree: limits get lost, and systemd may move or remove what it does not know", cgroup_driver_mismatch},
    {"cgroup-missing", error, true, "limits are not in force, and kill --all, pause and stats fail", cgroup_missing},
    {"cgroup-moved", warning, true, "the limits that runc set do not apply to it, and pause and stats see an empty cgroup", cgroup_moved},
    {"socket-without-listener", warning, true, "containerd dials it when it starts and takes a refused connection for a dead shim",
     socket_without_listener},
    {"listener-without-file", error, true,
     "the shim lives, but nobody can reach it any more: containerd will take it for dead when it restarts", listener_without_file},
    {"containerd-gone", warning, true, "shims and containers go on, but no exit, kill or start is handled until it is back",
     containerd_gone},
    {"foreign-shim", warning, true, "it answers to another containerd than the one whose directory its bundle lies in", foreign_shim},
    {"state-directory-shared", error, false, "two containers share one runc state: what is done to one is done to the other",
     state_directory_shared},
    {"shim-replaced-on-disk", warning, true,
     "it runs the old code until its container ends; a fix that came with the upgrade does not work there", shim_replaced_on_disk},
    {"stdio-fifo-missing", warning, true,
     "no reader can be attached any more: once the one that has it open ends, the container's output is lost, then blocks",
     stdio_fifo_missing},
    {"stdio-fifo-left", warning, true, "nothing reads or writes it any more; what is left over here piles up with every container",
     stdio_fifo_left},
    {"shim-oom-score", warning, true, "when memory is short the kernel kills the shim before its container, which is then orphaned",
     shim_oom_score},
    {"shim-oom-killed", error, true, "the kernel killed a shim for want of memory: its containers are orphaned or lost their exit status",
     shim_oom_killed},
    {"container-oom-killed", warning, true, "the container's memory limit is too small for what runs in it", container_oom_killed},
    {"states-differ", warning, true, "commands fail or have no effect, as each of them acts on the state that it believes in",
     states_differ},
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
    return finding;
}

bool Findings::has(const ContainerRef& container, std::span<const std::string_view> codes) const {
    return std::ranges::any_of(all_, [&](const Finding& finding) {
        return finding.container == container && std::ranges::find(codes, finding.code) != codes.end();
    });
}

std::vector<Finding> run(const AuditFacts& facts) {
    std::vector<Finding> all;
    Findings findings(all);
    for (const Check& check : checks) {
        if (check.needs_kernel && !facts.live) continue;
        findings.check_ = &check;
        check.look(facts, findings);
    }
    std::ranges::stable_sort(all, [](const Finding& a, const Finding& b) {
        if (a.severity != b.severity) return a.severity > b.severity;
        return a.container < b.container;
    });
    return folded(std::move(all));
}

std::string runtime_command(const ContainerFiles& files) {
    std::string command = files.runtime.empty() ? "runc" : files.runtime;
    if (files.owner != 0) command = fmt::format("sudo -u '#{}' env XDG_RUNTIME_DIR=/run/user/{} {}", files.owner, files.owner, command);
    if (!files.runc_root.empty()) command += " --root " + text::shell_quoted(files.runc_root);
    return command;
}

}  // namespace shimtrace::audit
