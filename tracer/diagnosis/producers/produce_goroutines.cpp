// What a goroutine waits for. Most of a shim's goroutines rest, for ever and rightly: only a write that is blocked, a lock
// and a child lead anywhere.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

bool parked(const Goroutine& goroutine) {
    switch (goroutine.wait.kind) {
        case GoWaitKind::chan_receive:
        case GoWaitKind::chan_send:
        case GoWaitKind::select:
        case GoWaitKind::mutex:
        case GoWaitKind::rwmutex_read:
        case GoWaitKind::rwmutex_write:
        case GoWaitKind::once:
        case GoWaitKind::cond:
        case GoWaitKind::wait_group:
            return goroutine.state == GoState::waiting && !goroutine.changed;
        default:
            return false;
    }
}

/// A program of a container's may well hold a lock for as long as a channel, or a server, keeps it waiting; in a shim nothing is meant to.
bool ends_in_deadlock(const Process& process, bool is_program, const Goroutine& holder) {
    if (!parked(holder) || is_program) return false;
    return is_lock(holder.wait.kind) || !is_daemon(process);
}

/// A lock may be held for moments: only time, or a second look, tells.
Confidence lasting(const Context& look, const Goroutine& goroutine) {
    if (waiting_seconds(goroutine) >= 5) return Confidence::certain;
    return seen_twice(look);
}

/// True where the goroutine's work is with runc, by the functions on its stack.
bool works_with_runtime(const Goroutine& goroutine) {
    return has_frame(goroutine, "go-runc.") || has_frame(goroutine, "reaper.(*Monitor)");
}

/// True for what a shim of a pod does for another of its containers, as the request or the runtime's command tells: what waits for that is
/// the other's, unless a lock leads here.
bool is_of_another(const Context& look, const Process& shim, const Goroutine& goroutine) {
    const ContainerRef& asked = look.scope.ref;
    if (!asked || shim.pid != look.scope.shim) return false;
    if (!goroutine.purpose.container->id.empty()) return goroutine.purpose.container->id != asked.id;
    const Process* child = goroutine.wait.kind == GoWaitKind::child ? look.facts.process(goroutine.wait.child) : nullptr;
    return child && child->role.container && child->role.container != asked;
}

/// runc copies what a hook writes until nobody has the pipe any more: a daemon that the hook has left behind may.
void end_of_pipe(const Context& look, const Process& process, const Goroutine& goroutine, const OpenFile& pipe, Waits& out) {
    std::vector<Holder> writers = look.facts.holders(pipe);
    std::erase_if(writers, [&](const Holder& holder) { return !holder.writes || holder.pid == process.pid; });
    const bool own = std::ranges::any_of(writers, [&](const Holder& holder) {
        const Process* writer = look.facts.process(holder.pid);
        return !writer || is_runtime(*writer) || (writer->role.role == ProcessRole::hook && !is_left_behind(process, *writer));
    });
    if (!own && !copies_stdio(look, process))
        inherited_pipe(look, writers, pipe, look.facts.standstill(process), goroutine_words(process, goroutine), out);
}

/// What a daemon sends of its own accord, in no call: a container's output to a log server (docker's log drivers).
bool sends_on(const Process& daemon, const Goroutine& goroutine) {
    const auto entry = std::ranges::find(daemon.fds, goroutine.wait.fd, &FdEntry::fd);
    if (goroutine.wait.kind != GoWaitKind::fd_write || !goroutine.serves->method.empty() || entry == daemon.fds.end()) return false;
    // By a unix socket it answers clients, too.
    return entry->target.kind == OpenFileKind::inet_socket ||
           (entry->target.kind == OpenFileKind::unix_socket && has_frame(goroutine, "daemon/logger"));
}

/// dockerd's goroutines that take this container's output from its shim, and do not get rid of it.
std::vector<const Goroutine*> stream_copiers(const Context& look, const Process& daemon) {
    std::vector<const Goroutine*> found;
    if (!look.scope.ref) return found;
    for (const Goroutine& goroutine : daemon.go->goroutines)
        if (goroutine.purpose.what == "stream copier" && goroutine.purpose.container->id == look.scope.ref.id) found.push_back(&goroutine);
    return found;
}

}  // namespace

