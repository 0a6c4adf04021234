// What a process waits for in those that it has started: mostly, that they end. Who it is that does not is found by going on to the
// child's own child, or to whatever that waits for; where nothing leads on, it is the last one met.
#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

/// A process that old has been seen to last.
constexpr double lasting_s = 2;

/// Of the process and all that it has started. Who was born between the looks has moved.
Standstill standstill_of_tree(const Facts& facts, const Process& process, int depth = 0) {
    constexpr int deepest = 16;
    if (facts.interval_s() > 0 && facts.age_s(process).value_or(lasting_s) < facts.interval_s()) return Standstill::moved;
    Standstill all = facts.standstill(process);
    if (all == Standstill::moved || depth > deepest) return all;
    for (const Process* child : facts.children(process.pid)) {
        if (is_zombie(*child)) continue;
        const Standstill one = standstill_of_tree(facts, *child, depth + 1);
        if (one == Standstill::moved) return one;
        if (one == Standstill::unknown) all = one;
    }
    return all;
}

/// What it is that does not end, should the child be the last of the chain.
RootCause end_at(const Process& parent, const Process& child) {
    if (is_container_role(child.role.role)) return RootCause::none;
    const bool by_hook = parent.role.role == ProcessRole::hook;
    // crun runs the hooks itself when it has made its mount namespace, and then looks like an init.
    if (child.role.role == ProcessRole::hook && (by_hook || is_runtime(parent))) return RootCause::hook;
    if (parent.role.role != ProcessRole::runtime) return RootCause::none;
    return is_runtime(child) ? RootCause::runtime_alive : RootCause::hook;
}

/// Among the child and what it has started somebody tries to lock a file again and again: no thread of it is ever seen to wait for that,
/// and all of them are seen to move.
bool is_retrying(const Facts& facts, const Process& process, int depth = 0) {
    constexpr int deepest = 8;
    if (held_by_other(facts, process)) return true;
    return depth < deepest &&
           std::ranges::any_of(facts.children(process.pid), [&](const Process* child) { return is_retrying(facts, *child, depth + 1); });
}

/// It turns what its parent writes to it into what its parent reads, for as long as there is any: what unpacks a layer. Of a plugin's
/// configuration the parent has closed its end by then.
bool is_filter(const Facts& facts, const Process& parent, const Process& child) {
    const auto shared = [&](Fd fd, bool Holder::*does) {
        const OpenFile* end = facts.target(child, fd);
        return end && end->kind == OpenFileKind::pipe &&
               std::ranges::any_of(facts.holders(*end), [&](const Holder& holder) { return holder.pid == parent.pid && holder.*does; });
    };
    return shared(Fd{0}, &Holder::writes) && shared(Fd{1}, &Holder::reads);
}

/// A daemon waits for a plugin, or the plugin for what it runs itself. Nothing has a time limit there; what is well takes seconds at most.
Wait plugin_wait(const Context& look, Wait wait, const Process& parent, const Process& child) {
    // What a plugin starts at once is younger than itself by moments: it is the leaf, and to blame as soon as the plugin is.
    const double usual_s = parent.role.role == ProcessRole::plugin ? 4 : 5;
    const double age = wait.since_s;
    if (is_zombie(child)) {
        wait.normal = true;
        return wait;
    }
    if (is_stopped(child)) return wait;
    if (age < usual_s) {
        wait.normal = true;
        return wait;
    }
    wait.if_idle = RootCause::plugin;
    const Standstill still = standstill_of_tree(look.facts, child);
    const bool streams = is_filter(look.facts, parent, child);
    wait.confidence = still == Standstill::still && age > 10    ? Confidence::certain
                      : still == Standstill::unknown && streams ? Confidence::possible
                                                                : Confidence::likely;
    // It is at work, or wakes up now and then as Go's programs do: then only what it waits for tells.
    constexpr double slow_s = 10, surely_s = 60;
    if (still == Standstill::moved && (age < surely_s || streams) && !is_retrying(look.facts, child)) {
        wait.normal = age < slow_s || streams;
        wait.if_idle = RootCause::none;
    }
    return wait;
}

/// It has ended, and whoever waits for that has what it waits for: that it has not looked yet is told by what keeps it, and is no ring of
/// two that wait for each other. A tracer's zombie is not to be seen by its parent.
bool has_come_to_its_end(const Process& child) {
    const Thread* thread = main_thread(child);
    return is_zombie(child) && (!thread || thread->tracer == 0 || thread->tracer == child.parent.value);
}

}  // namespace

const FileLock* held_by_other(const Facts& facts, const Process& process) {
    if (process.role.role != ProcessRole::plugin || is_zombie(process)) return nullptr;
    const FileLock* found = nullptr;
    for (const FdEntry& entry : process.fds)
        for (const FileLock& lock : facts.snapshot().locks) {
            // By fcntl's older locks databases are shared for as long as they are open.
            if (lock.inode != entry.target.inode || !lock.inode || lock.kind == "POSIX") continue;
            if (lock.device != 0 && entry.target.device != 0 && lock.device != entry.target.device) continue;
            const bool waits = std::ranges::find(lock.waiters, process.pid) != lock.waiters.end();  // its thread tells
            if (lock.holder == process.pid || waits) return nullptr;
            if (lock.write && lock.holder && !facts.descends_from(process.pid, lock.holder)) found = &lock;
        }
    return found;
}

