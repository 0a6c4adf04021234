// What waits on a socket, for whoever has the other end.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/peers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis::produce {

namespace {

bool has_peer(const OpenFile& target) {
    const bool right = target.kind == OpenFileKind::inet_socket || target.kind == OpenFileKind::unix_socket;
    return right && target.socket && target.socket->state != "LISTEN" && (!target.socket->remote.empty() || target.socket->peer_inode) &&
           !is_bus(target);
}

/// The one socket that an event loop has to do with; nullptr: it has none, several, or serves whoever comes. A pair of its own processes'
/// to wake it up is none.
const OpenFile* only_socket(const Context& look, const Process& process, const std::vector<Fd>& watched) {
    const OpenFile* only = nullptr;
    for (const Fd fd : watched) {
        const OpenFile* target = look.facts.target(process, fd);
        if (!target || (target->kind != OpenFileKind::inet_socket && target->kind != OpenFileKind::unix_socket)) continue;
        if (target->kind == OpenFileKind::unix_socket && connection_of(look, process, *target).is_internal) continue;
        if (!has_peer(*target) || (only && only->inode != target->inode)) return nullptr;
        only = target;
    }
    return only;
}

}  // namespace

void thread_on_socket(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || thread->state != ProcessState::sleeping || process->role.role == ProcessRole::shim) return;
    const auto call = waiting_call(look.facts, *process, *thread);
    if (!call) return;
    const OpenFile* target = nullptr;
    std::vector<Fd> watched;
    switch (call->kind) {
        case WaitKind::reads:
        case WaitKind::writes:
        case WaitKind::connects:
            target = look.facts.target(*process, call->fd);
            break;
        case WaitKind::polls:
            // A Go program's descriptors are its goroutines'.
            if (process->go && process->go->incomplete.empty()) return;
            watched = watched_by(look.facts, *process, *thread, *call);
            target = only_socket(look, *process, watched);
            break;
        default:
            return;
    }
    const bool is_unix = target && target->kind == OpenFileKind::unix_socket;
    // Between runc and its init a read is a step of their handshake, which other edges follow.
    if (!target || (is_runtime(*process) && is_unix)) return;
    if (!has_peer(*target)) return;
    // One that connects to a unix socket waits for room in the listener's queue, and for nothing else.
    const SocketFacts* there = look.facts.socket(target->socket->peer_inode);
    if (is_unix && call->kind == WaitKind::connects && !(there && is_full_backlog(*there))) return;
    std::string evidence = call_words(look.facts, *process, *thread);
    if (call->kind == WaitKind::polls) evidence += "; the one socket among what it watches is " + what(*target);
    const bool connecting = call->kind == WaitKind::polls && target->socket->state == "SYN_SENT";
    // Who polls that alone is about to read it (libpq's and MariaDB's clients); a server waits for whatever its client asks next.
    const bool reads = watched.size() == 1 && !is_accepted_here(*process, *target);
    wait_for_peer(look,
                  {.process = *process,
                   .socket = *target,
                   .kind = connecting ? WaitKind::connects
                           : reads    ? WaitKind::reads
                                      : call->kind,
                   .standstill = look.facts.standstill(*thread),
                   .evidence = std::move(evidence)},
                  out);
}

namespace {

void read_from_server(const Context& look, const Process& process, const Goroutine& goroutine, Waits& out) {
    const OpenFile& socket = *look.facts.target(process, goroutine.wait.fd);
    wait_for_peer(
        look,
        {.process = process,
         .socket = socket,
         .kind = WaitKind::reads,
         .standstill = lasts(look, goroutine),
         .evidence = fmt::format("{} reads descriptor {}, {}", goroutine_words(process, goroutine), goroutine.wait.fd.value, what(socket))},
        out);
}

}  // namespace

bool asks_server(const Context& look, const Process& process, const Goroutine& goroutine) {
    // The readers that a transport keeps for all of its requests wait for whatever comes.
    constexpr auto standing =
        std::to_array<std::string_view>({"net/http.", "google.golang.org/grpc", "containerd/ttrpc", "net/multiplex."});
    if (goroutine.wait.kind != GoWaitKind::fd_read) return false;
    const OpenFile* target = look.facts.target(process, goroutine.wait.fd);
    return target && has_peer(*target) &&
           std::ranges::none_of(standing, [&](std::string_view part) { return has_frame(goroutine, part); }) &&
           !is_accepted_here(process, *target);
}

Standstill lasts(const Context& look, const Goroutine& goroutine) {
    const bool lasting = waiting_seconds(goroutine) >= patience_s || look.facts.interval_s() >= patience_s;
    return lasting ? Standstill::still : Standstill::unknown;
}

void goroutine_on_socket(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->changed) return;
    if (asks_server(look, *process, *goroutine) && is_program(look, *process)) return read_from_server(look, *process, *goroutine, out);
    if (goroutine->wait.kind != GoWaitKind::fd_write) return;
    const OpenFile* target = look.facts.target(*process, goroutine->wait.fd);
    if (!target || !has_peer(*target)) return;
    wait_for_peer(look,
                  {.process = *process,
                   .socket = *target,
                   .kind = target->socket->state == "SYN_SENT" ? WaitKind::connects : WaitKind::writes,
                   .standstill = lasts(look, *goroutine),
                   .evidence = fmt::format("{} goroutine {} waits to write descriptor {}, {}", who(*process), goroutine->id.value,
                                           goroutine->wait.fd.value, what(*target))},
                  out);
}

}  // namespace shimtrace::diagnosis::produce
