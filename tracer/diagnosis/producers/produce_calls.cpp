// What the goroutines of a daemon wait for: a reply over a connection, another goroutine of theirs, a plugin, a lock that is tried again
// and again.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/goroutine_words.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace shimtrace::diagnosis::produce {

namespace {

/// A reply, a plugin: what is well takes less.
constexpr double usual_s = 5;

/// The shim's goroutine that is at work on what containerd has asked for.
const Goroutine* shim_handler(const Process& shim, const GoroutinePurpose& asked) {
    if (!shim.go) return nullptr;
    const auto found = std::ranges::find_if(shim.go->goroutines, [&](const Goroutine& goroutine) {
        const GoroutinePurpose& purpose = goroutine.purpose;
        return purpose.what == "RPC handler" && purpose.detail == asked.detail &&
               (purpose.container->id.empty() || asked.container->id.empty() || purpose.container->id == asked.container->id) &&
               (purpose.exec_id.empty() || asked.exec_id.empty() || purpose.exec_id == asked.exec_id);
    });
    return found == shim.go->goroutines.end() ? nullptr : &*found;
}

/// Nobody in this process is asked: it is the end of the way, unless it leads on.
void ends_at(Wait wait, RootCause end, Waits& out) {
    wait.if_idle = end;
    out.push_back(wait);
    // It waits for something that leads nowhere: then it is who does not answer.
    wait.if_idle = RootCause::none;
    wait.root_cause = end;
    wait.inferred = true;
    out.push_back(std::move(wait));
}

/// For how long the connection has brought nothing that was asked for; negative: not known.
double silent_seconds(const OpenFile& connection, const Goroutine& goroutine) {
    std::optional<std::uint64_t> silent_ms;
    if (connection.socket)
        for (const auto& moment : {connection.socket->received_ms_ago, connection.socket->sent_ms_ago})
            if (moment) silent_ms = std::min(silent_ms.value_or(*moment), *moment);
    return silent_ms ? static_cast<double>(*silent_ms) / 1000 : waiting_seconds(goroutine);
}

/// Who has the connection's other end; 0: nobody of this host.
Pid peer_of(const Context& look, const Process& process, const OpenFile& connection) {
    const std::vector<Holder> holders = look.facts.holders(connection);
    const auto peer = std::ranges::find_if(holders, [&](const Holder& holder) { return holder.pid != process.pid; });
    return peer == holders.end() ? Pid{} : peer->pid;
}

/// What the shim waits for that no goroutine of it leads to: told of the container, and so asked about that.
void waits_of_shim(const Context& look, const Process& shim, const ContainerRef& container, const Wait& asks, Waits& out) {
    if (!container) return;
    const Scope scope = look.facts.scope(container, shim.pid);
    Waits found;
    for (const auto produce : {unready_logger, lost_exits, busy_mounts}) produce({look.facts, scope}, NodeKey::of(shim.pid), found);
    for (Wait& one : found) {
        one.evidence = asks.evidence + "; " + one.evidence;
        out.push_back(std::move(one));
    }
}

void over_connection(const Context& look, const Process& process, const Goroutine& goroutine, Fd fd, Waits& out) {
    const OpenFile* connection = look.facts.target(process, fd);
    // Goroutines are read ahead of descriptors: one that was closed meanwhile may be another's by now.
    if (!connection || (connection->kind != OpenFileKind::unix_socket && connection->kind != OpenFileKind::inet_socket)) return;
    const GoReply& reply = goroutine.wait.reply;
    Wait wait{.kind = WaitKind::replies,
              .evidence = fmt::format("{} waits for the reply to {}{} over {} (descriptor {}{})", goroutine_words(process, goroutine),
                                      reply.method.empty() ? "a request" : printable(reply.method, 80),
                                      reply.protocol.empty() ? "" : fmt::format(", {},", reply.protocol), what(*connection), fd.value,
                                      reply.tied ? "" : ", one of those that it may be"),
              .confidence = reply.tied ? Confidence::certain : Confidence::possible,
              .inferred = !reply.tied,
              .since_s = waiting_seconds(goroutine),
              .object_text = fmt::format("{} of {}", reply.method.empty() ? "the reply" : printable(reply.method, 80), what(*connection))};
    const bool http = reply.protocol == "HTTP";
    const double silent = silent_seconds(*connection, goroutine);
    const Process* other = look.facts.process(peer_of(look, process, *connection));
    if (other && other->role.role == ProcessRole::shim) {
        const Goroutine* handler = shim_handler(*other, goroutine.purpose);
        wait.to = handler ? NodeKey::of(other->pid, handler->id) : NodeKey::of(other->pid);
        out.push_back(wait);
        if (look.scope.shim != other->pid) waits_of_shim(look, *other, goroutine.purpose.container, wait, out);
        return;
    }
    if (const std::vector<NodeKey> handlers = handlers_of(look.facts, *connection, reply.method); !handlers.empty()) {
        for (const NodeKey& handler : handlers) {
            wait.to = handler;
            out.push_back(wait);
        }
        return;
    }
    if (const auto handlers =
            other && http ? handlers_on(look.facts, *other, connection->socket->peer_inode) : std::vector<const Goroutine*>();
        !handlers.empty()) {
        for (const Goroutine* handler : handlers) {
            wait.to = NodeKey::of(other->pid, handler->id);
            if (usual_seconds(handler->serves) >= 0) out.push_back(wait);
        }
        return;
    }
    if (!other) {
        if (!http || silent < usual_s) return;
        wait.to = NodeKey::nobody(what(*connection));
        wait.root_cause = RootCause::peer;
        out.push_back(std::move(wait));
        return;
    }
    wait.to = NodeKey::of(other->pid);
    // A bus passes on what it gets: that no reply comes is its own doing only while it can't. What a runtime asks of systemd is told apart.
    const bool bus = reply.protocol == "D-Bus";
    if (bus && (is_runtime(process) || !cannot_run(look.facts, *other))) return;
    wait.over_socket = http || bus;
    const bool is_engine = other->role.role == ProcessRole::containerd;
    wait.to_plugin = !http && !bus && !is_engine;
    // Which of an engine's calls it is could not be told: how long that may take neither.
    if (http && is_daemon(*other) && !is_stopped(*other) && !calls_under_way(*other).empty()) {
        wait.inferred = true;
        out.push_back(std::move(wait));
        return;
    }
    if (is_stopped(*other) || silent >= usual_s)
        ends_at(std::move(wait), http || is_engine ? RootCause::peer : RootCause::plugin, out);
    else
        out.push_back(std::move(wait));
}

/// Who keeps the stream open that the shim writes into this fifo, as the container's own question would tell it.
void held_open(const Context& look, const Process& shim, const OpenFile& fifo, const Wait& reads, Waits& out) {
    if (!fifo.role->container) return;
    const Scope scope = look.facts.scope(fifo.role->container, shim.pid);
    Waits found;
    stdio_held_open({look.facts, scope}, NodeKey::of(shim.pid), found);
    for (Wait& one : found) {
        if (one.role.exec_id != fifo.role->exec_id && !one.role.exec_id.empty() && !fifo.role->exec_id.empty()) continue;
        one.evidence = reads.evidence + "; " + one.evidence;
        out.push_back(std::move(one));
    }
}

/// What a container's own program asks may take as long as it likes, a long poll's answer comes when there is one: only who can't answer,
/// or waits itself for what is held, leads on.
void reply_to_program(const Context& look, const Process& process, const Goroutine& goroutine, Waits& out) {
    const GoReply& reply = goroutine.wait.reply;
    const OpenFile* connection = reply.tied ? look.facts.target(process, reply.connections.front()) : nullptr;
    if (!connection) return;
    wait_for_peer(look,
                  {.process = process,
                   .socket = *connection,
                   .kind = WaitKind::reads,
                   .standstill = lasts(look, goroutine),
                   .evidence = fmt::format("{} waits for the reply to {}, {}, over {} (descriptor {})", goroutine_words(process, goroutine),
                                           reply.method.empty() ? "a request" : printable(reply.method, 80), reply.protocol,
                                           what(*connection), reply.connections.front().value)},
                  out);
}

}  // namespace

