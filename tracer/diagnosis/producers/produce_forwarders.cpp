// A proxy has passed a request on: whoever waits for the proxy waits for who has got it.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/peers.hpp"

#include <shimtrace/forwarders.hpp>

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <set>

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
        if (is_accepted_here(forwarder, entry.target)) continue;  // another client's
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

/// Of unix sockets no times are told: the connections by such ones that it has made to servers, where it waits for no other.
std::vector<const FdEntry*> unix_servers(const Context& look, const Process& forwarder) {
    struct Asked {
        const FdEntry* entry;
        bool accepted;
        std::string_view server;
    };
    std::vector<Asked> all;
    for (const FdEntry& entry : forwarder.fds) {
        const bool is_inet = entry.target.kind == OpenFileKind::inet_socket;
        if (is_inet && !is_accepted_here(forwarder, entry.target) && connection_of(look, forwarder, entry.target).is_owed()) return {};
        // Where it logs, and a bus, answer no request.
        if (entry.target.kind != OpenFileKind::unix_socket || !entry.target.socket || entry.target.socket->type == SOCK_DGRAM ||
            is_bus(entry.target))
            continue;
        const Connection connection = connection_of(look, forwarder, entry.target);
        if (connection && connection.is_to_named()) all.push_back({&entry, connection.is_accepted(), connection.peer->local});
    }
    // What a server has not accepted yet waits for what that is at for those that it has.
    std::set<std::string_view> at_work;
    for (const Asked& one : all)
        if (one.accepted) at_work.insert(one.server);
    std::vector<const FdEntry*> asked;
    for (const Asked& one : all)
        if (one.accepted || !at_work.contains(one.server)) asked.push_back(one.entry);
    return asked;
}

void pass_on(const Context& look, const Process& forwarder, const FdEntry& entry, const std::string& how, bool one_of, Waits& out) {
    Waits found;
    wait_for_peer(look,
                  {.process = forwarder,
                   .socket = entry.target,
                   .kind = WaitKind::reads,
                   .standstill = look.facts.standstill(forwarder),
                   .evidence = fmt::format("{} has passed it on, as it seems: {} {} (descriptor {})", who(forwarder), how,
                                           what(entry.target), entry.fd.value)},
                  found);
    for (Wait& wait : found) {
        wait.inferred = wait.guessed = true;
        wait.one_of = one_of;
        wait.confidence = std::min(wait.confidence, Confidence::likely);
        out.push_back(std::move(wait));
    }
    // One that leads nowhere is to be counted as well.
    if (one_of && std::ranges::all_of(found, &Wait::normal))
        out.push_back({.kind = WaitKind::reads, .to = NodeKey::nobody(what(entry.target)), .one_of = true});
}

}  // namespace

void passed_on(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* forwarder = look.facts.process(subject.pid);
    if (!forwarder || !subject.inode || !is_forwarder(*forwarder)) return;
    const SocketFacts* asked = look.facts.socket(subject.inode);
    if (!asked) return;
    const PassedOn to = passed_on_to(look, *forwarder, *asked);
    if (to.several) return;
    if (to.entry) return pass_on(look, *forwarder, *to.entry, fmt::format("within {} ms it sent on", to.within_ms), false, out);
    const auto servers = unix_servers(look, *forwarder);
    for (const FdEntry* server : servers)
        pass_on(look, *forwarder, *server, servers.size() == 1 ? "its only server is" : "one of its servers is", servers.size() > 1, out);
    if (servers.empty() && acts_as_one(look.facts, *forwarder))  // it has it still: what it waits for itself is what there is to wait for
        out.push_back({.kind = WaitKind::reads,
                       .to = NodeKey::of(forwarder->pid),
                       .evidence = fmt::format("{} has the request, and has passed it on to nobody that can be seen", who(*forwarder)),
                       .over_socket = true});
}

}  // namespace produce

}  // namespace shimtrace::diagnosis
