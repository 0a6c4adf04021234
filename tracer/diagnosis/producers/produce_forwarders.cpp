// A proxy has passed a request on: whoever waits for the proxy waits for who has got it.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/peers.hpp"

#include <shimtrace/forwarders.hpp>

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>

namespace shimtrace::diagnosis {

bool is_forwarder(const Process& process) {
    return forwarding_of(process.comm) != Forwarding::none;
}

namespace produce {

namespace {

/// So long it takes at most from what came in to what went out, on a busy machine.
constexpr std::uint64_t passes_within_ms = 1000;
/// By so much the next best must be worse, or nothing tells which of them it is.
constexpr std::uint64_t tells_apart_ms = 20;

struct PassedOn {
    const FdEntry* entry = nullptr;
    std::uint64_t within_ms = 0;
    bool several = false;
};

/// The connection on which something was sent when the request had come, and on which nothing has come back since.
PassedOn passed_on_to(const Context& look, const Process& forwarder, const SocketFacts& asked) {
    PassedOn best;
    if (!asked.received_ms_ago) return best;
    for (const FdEntry& entry : forwarder.fds) {
        if (entry.target.kind != OpenFileKind::inet_socket || entry.target.inode == asked.inode) continue;
        const Connection connection = connection_of(look, forwarder, entry.target);
        if (!connection || !connection.own->sent_ms_ago || connection.own->state == "LISTEN" || !connection.is_owed()) continue;
        const std::uint64_t sent = *connection.own->sent_ms_ago, came = *asked.received_ms_ago;
        const std::uint64_t apart = sent > came ? sent - came : came - sent;
        if (apart > passes_within_ms || (best.entry && best.entry->target.inode == entry.target.inode)) continue;
        const bool nearer = !best.entry || apart < best.within_ms;
        const std::uint64_t other = nearer ? best.within_ms : apart;
        const bool close = best.entry && other - std::min(apart, best.within_ms) < tells_apart_ms;
        best.several = close || (best.several && !nearer);
        if (!nearer) continue;
        best.entry = &entry;
        best.within_ms = apart;
    }
    return best;
}

/// Of unix sockets no times are told: the one connection that it has made to a server by such a one, where it waits for no other.
const FdEntry* only_unix_server(const Context& look, const Process& forwarder) {
    const FdEntry* only = nullptr;
    for (const FdEntry& entry : forwarder.fds) {
        if (entry.target.kind == OpenFileKind::inet_socket && !is_accepted_here(forwarder, entry.target) &&
            connection_of(look, forwarder, entry.target).is_owed())
            return nullptr;
        // Where it logs, and a bus, answer no request.
        if (entry.target.kind != OpenFileKind::unix_socket || !entry.target.socket || entry.target.socket->type == SOCK_DGRAM ||
            is_bus(entry.target))
            continue;
        const Connection connection = connection_of(look, forwarder, entry.target);
        if (!connection || !connection.own->local.empty() || !connection.peer || connection.peer->local.empty()) continue;
        if (only && only->target.inode != entry.target.inode) return nullptr;
        only = &entry;
    }
    return only;
}

}  // namespace

void passed_on(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* forwarder = look.facts.process(subject.pid);
    if (!forwarder || !subject.inode || !is_forwarder(*forwarder)) return;
    const SocketFacts* asked = look.facts.socket(subject.inode);
    if (!asked) return;
    PassedOn to = passed_on_to(look, *forwarder, *asked);
    if (to.several) return;
    if (!to.entry) to.entry = only_unix_server(look, *forwarder);
    if (!to.entry && acts_as_one(look.facts, *forwarder))  // it has it still: what it waits for itself is what there is to wait for
        out.push_back({.kind = WaitKind::reads,
                       .to = NodeKey::of(forwarder->pid),
                       .evidence = fmt::format("{} has the request, and has passed it on to nobody that can be seen", who(*forwarder)),
                       .over_socket = true});
    if (!to.entry) return;
    Waits found;
    wait_for_peer(
        look,
        {.process = *forwarder,
         .socket = to.entry->target,
         .kind = WaitKind::reads,
         .standstill = look.facts.standstill(*forwarder),
         .evidence = fmt::format("{} has passed it on, as it seems: {} {} (descriptor {})", who(*forwarder),
                                 to.entry->target.kind == OpenFileKind::unix_socket ? std::string("its only server is")
                                                                                    : fmt::format("within {} ms it sent on", to.within_ms),
                                 what(to.entry->target), to.entry->fd.value)},
        found);
    for (Wait& wait : found) {
        wait.inferred = wait.guessed = true;
        wait.confidence = std::min(wait.confidence, Confidence::likely);
        out.push_back(std::move(wait));
    }
}

}  // namespace produce

}  // namespace shimtrace::diagnosis