void goroutine_reply(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->changed || goroutine->wait.reply->connections.empty()) return;
    if (is_subscription(goroutine->wait.reply->method)) return;
    if (is_program(look, *process)) return reply_to_program(look, *process, *goroutine, out);
    for (const Fd fd : goroutine->wait.reply->connections) over_connection(look, *process, *goroutine, fd, out);
}

namespace {

/// Goroutines that a connection, a context or a process has for as long as it lives.
bool stands_for_all(const Goroutine& goroutine) {
    constexpr auto standing = std::to_array<std::string_view>(
        {"transport.(*http2Server).HandleStreams", "transport.(*http2Client).reader", "transport.(*loopyWriter).run",
         "transport.(*http2Server).keepalive", "transport.(*http2Client).keepalive", "(*persistConn).readLoop", "(*persistConn).writeLoop",
         "http2clientConnReadLoop", "ttrpc.(*Client).run", "ttrpc.(*Client).receiveLoop", "ttrpc.(*serverConn).run",
         "net/http.(*Server).Serve", "net/http.(*conn).serve", "grpc.(*Server).Serve", "context.propagateCancel", "context.(*cancelCtx)",
         "os/exec.(*Cmd).watchCtx", "os/signal.", "net/multiplex.(*mux)"});
    return std::ranges::any_of(standing, [&](std::string_view part) { return has_frame(goroutine, part); });
}

}  // namespace

