// What a shim has told or answered containerd, and containerd has not read.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/limits.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

const Process* containerd_of(const Facts& facts, const OpenFile& target, const Scope& scope) {
    for (const Holder& peer : target.holders) {
        const Process* process = facts.process(peer.pid);
        if (process && process->role.role == ProcessRole::containerd) return process;
    }
    // Not accepted yet: the socket's name tells whose it is.
    const Process* named = nullptr;
    for (const Process& process : facts.snapshot().processes) {
        if (process.role.role != ProcessRole::containerd) continue;
        const bool listens = std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
            return entry.target.socket && target.socket && !target.socket->remote.empty() &&
                   entry.target.socket->local == target.socket->remote;
        });
        if (listens) return &process;
        const std::string& address = scope.files ? scope.files->containerd_address : std::string();
        if (!address.empty() && std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
                return entry.target.socket && entry.target.socket->local == address;
            }))
            named = &process;
    }
    return named;
}

}  // namespace

void containerd_unread(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = look.facts.process(subject.pid);
    if (!shim || shim->role.role != ProcessRole::shim || subject.inode) return;
    for (const FdEntry& entry : shim->fds) {
        const OpenFile& target = entry.target;
        if (target.kind != OpenFileKind::unix_socket || !target.socket) continue;
        const bool event = target.role->role == OpenFileRole::containerd_ttrpc || target.socket->remote.ends_with(".sock.ttrpc");
        const bool reply = target.role->role == OpenFileRole::shim_ttrpc;
        if ((!event && !reply) || target.socket->state == "LISTEN") continue;
        const SocketFacts* peer = look.facts.socket(target.socket->peer_inode);
        const std::uint32_t unread = std::max(target.socket->send_queue, peer ? peer->receive_queue : 0U);
        if (unread == 0) continue;
        const Process* containerd = containerd_of(look.facts, target, look.scope);
        Wait wait{.kind = WaitKind::reads,
                  .to = containerd ? NodeKey::of(containerd->pid) : NodeKey::nobody("containerd is gone"),
                  .evidence = fmt::format("{} sent containerd {} on descriptor {} ({}): {} bytes are not read", who(*shim),
                                          event ? "an event" : "a reply", entry.fd.value, what(target), unread),
                  .role = {.role = event ? OpenFileRole::containerd_ttrpc : OpenFileRole::shim_ttrpc, .container = shim->role.container},
                  .object_text = event ? "its event's ttrpc reply" : "its ttrpc reply to be read"};
        if (!containerd) {
            wait.root_cause = RootCause::containerd;
            wait.confidence = seen_twice(look);
        } else {
            const Standstill still = look.facts.standstill(*containerd);
            if (still != Standstill::moved) wait.if_idle = RootCause::containerd;
            wait.confidence = still == Standstill::still ? seen_twice(look) : Confidence::possible;
        }
        out.push_back(std::move(wait));
    }
}

void containerd_gone(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = look.facts.process(subject.pid);
    const ContainerFiles* files = look.scope.files;
    if (!shim || shim->role.role != ProcessRole::shim || subject.inode || subject.pid != look.scope.shim) return;
    // While the container runs nobody misses containerd; when it has ended, the shim reaps it and waits to be told to delete it.
    const bool ended = std::ranges::none_of(look.scope.processes, [&](Pid pid) {
        const Process* process = look.facts.process(pid);
        return process && (!is_zombie(*process) || process->parent == shim->pid);
    });
    if (!ended || !look.scope.runtimes.empty() || !files || files->containerd_address.empty()) return;
    const auto& sockets = look.facts.snapshot().sockets;
    const auto listens = [&](const SocketFacts& socket) { return socket.state == "LISTEN" && socket.local == files->containerd_address; };
    if (sockets.empty() || !sees_sockets_of(look.facts, *shim) || std::ranges::any_of(sockets, listens)) return;
    out.push_back({.kind = WaitKind::reads,
                   .to = NodeKey::nobody("containerd is gone"),
                   .evidence = fmt::format("{}, and nobody listens on {}",
                                           files->init_pid ? fmt::format("the container of {} has ended", who(*shim))
                                                           : fmt::format("{} has no container yet, and runc is not at work", who(*shim)),
                                           printable(files->containerd_address, most_shown)),
                   .root_cause = RootCause::containerd,
                   .confidence = look.facts.interval_s() >= patience_s ? Confidence::certain : Confidence::possible,
                   .role = {.role = OpenFileRole::containerd_ttrpc, .container = shim->role.container},
                   .object_text = "containerd, to publish the exit and be told to delete it"});
}

}  // namespace shimtrace::diagnosis::produce
