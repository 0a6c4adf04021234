// What a process waits for as a whole: its state, its children, its parent.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/sandboxes.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

/// linux/kernel/signal.c: of all that get_signal() does, only do_freezer_trap() sleeps interruptibly: the cgroup of version 2 is frozen,
/// whichever cgroup was looked at.
bool is_in_freezer_trap(const Thread& thread) {
    if (thread.state != ProcessState::sleeping || thread.kernel_stack.empty()) return false;
    const std::string& function = thread.kernel_stack.front();
    return function == "do_freezer_trap" || function == "get_signal";
}

}  // namespace

void frozen(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process || is_zombie(*process)) return;
    const Cgroup* cgroup = look.facts.frozen_cgroup(*process);
    if (!cgroup) {
        const bool trapped = !process->threads.empty() && std::ranges::all_of(process->threads, is_in_freezer_trap);
        if (trapped)
            out.push_back({.kind = WaitKind::frozen_by,
                           .to = {.kind = NodeKind::cgroup, .name = "of version 2"},
                           .evidence = fmt::format("{} is in the freezer's trap: its cgroup of version 2, or one above, is frozen "
                                                   "(/proc/{}/cgroup, the line 0::)",
                                                   who(*process), process->pid.value),
                           .root_cause = RootCause::frozen,
                           .confidence = Confidence::likely,
                           .object_text = fmt::format("frozen cgroup of version 2, that of {}", who(*process))});
        return;
    }
    const std::string& by = cgroup->frozen_by.empty() ? cgroup->path : cgroup->frozen_by;
    std::string evidence = fmt::format("cgroup {} is {}: {} cannot run", printable(by, most_shown), cgroup->freezer_state, who(*process));
    constexpr std::uint64_t sigkill = 1ULL << 8U;
    if (process->pending_signals & sigkill)
        evidence += ", and SIGKILL waits for the thaw";
    else if (process->pending_signals != 0)
        evidence += ", and signals wait for the thaw";
    out.push_back({.kind = WaitKind::frozen_by,
                   .to = {.kind = NodeKind::cgroup, .name = by},
                   .evidence = evidence,
                   .root_cause = RootCause::frozen,
                   .object_text = fmt::format("frozen cgroup {}", printable(by, most_shown))});
}

void traced(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process || is_zombie(*process)) return;
    const auto held = std::ranges::find_if(process->threads, [](const Thread& thread) { return thread.state == ProcessState::traced; });
    if (held == process->threads.end() && process->state != ProcessState::traced) return;
    const Thread* thread = held != process->threads.end() ? &*held : main_thread(*process);
    if (thread && tracing_sandbox(look.facts, *process, *thread)) return;
    const Pid tracer{thread ? thread->tracer : 0};
    Wait wait{.kind = WaitKind::stopped_by,
              .to = tracer ? NodeKey::of(tracer) : NodeKey::nobody("a tracer"),
              .evidence = fmt::format("{} is stopped by the tracer {} (state t, TracerPid {})", who(*process), who(look.facts, tracer),
                                      tracer.value),
              .root_cause = RootCause::traced,
              .object_text = "a tracer's stop"};
    // strace and its like stop at every call and go on: only a stop that lasts is one.
    if (thread)
        settle(wait, look.facts.standstill(*thread), look.facts.interval_s());
    else
        wait.confidence = Confidence::possible;
    if (const Process* by = look.facts.process(tracer); by && is_stopped(*by)) wait.confidence = Confidence::certain;
    out.push_back(std::move(wait));
}

void stopped(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process) return;
    const bool any = is_stopped(*process) ||
                     (process->state == ProcessState::zombie &&
                      std::ranges::any_of(process->threads, [](const Thread& thread) { return thread.state == ProcessState::stopped; }));
    if (!any) return;
    out.push_back({.kind = WaitKind::stopped_by,
                   .to = NodeKey::of(process->pid),
                   .evidence = fmt::format("{} is stopped by a signal (state T)", who(*process)),
                   .root_cause = RootCause::stopped,
                   .object_text = "a stop signal"});
}

void unreaped_zombie(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process || !is_zombie(*process)) return;
    const Process* parent = look.facts.process(process->parent);
    const Thread* parents = parent ? main_thread(*parent) : nullptr;
    // A program of the container's that does not reap its own children is the workload's affair, unless it is dying and
    // waits for them.
    const bool torn_down = parents && stack_has(*parents, "zap_pid_ns_processes");
    if (parent && parent->role.role != ProcessRole::shim && is_workload(look, *parent) &&
        look.facts.in_same_pid_namespace(*parent, *process) && !torn_down)
        return;
    const Thread* thread = main_thread(*process);
    if (thread && thread->tracer != 0 && thread->tracer != process->parent.value) {
        Wait wait{.kind = WaitKind::reaped_by,
                  .to = NodeKey::of(Pid{thread->tracer}),
                  .evidence = fmt::format("{} is a zombie that its tracer {} must reap first (TracerPid {})", who(*process),
                                          who(look.facts, Pid{thread->tracer}), thread->tracer),
                  .root_cause = RootCause::held_zombie,
                  .object_text = "its tracer's wait4"};
        settle(wait, look.facts.standstill(*thread), look.facts.interval_s());
        if (const Process* by = look.facts.process(Pid{thread->tracer}); by && is_stopped(*by)) wait.confidence = Confidence::certain;
        out.push_back(std::move(wait));
        return;
    }
    if (!parent || torn_down) return;
    Wait wait{.kind = WaitKind::reaped_by,
              .to = NodeKey::of(parent->pid),
              .evidence = fmt::format("{} has exited (state Z) and its parent {} has not reaped it", who(*process), who(*parent)),
              .if_idle = RootCause::unreaped,
              .object_text = "its parent's wait4"};
    settle(wait, thread ? look.facts.standstill(*thread) : Standstill::unknown, look.facts.interval_s(), patience_s);
    if (wait.normal) return;  // it still ran at the first look
    // A shim reaps at SIGCHLD, within milliseconds: what lies there for so long it will not reap.
    if (wait.confidence == Confidence::likely) wait.confidence = Confidence::certain;
    out.push_back(std::move(wait));
}

void threads(const Context& look, const NodeKey& subject, Waits& out) {
    if (subject.inode) return;  // a shim as the copier of one stream: its other threads are not asked
    const Process* process = look.facts.process(subject.pid);
    if (!process) return;
    for (const Thread& thread : process->threads)
        out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::thread(process->pid, thread.tid)});
}

}  // namespace shimtrace::diagnosis::produce