void goroutine_waker(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->changed) return;
    const GoWaitKind kind = goroutine->wait.kind;
    if (kind != GoWaitKind::chan_receive && kind != GoWaitKind::select && kind != GoWaitKind::wait_group && kind != GoWaitKind::cond)
        return;
    if (!goroutine->wait.reply->protocol.empty() && goroutine->wait.reply->tied) return;  // the connection's own reader ends it
    constexpr std::size_t most_wakers_followed = 4;
    const std::size_t before = out.size();
    for (const InferredHolder& waker : goroutine->wait.holders) {
        const Goroutine* other = goroutine_of(look.facts, NodeKey::of(process->pid, waker.goroutine));
        // Who is at another call, or keeps a connection or a context, holds what many wait for, and ends none of their waits.
        if (!other || other->system || !other->serves->method.empty() || stands_for_all(*other)) continue;
        if (out.size() - before >= most_wakers_followed) break;
        out.push_back(
            {.kind = WaitKind::channel,
             .to = NodeKey::of(process->pid, waker.goroutine),
             .evidence = fmt::format("{} waits for goroutine {}, as it seems: that {}", goroutine_words(*process, *goroutine),
                                     waker.goroutine.value, waker.reasons.empty() ? "has to end it" : printable(waker.reasons.front(), 80)),
             .confidence = waker.score >= 4 ? Confidence::certain : Confidence::likely,
             .inferred = true,  // a ring of guesses is no deadlock
             .since_s = waiting_seconds(*goroutine),
             .object_text = fmt::format("its goroutine {}", waker.goroutine.value)});
    }
}

namespace {

/// What a program that has ended leaves behind may have its output still, and then whoever ran it reads on. Of those that are running yet
/// their own end is waited for.
void left_open(const Context& look, const Process& daemon, const Goroutine& copier, const std::string& waits, Waits& out) {
    const OpenFile* pipe = look.facts.target(daemon, copier.wait.fd);
    if (!pipe || pipe->kind != OpenFileKind::pipe) return;
    std::vector<Pid> holders;
    for (const Holder& writer : look.facts.holders(*pipe)) {
        if (!writer.writes || writer.pid == daemon.pid) continue;
        if (look.facts.descends_from(writer.pid, daemon.pid)) return;
        if (std::ranges::find(holders, writer.pid) == holders.end()) holders.push_back(writer.pid);
    }
    for (const Pid holder : holders)
        out.push_back({.kind = WaitKind::held_open_by,
                       .to = NodeKey::of(holder),
                       .evidence = fmt::format("{}; goroutine {} reads {} (descriptor {}) to its end, and the write end is {}'s, which was "
                                               "left behind",
                                               waits, copier.id.value, what(*pipe), copier.wait.fd.value, who(look.facts, holder)),
                       .root_cause = RootCause::holds_open,
                       .inferred = true,
                       .since_s = waiting_seconds(copier),
                       .object_text = fmt::format("the end of what a program of {} wrote", who(daemon))});
}

}  // namespace

void goroutine_awaits_output(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->changed || !is_daemon(*process) || !awaits_output(*goroutine)) return;
    if (waiting_seconds(*goroutine) < usual_s && look.facts.interval_s() < patience_s) return;
    const Process* child = goroutine->wait.kind == GoWaitKind::child ? look.facts.process(goroutine->wait.child) : nullptr;
    if (child && !is_zombie(*child)) return;
    for (const Goroutine& copier : process->go->goroutines)
        if (copies_output(copier)) left_open(look, *process, copier, goroutine_words(*process, *goroutine), out);
}

