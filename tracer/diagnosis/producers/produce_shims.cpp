// What a shim waits for beside its runtime and its containers' output: the word that a process has ended, its logging program, and that
// nobody holds its container's mounts any more.
#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/shim_tasks.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <shimtrace/container_identity.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

const Process* shim_of(const Context& look, const NodeKey& subject) {
    const Process* process = look.facts.process(subject.pid);
    return process && process->role.role == ProcessRole::shim && !subject.inode ? process : nullptr;
}

/// A process that the shim waits for and the kernel has no more.
struct Gone {
    Pid pid;
    Nanoseconds seen_for{};
};

/// Its pid is free, or another's by now.
bool is_gone(const Context& look, Pid pid) {
    const Process* process = look.facts.process(pid);
    return pid && (!process || process->role.container != look.scope.ref);
}

std::optional<Gone> gone_init(const Context& look, const Process& shim) {
    const ContainerFiles& files = *look.scope.files;
    const Pid init = named_init(files);
    if (!is_gone(look, init)) return std::nullopt;
    const auto lives = [&](Pid pid) { return look.facts.lives(pid); };
    // Until a runtime has ended what the init has left, and every exec's exit is told, the init's is kept back (task/service.go).
    if (std::ranges::any_of(look.scope.processes, lives) || std::ranges::any_of(look.scope.runtimes, lives)) return std::nullopt;
    const bool at_it = std::ranges::any_of(shim.go->goroutines, [](const Goroutine& goroutine) {
        return goroutine.purpose.what == "exit processor" && goroutine.wait.kind != GoWaitKind::chan_receive;
    });
    return at_it ? std::nullopt : std::optional(Gone{init, files.init_gone_for});
}

std::optional<Gone> gone_exec(const Context& look, const std::string& exec_id) {
    const auto exec = std::ranges::find(look.scope.files->execs, exec_id, &ExecPidFile::exec_id);
    if (exec == look.scope.files->execs.end() || !is_gone(look, exec->pid)) return std::nullopt;
    return Gone{exec->pid, exec->gone_for};
}

}  // namespace

namespace {

/// `evidence`: what shows that the shim was not told.
void add_lost_exit(const Process& shim, const Gone& gone, const std::string& whose, const std::string& evidence, Waits& out) {
    const double seconds = std::chrono::duration<double>(gone.seen_for).count();
    Wait wait{.kind = WaitKind::told_by,
              .to = NodeKey::of(shim.pid),
              .evidence = fmt::format("{} {}, whose process {} is gone{}", who(shim), evidence, gone.pid.value,
                                      seconds > 0 ? fmt::format(", for at least {}", text::duration_in_words(seconds)) : std::string()),
              .root_cause = RootCause::lost_exit,
              // An exit takes milliseconds from the kernel to whoever waits for it.
              .confidence = seconds >= patience_s ? Confidence::certain : Confidence::possible,
              .object_text = fmt::format("the exit of {}, process {}", whose, gone.pid.value)};
    if (seconds > 0) wait.since_s = seconds;
    out.push_back(std::move(wait));
}

}  // namespace

void lost_exits(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = shim_of(look, subject);
    if (!shim || !shim->go || !look.scope.files || !look.scope.ref) return;
    const std::size_t before = out.size();
    for (const Goroutine& goroutine : shim->go->goroutines) {
        const GoroutinePurpose& purpose = goroutine.purpose;
        if (purpose.what != "RPC handler" || purpose.detail != "Task.Wait" || purpose.container->id != look.scope.ref.id) continue;
        const auto gone = purpose.exec_id.empty() ? gone_init(look, *shim) : gone_exec(look, purpose.exec_id);
        if (!gone) continue;
        const std::string whose = purpose.exec_id.empty() ? "its init" : fmt::format("exec {}", printable(purpose.exec_id, 80));
        add_lost_exit(
            *shim, *gone, whose,
            fmt::format("goroutine {} [{}] handles Task.Wait of {}", goroutine.id.value, printable(goroutine.wait_reason, 40), whose), out);
    }
    if (out.size() > before) return;
    // Nobody waits for it: what the shim holds of it, in its own memory.
    const ShimTask* task = task_of(*shim, look.scope.ref);
    if (!task || task->state.empty() || is_told(*task)) return;
    if (const auto gone = gone_init(look, *shim))
        add_lost_exit(*shim, *gone, "its init", fmt::format("holds its init as {} in its memory", printable(task->state, 32)), out);
}