Wait child_wait(const Context& look, const Process& parent, const Process& child, std::string evidence) {
    Wait wait{.kind = WaitKind::child, .to = NodeKey::of(child.pid), .evidence = std::move(evidence)};
    const double age = look.facts.age_s(child).value_or(0);
    wait.since_s = age;
    if (has_come_to_its_end(child)) {
        wait.normal = true;
        return wait;
    }
    // A shim's `start` is one as well: containerd runs it, and waits.
    const bool starts_shim = child.role.role == ProcessRole::shim && !child.role.operation.empty();
    if (child.role.role == ProcessRole::plugin || starts_shim) return plugin_wait(look, std::move(wait), parent, child);
    const RootCause end = end_at(parent, child);
    if (end == RootCause::none) return wait;
    if (is_zombie(child)) {
        wait.normal = true;  // it has ended; its parent is about to see it
        return wait;
    }
    // The latest step of a loop is no leaf: it is the loop that does not end.
    const bool by_machinery = end == RootCause::runtime_alive || parent.role.role == ProcessRole::hook;
    if (by_machinery && age < lasting_s && look.facts.age_s(parent).value_or(0) >= lasting_s) {
        wait.normal = true;
        return wait;
    }
    if (end == RootCause::runtime_alive && age < slow_runtime_s) return wait;
    // A hook may take its time; one that neither computes nor ends does not.
    wait.if_idle = end;
    settle(wait, standstill_of_tree(look.facts, child), look.facts.interval_s(), 0);
    constexpr double long_s = 30, surely_s = 10;
    if (wait.normal && age > long_s && end == RootCause::hook) {
        wait.normal = false;
        wait.confidence = Confidence::likely;
    }
    if (age < lasting_s && wait.confidence != Confidence::possible) wait.confidence = Confidence::possible;
    if (is_stopped(child)) wait.confidence = Confidence::certain;
    if (wait.confidence == Confidence::likely && age > surely_s) wait.confidence = Confidence::certain;
    return wait;
}

bool is_left_behind(const Process& parent, const Process& child) {
    if (!parent.go || !parent.go->incomplete.empty() || parent.go->goroutines.empty() || parent.role.role != ProcessRole::runtime)
        return false;
    return std::ranges::none_of(parent.go->goroutines, [&](const Goroutine& goroutine) {
        return goroutine.wait.kind == GoWaitKind::child && (!goroutine.wait.child || goroutine.wait.child == child.pid);
    });
}

bool is_followed_child(const Context& look, const Process& parent, const Process& child) {
    if (!is_workload(look, parent) && parent.role.role != ProcessRole::client) return true;
    const bool asked_itself = std::ranges::find(look.scope.processes, child.pid) != look.scope.processes.end();
    return !asked_itself && child.role.container == parent.role.container && child.role.role != ProcessRole::shim;
}

namespace produce {

void plugin_retries_lock(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process || subject.inode) return;
    const FileLock* lock = held_by_other(look.facts, *process);
    // Between two tries it sleeps: only over a longer time has one that stands still given up trying.
    const bool stands = look.facts.standstill(*process) == Standstill::still && look.facts.interval_s() >= patience_s;
    if (!lock || stands) return;
    const auto open = std::ranges::find_if(process->fds, [&](const FdEntry& entry) { return entry.target.inode == lock->inode; });
    out.push_back(
        {.kind = WaitKind::locks,
         .to = NodeKey::of(lock->holder),
         .evidence = fmt::format("{} has {} open, on which {} has the {} lock (/proc/locks), and does not end: it tries again and "
                                 "again, as it seems",
                                 who(*process), what(open->target), who(look.facts, lock->holder), lock->kind),
         .root_cause = RootCause::lock_holder,
         .confidence = seen_twice(look),
         .inferred = true,
         .since_s = look.facts.age_s(*process).value_or(-1),
         .object_text = fmt::format("lock on {}", short_path(what(open->target)))});
}

void own_children(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process || (!is_runtime(*process) && process->role.role != ProcessRole::hook)) return;
    for (const Process* child : look.facts.children(process->pid)) {
        Wait wait = child_wait(look, *process, *child,
                               fmt::format("{} has the child {} ({})", who(*process), who(*child), words(child->state).predicate));
        // That a runtime waits for its hook is what hooks are; of others it is likely, and not seen.
        wait.inferred = wait.if_idle != RootCause::hook || process->role.role == ProcessRole::hook || is_left_behind(*process, *child);
        out.push_back(std::move(wait));
    }
}

void shim_runtimes(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = look.facts.process(subject.pid);
    if (!shim || shim->role.role != ProcessRole::shim || subject.inode) return;
    for (const Pid pid : look.scope.runtimes) {
        const Process* runtime = look.facts.process(pid);
        if (!runtime || is_zombie(*runtime) || !look.facts.descends_from(runtime->parent, shim->pid)) continue;
        const Process* above = look.facts.process(runtime->parent);
        if (above && above->role.role == ProcessRole::runtime) continue;  // runc's own stages are its children
        const double age = look.facts.age_s(*runtime).value_or(0);
        Wait wait{.kind = WaitKind::child,
                  .to = NodeKey::of(pid),
                  .evidence = fmt::format("{} waits for {}, at work for {}", who(*shim), who(*runtime), text::duration_in_words(age)),
                  // Without a reason that shows, only time tells: runc takes well under a second.
                  .if_idle = age >= slow_runtime_s ? RootCause::runtime_alive : RootCause::none,
                  .since_s = age};
        if (age >= slow_runtime_s) {
            settle(wait, standstill_of_tree(look.facts, *runtime), look.facts.interval_s());
            if (wait.normal) {
                wait.normal = false;
                wait.if_idle = RootCause::none;
            }
        }
        out.push_back(std::move(wait));
    }
}

}  // namespace produce

}  // namespace shimtrace::diagnosis