void goroutines(const Context& look, const NodeKey& subject, Waits& out) {
    if (subject.inode) return;
    const Process* process = look.facts.process(subject.pid);
    if (!process || !process->go) return;
    // A daemon's calls are asked about one by one: who waits for one of them does not wait for all. All wait while it waits for its
    // database, or as it starts for a shim.
    if (is_daemon(*process)) {
        const std::vector<const Goroutine*> copiers = stream_copiers(look, *process);
        for (const Goroutine& goroutine : process->go->goroutines)
            if (retries_lock(goroutine) || loads_shims(goroutine) || (copiers.empty() && sends_on(*process, goroutine)))
                out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::of(process->pid, goroutine.id)});
        for (const Goroutine* goroutine : copiers)
            out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::of(process->pid, goroutine->id)});
        return;
    }
    // A sandbox's goroutines are its containers' processes: what those wait for is their own affair, and told by the proof.
    if (process->role.role == ProcessRole::sandbox) return;
    const bool program = is_program(look, *process);
    for (const Goroutine& goroutine : process->go->goroutines) {
        const GoWaitKind kind = goroutine.wait.kind;
        if (goroutine.system || goroutine.state == GoState::dead) continue;
        if (program && (!goroutine.wait.reply->protocol.empty() || asks_server(look, *process, goroutine))) {
            out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::of(process->pid, goroutine.id)});
            continue;
        }
        // A shim serves many containers, and many streams: the copies are asked about stream by stream.
        const bool write = kind == GoWaitKind::fd_write && process->role.role != ProcessRole::shim;
        const bool bus = kind == GoWaitKind::fd_read && is_runtime(*process);
        if (!write && !bus && !is_lock(kind) && kind != GoWaitKind::child) continue;
        if (is_of_another(look, *process, goroutine)) continue;
        out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::of(process->pid, goroutine.id)});
    }
}

void goroutine_descriptor(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine) return;
    const GoWait& wait = goroutine->wait;
    if (wait.kind != GoWaitKind::fd_read && wait.kind != GoWaitKind::fd_write) return;
    const OpenFile* target = look.facts.target(*process, wait.fd);
    if (!target) return;
    if (wait.kind == GoWaitKind::fd_read) {
        if (is_runtime(*process) && target->kind == OpenFileKind::pipe) return end_of_pipe(look, *process, *goroutine, *target, out);
        if (!is_bus(*target)) return;
        const auto peers = look.facts.holders(*target);
        const auto server = std::ranges::find_if(peers, [&](const Holder& peer) { return peer.pid != process->pid; });
        Wait bus{.kind = WaitKind::served_by,
                 .to = server != peers.end() ? NodeKey::of(server->pid) : NodeKey::nobody("a bus that nobody serves"),
                 .evidence = goroutine_words(*process, *goroutine) + fmt::format(" reads {} (descriptor {})", what(*target), wait.fd.value),
                 .root_cause = RootCause::bus,
                 .inferred = true,
                 .since_s = waiting_seconds(*goroutine),
                 .role = target->role,
                 .object_text = what(*target)};
        settle(bus, look.facts.standstill(*process), look.facts.interval_s());
        if (bus.normal) {
            bus.normal = false;
            bus.confidence = Confidence::possible;
        }
        out.push_back(std::move(bus));
        return;
    }
    if (target->kind != OpenFileKind::pipe && target->kind != OpenFileKind::fifo) return;
    const Pipe* pipe = look.facts.pipe(target->inode, target->device);
    const std::string counts = fill_words(pipe);
    if (is_program(look, *process) && is_own_affair(look, *process, *target)) return;
    Wait full{.kind = WaitKind::writes,
              .to = pipe_subject(*target),
              .evidence = goroutine_words(*process, *goroutine) + fmt::format(" writes descriptor {}, {}{}", wait.fd.value, what(*target),
                                                                              counts.empty() ? "" : fmt::format(" ({})", counts)),
              .since_s = waiting_seconds(*goroutine),
              .role = target->role};
    full.object_text = counts.empty() ? short_path(what(*target)) : fmt::format("{} ({})", short_path(what(*target)), counts);
    out.push_back(std::move(full));
}