void unready_logger(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = shim_of(look, subject);
    if (!shim || !shim->go) return;
    for (const Goroutine& goroutine : shim->go->goroutines) {
        if (goroutine.wait.kind != GoWaitKind::fd_read || !has_frame(goroutine, "process.NewBinaryIO")) continue;
        const std::string& served = goroutine.purpose.container->id;
        if (look.scope.ref && !served.empty() && served != look.scope.ref.id) continue;
        const OpenFile* ready = look.facts.target(*shim, goroutine.wait.fd);
        if (!ready) continue;
        std::vector<Holder> writers = look.facts.holders(*ready);
        std::erase_if(writers, [&](const Holder& holder) { return !holder.writes || holder.pid == shim->pid; });
        // A script hands its descriptors on: what it runs is what it waits for.
        std::ranges::stable_sort(writers, {}, [&](const Holder& holder) { return look.facts.children(holder.pid).size(); });
        for (const Holder& holder : writers) {
            const Process* logger = look.facts.process(holder.pid);
            if (!logger) continue;
            const bool leaf = look.facts.children(holder.pid).empty();
            Wait wait{.kind = WaitKind::reads,
                      .to = NodeKey::of(logger->pid),
                      .evidence =
                          fmt::format("{} goroutine {} [{}] handles Task.Create and waits until the logging program {} closes its "
                                      "descriptor {}, which says that it is ready",
                                      who(*shim), goroutine.id.value, printable(goroutine.wait_reason, 40), who(*logger), holder.fd.value),
                      .root_cause = leaf ? RootCause::none : RootCause::unready_logger,
                      .if_idle = RootCause::unready_logger,
                      .object_text = "its logging program's word that it is ready"};
            if (const auto age = look.facts.age_s(*logger)) wait.since_s = *age;
            // A program that starts computes, reads and exits; one that stands still has not been told what is expected of it.
            settle(wait, look.facts.standstill(*logger), look.facts.interval_s(), patience_s);
            if (is_stopped(*logger) || (wait.confidence == Confidence::likely && wait.since_s > 10)) wait.confidence = Confidence::certain;
            if (!wait.normal) out.push_back(std::move(wait));
        }
    }
}

void busy_mounts(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = shim_of(look, subject);
    const ContainerFiles* files = look.scope.files;
    if (!shim || !files || files->rootfs.empty()) return;
    const auto lives = [&](Pid pid) { return look.facts.lives(pid); };
    if (std::ranges::any_of(look.scope.processes, lives) || std::ranges::any_of(look.scope.runtimes, lives)) return;
    const bool retries = shim->go && std::ranges::any_of(shim->go->goroutines, [](const Goroutine& goroutine) {
                             return has_frame(goroutine, "mount.unmount") || has_frame(goroutine, "mount.UnmountAll") ||
                                    has_frame(goroutine, "mount.UnmountRecursive");
                         });
    const auto refused =
        std::ranges::find_if(files->log_errors, [](const std::string& line) { return line.find("resource busy") != std::string::npos; });
    // A delete takes the runtime's state away first and unmounts last (process/init.go, delete): without the state, and still mounted, it
    // was refused.
    const bool deleted = files->state_path.empty() && files->init_pid;
    if (!retries && !deleted && refused == files->log_errors.end()) return;
    for (const MountHolder& holder : look.facts.snapshot().mount_holders) {
        const bool inside = holder.mount_point == files->rootfs || holder.mount_point.starts_with(files->rootfs + "/");
        if (!inside || !holder.same_mounts || holder.pid == shim->pid) continue;
        Wait wait{.kind = WaitKind::held_open_by,
                  .to = holder.pid ? NodeKey::of(holder.pid) : NodeKey{.kind = NodeKind::mount, .name = holder.path},
                  .evidence = fmt::format("{} has ended and {} is still mounted: {}", printable(files->container.id, 128),
                                          short_path(holder.mount_point),
                                          holder.pid ? fmt::format("{} has {} there, {}", who(look.facts, holder.pid),
                                                                   printable(holder.how, 64), printable(holder.path))
                                                     : fmt::format("{} lies on it, {}", printable(holder.how, 64), printable(holder.path))),
                  .root_cause = RootCause::holds_mount,
                  .object_text = fmt::format("the mount {}", short_path(holder.mount_point))};
        if (retries) wait.evidence += fmt::format("; {} tries again and again to unmount it", who(*shim));
        if (deleted) wait.evidence += "; the runtime's state was deleted already";
        if (refused != files->log_errors.end()) wait.evidence += fmt::format("; \"{}\"", printable(*refused, 200));
        // A delete under way has unmounted it in a moment.
        settle(wait, look.facts.interval_s() > 0 ? Standstill::still : Standstill::unknown, look.facts.interval_s(), patience_s);
        if (wait.confidence == Confidence::likely) wait.confidence = Confidence::certain;
        out.push_back(std::move(wait));
    }
}

}  // namespace shimtrace::diagnosis::produce