/// What a daemon's goroutine reads for a call: a stream that its shim writes, a body that a server sends.
void goroutine_stream(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || goroutine->changed || goroutine->wait.kind != GoWaitKind::fd_read) return;
    if (process->role.role == ProcessRole::shim || is_runtime(*process)) return;
    const OpenFile* target = look.facts.target(*process, goroutine->wait.fd);
    if (!target || is_bus(*target)) return;
    Wait wait{.kind = WaitKind::reads,
              .evidence =
                  goroutine_words(*process, *goroutine) + fmt::format(" reads descriptor {}, {}", goroutine->wait.fd.value, what(*target)),
              .since_s = waiting_seconds(*goroutine),
              .role = target->role,
              .object_text = short_path(what(*target))};
    if (target->kind == OpenFileKind::pipe || target->kind == OpenFileKind::fifo) {
        for (const Holder& writer : look.facts.holders(*target)) {
            const Process* other = look.facts.process(writer.pid);
            if (!writer.writes || writer.pid == process->pid || !other) continue;
            // A shim carries many streams, and copies this one for as long as somebody has it open.
            if (other->role.role == ProcessRole::shim) {
                held_open(look, *other, *target, wait, out);
                continue;
            }
            wait.to = NodeKey::of(writer.pid);
            out.push_back(wait);
        }
        return;
    }
    if (target->kind != OpenFileKind::inet_socket || !target->socket || target->socket->state == "LISTEN") return;
    // A name server answers at once, or is asked anew after five seconds (net/dnsclient_unix.go).
    const bool name_server = asks_name_server(*goroutine);
    const bool http = has_frame(*goroutine, "net/http.") || has_frame(*goroutine, "crypto/tls.");
    if (!http && !name_server) return;
    if (has_frame(*goroutine, "net/http.(*conn).serve") || has_frame(*goroutine, ".readLoop")) return;
    if (silent_seconds(*target, *goroutine) < (name_server ? patience_s : usual_s)) return;
    const Pid peer = peer_of(look, *process, *target);
    if (!peer) {
        wait.to = NodeKey::nobody(what(*target));
        wait.root_cause = RootCause::peer;
        out.push_back(std::move(wait));
    } else {
        wait.to = NodeKey::of(peer);
        ends_at(std::move(wait), RootCause::peer, out);
    }
}

void goroutine_subject(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || !waits_for_processes(goroutine->serves)) return;
    const Awaited who_of_it = awaited_by(goroutine->serves);
    // A pod's call is about all containers of it.
    const bool pod = goroutine->serves->method.ends_with("PodSandbox");
    for (const ContainerFiles& files : look.facts.snapshot().containers) {
        const std::string& id = pod && !files.sandbox.empty() ? files.sandbox : files.container.id;
        if (!id.starts_with(goroutine->serves->container)) continue;
        const Scope scope = look.facts.scope(files.container, files.sandbox_shim);
        std::vector<Pid> pids = scope.runtimes;
        for (const Pid pid : scope.processes) {
            const Process* one = look.facts.process(pid);
            if (who_of_it == Awaited::all || (who_of_it == Awaited::execs && one && one->role.role == ProcessRole::container_exec))
                pids.push_back(pid);
        }
        for (const Pid pid : pids)
            out.push_back(
                {.kind = WaitKind::serves,
                 .to = NodeKey::of(pid),
                 .evidence = fmt::format("{} is at {} of {}, of which {} is", goroutine_words(*process, *goroutine),
                                         printable(goroutine->serves->method, 64), printable(files.container.id, 64), who(look.facts, pid)),
                 .inferred = true,
                 .since_s = waiting_seconds(*goroutine),
                 .object_text = printable(goroutine->serves->method, 64)});
        const Process* shim = look.facts.process(scope.shim);
        if (who_of_it == Awaited::all && shim && look.scope.shim != shim->pid)
            waits_of_shim(look, *shim, files.container,
                          {.evidence = fmt::format("{} is at {} of {}", goroutine_words(*process, *goroutine),
                                                   printable(goroutine->serves->method, 64), printable(files.container.id, 64))},
                          out);
    }
}

/// bbolt tries its database's lock every 50 ms, so that no thread is ever seen in flock (bbolt/bolt_unix.go).
void goroutine_retries_lock(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Goroutine* goroutine = goroutine_of(look.facts, subject);
    if (!process || !goroutine || !retries_lock(*goroutine)) return;
    for (const FileLock& lock : look.facts.snapshot().locks) {
        if (lock.holder == process->pid) continue;
        const auto open = std::ranges::find_if(process->fds, [&](const FdEntry& entry) {
            return entry.target.inode == lock.inode && (lock.device == 0 || entry.target.device == 0 || entry.target.device == lock.device);
        });
        if (open == process->fds.end()) continue;
        out.push_back({.kind = WaitKind::locks,
                       .to = lock.holder ? NodeKey::of(lock.holder) : NodeKey::nobody("a holder that is not known"),
                       .evidence = goroutine_words(*process, *goroutine) +
                                   fmt::format(" tries again and again to lock {}, on which {} has the {} lock (/proc/locks)",
                                               what(open->target), who(look.facts, lock.holder), lock.kind),
                       .root_cause = RootCause::lock_holder,
                       .confidence = look.facts.interval_s() >= patience_s ? Confidence::certain : Confidence::possible,
                       .since_s = look.facts.age_s(*process).value_or(-1),
                       .object_text = fmt::format("lock on {}", short_path(what(open->target)))});
    }
}

}  // namespace shimtrace::diagnosis::produce