void goroutine_lock(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || !is_lock(goroutine->wait.kind) || goroutine->changed) return;
    const GoWait& wait = goroutine->wait;
    const std::string address = fmt::format("lock 0x{:x}", wait.object.value);
    if (wait.holders.empty()) return;  // nobody to follow, and a guess would be one
    const InferredHolder& best = wait.holders.front();
    constexpr int weak = 5;
    if (best.score < weak) return;
    const Goroutine* holder = goroutine_of(look.facts, NodeKey::of(process->pid, best.goroutine));
    if (!holder) return;
    const bool program = is_program(look, *process);
    std::string reasons;
    for (const std::string& reason : best.reasons) reasons += (reasons.empty() ? "" : ", ") + printable(reason, 80);
    out.push_back(
        {.kind = WaitKind::locks,
         .to = NodeKey::of(process->pid, best.goroutine),
         .evidence = goroutine_words(*process, *goroutine) + fmt::format(" waits for {}, held, it seems, by goroutine {}{}", address,
                                                                         best.goroutine.value, reasons.empty() ? "" : " (" + reasons + ")"),
         .if_idle = ends_in_deadlock(*process, program, *holder) ? RootCause::deadlock : RootCause::none,
         .confidence = std::min(lasting(look, *goroutine), program ? Confidence::likely : Confidence::certain),
         .since_s = waiting_seconds(*goroutine),
         .object_text = address});
}

namespace {

void wait_for_plugin_or_child(Wait wait, Waits& out) {
    if (wait.if_idle == RootCause::plugin && !wait.normal) {
        // What the plugin waits for may lead nowhere that is known: then it is the end.
        Wait end = wait;
        end.if_idle = RootCause::none;
        end.root_cause = RootCause::plugin;
        end.inferred = true;
        out.push_back(std::move(end));
    }
    out.push_back(std::move(wait));
}

}  // namespace

void goroutine_child(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine) return;
    const bool named = goroutine->wait.kind == GoWaitKind::child && goroutine->wait.child;
    if (!named && !(works_with_runtime(*goroutine) && parked(*goroutine))) return;
    for (const Process* child : look.facts.children(process->pid)) {
        if (named ? child->pid != goroutine->wait.child : child->role.role != ProcessRole::runtime) continue;
        const std::string& whose = goroutine->purpose.container->id;
        if (!named && !whose.empty() && child->role.container && child->role.container.id != whose) continue;
        Wait wait = child_wait(look, *process, *child, goroutine_words(*process, *goroutine) + fmt::format(" waits for {}", who(*child)));
        wait.normal |= is_program(look, *process) && !is_stopped(*child) && !is_followed_child(look, *process, *child);
        // A lock's holder that waits for runc is no deadlock: what runc waits for decides.
        if (wait.root_cause == RootCause::none && wait.if_idle == RootCause::none && !wait.normal &&
            child->role.role != ProcessRole::plugin && look.facts.age_s(*child).value_or(0) >= slow_runtime_s)
            wait.if_idle = RootCause::runtime_alive;
        wait_for_plugin_or_child(std::move(wait), out);
    }
}

/// A pod's plugin says whose it is (CNI_ARGS): of many calls under way each is led to its own, whatever its goroutines tell.
void goroutine_plugin(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->serves->pod.empty() || !goroutine->serves->method.ends_with("PodSandbox")) return;
    for (const Process* child : look.facts.children(process->pid)) {
        if (child->role.role != ProcessRole::plugin || is_zombie(*child)) continue;
        const PodRef pod = pod_of_plugin(*child);
        if (pod.pod != goroutine->serves->pod || pod.pod_namespace != goroutine->serves->pod_namespace) continue;
        wait_for_plugin_or_child(child_wait(look, *process, *child,
                                            fmt::format("{} is at {} of {}/{}, whose plugin is {} by its CNI_ARGS",
                                                        goroutine_words(*process, *goroutine), printable(goroutine->serves->method, 64),
                                                        printable(pod.pod_namespace, 64), printable(pod.pod, 64), who(*child))),
                                 out);
    }
}

void goroutine_thread(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->state != GoState::syscall || !goroutine->thread) return;
    out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::thread(process->pid, goroutine->thread)});
}

}  // namespace shimtrace::diagnosis::produce
