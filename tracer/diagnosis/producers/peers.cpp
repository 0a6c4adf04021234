#include "tracer/diagnosis/producers/peers.hpp"

#include "decoders/syscalls/user_lock.hpp"
#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"

#include <shimtrace/forwarders.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace shimtrace::diagnosis {

namespace {

constexpr double owed_for_s = 5;               ///< so long a peer that could read may leave a request lie
constexpr std::uint32_t sure_retransmits = 3;  ///< of data: some seconds, by TCP's timers

bool is_tcp(const SocketFacts& facts) {
    return facts.protocol.starts_with("TCP");
}

/// A SYN is sent again after one second, after one more four times at most (tcp_syn_linear_timeouts, since Linux 6.5), then each time after
/// twice as long (RFC 6298): at least so long ago was the first.
double syn_sent_s(std::uint32_t again) {
    constexpr std::uint32_t linear = 5, most = 20;
    if (again <= linear) return again;
    return linear + static_cast<double>((1U << (std::min(again, most) - linear + 1)) - 2);
}

/// All that it does waits in the kernel, and no signal interrupts it.
bool sleeps_in_kernel(const Facts& facts, const Process& process) {
    return process.state == ProcessState::uninterruptible && acts_as_one(facts, process);
}

/// Nothing tells of these whether an answer is owed: who reads is taken to wait for one. A datagram leaves no trace once it was taken, so
/// that a program that polls for nothing else counts as one that reads.
bool may_be_owed(const SocketWait& asked, const Connection& connection) {
    return asked.kind == WaitKind::reads || (connection.own && connection.own->protocol.starts_with("UDP"));
}

/// Of a unix socket nothing tells that either, but who has connected to a server and reads waits for its answer: what a server of one
/// thread is held up by, its client is.
bool is_client_of_server(const SocketWait& asked, const Connection& connection) {
    return asked.kind == WaitKind::reads && connection.own && connection.own->protocol.starts_with("UNIX") && connection.is_to_named();
}

/// A plugin is run for one answer, and is late with it: what it asks, it waits for. Of unix sockets those that it has connected itself.
bool is_late_plugin(const Context& look, const SocketWait& asked, const Connection& connection) {
    constexpr double late_s = 4;  // as its parent's wait for it
    const bool is_client = connection.own && (!connection.own->protocol.starts_with("UNIX") || connection.is_to_named());
    return is_client && asked.process.role.role == ProcessRole::plugin && asked.standstill != Standstill::moved &&
           look.facts.age_s(asked.process).value_or(0) >= late_s;
}

/// It waits for the next client, or for what it has started: it is not the one that is at the request.
bool is_at_something_else(const Facts& facts, const Process& server) {
    return std::ranges::any_of(server.threads, [&](const Thread& thread) {
        const auto call = waiting_call(facts, server, thread);
        return call && (call->kind == WaitKind::accepts || call->kind == WaitKind::child);
    });
}

/// Of a server with a thread for each request the one that is at one, where the others wait for work or for the next client; nullptr: there
/// are several such, or none. An event loop waits for all, and a thread at a lock that somebody has may be at the request as well.
const Thread* only_thread_at_work(const Facts& facts, const Process& server) {
    const Thread* found = nullptr;
    for (const Thread& thread : server.threads) {
        const bool at_lock = thread.futex && decoders::user_lock(*thread.futex, thread.args);
        if (thread.state == ProcessState::zombie || (stack_has(thread, "futex_wait") && !at_lock)) continue;
        const auto call = waiting_call(facts, server, thread);
        if (call && (call->kind == WaitKind::accepts || call->kind == WaitKind::child || call->kind == WaitKind::polls)) continue;
        if (found) return nullptr;
        found = &thread;
    }
    return found;
}

/// Of a server in Go that is at one request alone, of which no reader tells by what connection it came (nobody has read its body to the
/// end).
std::vector<const Goroutine*> only_handler(const Process& server) {
    std::vector<const Goroutine*> found;
    if (!server.go) return found;
    for (const Goroutine& goroutine : server.go->goroutines)
        if (goroutine.serves->connection.value < 0 && has_frame(goroutine, "net/http.serverHandler.ServeHTTP")) found.push_back(&goroutine);
    if (found.size() > 1) found.clear();
    return found;
}

/// How its own processes get on with each other is a container's own affair.
bool are_of_one_container(const Process& one, const Process& other) {
    return one.role.container && one.role.container == other.role.container && is_container_role(one.role.role) &&
           is_container_role(other.role.role);
}

void lead_to(const Context& look, const SocketWait& asked, const Connection& connection, const Process& peer, Wait wait,
             std::vector<Wait>& out) {
    const bool halted = cannot_run(look.facts, peer);
    const Standstill theirs = look.facts.standstill(peer);
    const double interval_s = look.facts.interval_s();
    const bool is_late = is_late_plugin(look, asked, connection);
    switch (asked.kind) {
        case WaitKind::writes:
        case WaitKind::connects:
            settle(wait, asked.standstill, interval_s, patience_s);
            if (wait.normal) return;
            // Who runs takes it in time, or has others to serve first.
            if (theirs != Standstill::moved) wait.if_idle = RootCause::peer;
            if (halted) wait.confidence = Confidence::certain;
            break;
        default:
            if (!halted && connection.is_accepted() && connection.peer) {
                auto handlers = handlers_on(look.facts, peer, connection.peer->inode);
                const bool tied = !handlers.empty();
                if (!tied && is_late) handlers = only_handler(peer);
                for (const Goroutine* handler : handlers) {
                    Wait by = wait;
                    by.to = NodeKey::of(peer.pid, handler->id);
                    by.inferred = by.guessed = !tied;
                    if (is_late) {
                        by.if_idle = RootCause::peer;
                        by.confidence = Confidence::likely;
                    }
                    by.evidence += fmt::format("; the other end is {}'s, whose goroutine {} is at it", who(peer), handler->id.value);
                    if (usual_seconds(handler->serves) >= 0) out.push_back(std::move(by));
                }
                if (!handlers.empty()) return;
            }
            // That an answer is owed at all is a guess, where nothing but who has connected to whom speaks for it.
            wait.inferred = wait.unowed =
                !connection.is_owed() && !is_late && !(may_be_owed(asked, connection) && (halted || sleeps_in_kernel(look.facts, peer)));
            if (wait.inferred && !(is_client_of_server(asked, connection) && acts_as_one(look.facts, peer))) return;
            if (halted) break;
            settle(wait, theirs, interval_s, patience_s);
            // A proxy is woken by its timers, and by others that it serves: what it has passed on it has passed on.
            if (wait.normal && connection.unread() == 0 && connection.is_accepted() && connection.peer && is_forwarder(peer)) {
                wait.normal = false;
                wait.confidence = Confidence::likely;
            }
            if (wait.normal) return;
            if (connection.unread() > 0 || !connection.is_accepted()) {
                if (wait.since_s >= 0 && wait.since_s < owed_for_s) return;
                wait.if_idle = RootCause::peer;
            } else if (connection.peer && is_forwarder(peer) && !sleeps_in_kernel(look.facts, peer)) {
                // Whoever it has passed the request on to is asked for this connection, and for none of its others.
                wait.to = {.kind = NodeKind::process, .pid = peer.pid, .inode = connection.peer->inode};
                wait.evidence += fmt::format("; the other end is {}'s", who(peer));
                out.push_back(std::move(wait));
                return;
            } else if (!acts_as_one(look.facts, peer)) {
                if (!is_late) return;  // it has the request: which of its threads is at it is not known
                if (const Thread* at_work = peer.go ? nullptr : only_thread_at_work(look.facts, peer)) {
                    wait.to = NodeKey::thread(peer.pid, at_work->tid);
                    wait.if_idle = RootCause::peer;
                    wait.guessed = true;
                    wait.confidence = std::min(wait.confidence, Confidence::likely);
                    wait.evidence +=
                        fmt::format("; the other end is {}'s, of whose threads {} alone is at something", who(peer), at_work->tid.value);
                    out.push_back(std::move(wait));
                    return;
                }
                wait.root_cause = RootCause::peer;
            } else if (is_late && !is_at_something_else(look.facts, peer)) {
                wait.if_idle = RootCause::peer;
            }
            break;
    }
    if (wait.if_idle == RootCause::peer && !halted && are_of_one_container(asked.process, peer)) {
        wait.if_idle = RootCause::none;
        wait.normal = wait.in_ring_alone = true;
    }
    wait.to = NodeKey::of(peer.pid);
    wait.evidence += fmt::format("; the other end is {}'s", who(peer));
    out.push_back(std::move(wait));
}

}  // namespace

bool Connection::is_accepted() const {
    return !peer || peer->state != "LISTEN";
}

std::uint32_t Connection::unread() const {
    if (!own) return 0;
    const std::uint32_t there = peer && is_accepted() ? peer->receive_queue : 0;
    return std::max(own->send_queue, there);
}

bool Connection::is_to_named() const {
    return own && own->local.empty() && peer && !peer->local.empty();
}

bool Connection::is_owed() const {
    if (!own) return false;
    if (unread() > 0 || !is_accepted()) return true;
    if (!own->sent_ms_ago) return false;
    if (own->received_ms_ago != own->sent_ms_ago) return own->received_ms_ago.value_or(UINT64_MAX) > *own->sent_ms_ago;
    // Within one tick of the kernel's: what was sent last, its kernel has acknowledged by itself, after it has waited for an answer to do
    // it with (TCP_DELACK_MIN, TCP_DELACK_MAX: 40 to 200 ms). A probe of ours comes much later.
    constexpr std::uint64_t soonest_ms = 20, latest_ms = 250;
    const std::uint64_t since = *own->received_ms_ago - std::min(*own->received_ms_ago, own->acknowledged_ms_ago.value_or(UINT64_MAX));
    return since >= soonest_ms && since <= latest_ms;
}

bool Connection::is_unanswered() const {
    return own && (own->state == "SYN_SENT" ? own->retransmits > 0 : own->retransmits >= sure_retransmits && own->timer == "retransmit");
}

double Connection::since_s(WaitKind kind) const {
    if (!own) return -1;
    if (own->state == "SYN_SENT") return syn_sent_s(own->retransmits);
    if (kind != WaitKind::connects && own->sent_ms_ago) return static_cast<double>(*own->sent_ms_ago) / 1000;
    // Of one that is not accepted the kernel has answered once: when it was made.
    if (!is_accepted() && own->acknowledged_ms_ago) return static_cast<double>(*own->acknowledged_ms_ago) / 1000;
    return -1;
}

std::string Connection::words() const {
    std::string text;
    const auto add = [&](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
    if (!own) return text;
    if (own->state == "SYN_SENT") add(fmt::format("it is in SYN_SENT, asked again {} times without an answer", own->retransmits));
    if (peer && peer->state == "LISTEN")
        add(fmt::format("{} connections wait to be accepted there, it has room for {}", peer->receive_queue, peer->send_queue));
    if (own->state == "SYN_SENT") return text;
    if (is_passed_on)
        add(fmt::format("it is passed on to {}, packet by packet, in another network namespace", printable(own->stands_for, 64)));
    else if (!own->stands_for.empty())
        add(fmt::format("its other end is {}, by translation of addresses (conntrack)", printable(own->stands_for, 64)));
    if (own->send_queue > 0) add(fmt::format("{} bytes of what was sent are not taken", own->send_queue));
    if (peer && is_accepted() && peer->receive_queue > 0) add(fmt::format("{} bytes lie unread at the other end", peer->receive_queue));
    if (own->timer == "probe") add("the other end's window is shut");
    if (own->timer == "retransmit" && own->retransmits > 0) add(fmt::format("sent again {} times without an answer", own->retransmits));
    if (own->sent_ms_ago) add(fmt::format("data was sent {} ago", text::duration_in_words(static_cast<double>(*own->sent_ms_ago) / 1000)));
    if (own->received_ms_ago)
        add(fmt::format("some came {} ago", text::duration_in_words(static_cast<double>(*own->received_ms_ago) / 1000)));
    return text;
}

namespace {

/// The kernel's own translation is told by this end's address, which the other end has for it as well: such a process has one of its own.
bool is_passed_on(const Facts& facts, const Connection& connection) {
    const auto host = [](std::string_view address) { return address.substr(0, address.rfind(':')); };
    const SocketFacts& own = *connection.own;
    if (!own.translated || own.stands_for.empty() || !connection.peer) return false;
    const std::string_view seen_as = host(connection.peer->remote), local = host(own.local);
    // "[::ffff:10.0.0.1]" is 10.0.0.1.
    if (!seen_as.empty() && (seen_as.find(local) != seen_as.npos || local.find(seen_as) != std::string_view::npos)) return false;
    return std::ranges::any_of(facts.snapshot().processes,
                               [](const Process& process) { return forwarding_of(process.comm) == Forwarding::by_packets; });
}

}  // namespace

Connection connection_of(const Context& look, const Process& process, const OpenFile& socket) {
    Connection connection;
    if (!socket.socket) return connection;
    const SocketFacts* own = look.facts.socket(socket.socket->inode);
    connection.own = own ? own : &*socket.socket;
    connection.peer = look.facts.socket(connection.own->peer_inode);
    connection.is_passed_on = is_passed_on(look.facts, connection);
    std::vector<Pid> holders = look.facts.holders_of_socket(connection.own->peer_inode);
    for (const Holder& holder : socket.holders) holders.push_back(holder.pid);
    for (const Pid pid : holders) {
        if (pid == process.pid)
            connection.is_internal = true;
        else if (std::ranges::find(connection.others, pid) == connection.others.end())
            connection.others.push_back(pid);
    }
    connection.is_internal &= connection.others.empty();
    return connection;
}

bool is_accepted_here(const Process& process, const OpenFile& socket) {
    if (!socket.socket || socket.socket->local.empty()) return false;
    const auto port = [](std::string_view address) { return address.substr(address.rfind(':') + 1); };
    const bool is_unix = socket.kind == OpenFileKind::unix_socket;
    return std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
        const OpenFile& other = entry.target;
        if (other.kind != socket.kind || !other.socket || other.socket->state != "LISTEN") return false;
        return is_unix ? other.socket->local == socket.socket->local : port(other.socket->local) == port(socket.socket->local);
    });
}

bool is_full_backlog(const SocketFacts& listener) {
    return listener.state == "LISTEN" && listener.receive_queue > listener.send_queue;
}

namespace {

/// It polls what only its own process writes to, as a timer thread of a runtime's does (node's, for one).
bool polls_its_own(const Facts& facts, const Process& process, const Thread& thread) {
    const auto call = waiting_call(facts, process, thread);
    if (!call || call->ring.value >= 0 || call->kind != WaitKind::polls) return false;
    const std::vector<Fd> watched = watched_by(facts, process, thread, *call);
    return !watched.empty() && std::ranges::all_of(watched, [&](Fd fd) {
        const OpenFile* target = facts.target(process, fd);
        if (!target || target->kind == OpenFileKind::eventfd || target->kind == OpenFileKind::timerfd) return true;
        const auto ends = facts.holders(*target);
        return target->kind == OpenFileKind::pipe && std::ranges::all_of(ends, [&](const Holder& end) { return end.pid == process.pid; });
    });
}

}  // namespace

bool acts_as_one(const Facts& facts, const Process& process) {
    if (process.go || process.threads.empty()) return false;  // without threads it was not looked at closely
    if (facts.all_but_one_rest(process)) return true;
    constexpr std::size_t most_threads = 256;
    return process.threads.size() <= most_threads && std::ranges::count_if(process.threads, [&](const Thread& thread) {
                                                         return thread.state != ProcessState::zombie && !stack_has(thread, "futex_wait") &&
                                                                !stack_has(thread, "fuse_dev_do_read") &&
                                                                !polls_its_own(facts, process, thread);
                                                     }) <= 1;
}

bool cannot_run(const Facts& facts, const Process& process) {
    const bool frozen = facts.frozen_cgroup(process) != nullptr;
    const bool held = !process.threads.empty() &&
                      std::ranges::all_of(process.threads, [](const Thread& thread) { return thread.state == ProcessState::traced; });
    return is_stopped(process) || process.state == ProcessState::traced || frozen || held;
}

void wait_for_peer(const Context& look, const SocketWait& asked, std::vector<Wait>& out) {
    const Connection connection = connection_of(look, asked.process, asked.socket);
    if (!connection || connection.is_internal) return;
    const std::string facts = connection.words();
    Wait wait{.kind = asked.kind == WaitKind::polls ? WaitKind::reads : asked.kind,
              .evidence = facts.empty() ? asked.evidence : fmt::format("{}; {}", asked.evidence, facts),
              .over_socket = true,
              .since_s = connection.since_s(asked.kind),
              .role = asked.socket.role,
              .object_text = what(asked.socket)};
    std::vector<const Process*> peers;
    for (const Pid pid : connection.others)
        if (const Process* peer = look.facts.process(pid); peer && !is_zombie(*peer)) peers.push_back(peer);
    // Of several who have inherited it one is enough to serve it.
    const auto halted = [&](const Process* peer) { return cannot_run(look.facts, *peer); };
    if (!std::ranges::all_of(peers, halted)) std::erase_if(peers, halted);
    const std::size_t before = out.size();
    for (const Process* peer : peers) lead_to(look, asked, connection, *peer, wait, out);
    // What a forwarder of packets has passed on is told by its port alone.
    if (connection.own && connection.own->translated && !connection.own->stands_for.empty())
        for (Wait& one : std::span(out).subspan(before)) one.confidence = std::min(one.confidence, Confidence::likely);
    if (!connection.others.empty()) return;
    // Nobody of this host has it. That an answer is owed by another host's process only time can tell; that its kernel does not answer, or
    // that it takes nothing any more, shows here.
    const bool for_room = asked.kind == WaitKind::writes || asked.kind == WaitKind::connects;
    if (!connection.is_unanswered() && !(for_room && is_tcp(*connection.own))) return;
    if (for_room) settle(wait, asked.standstill, look.facts.interval_s(), patience_s);
    if (connection.is_unanswered() && wait.since_s >= 2) {
        wait.normal = false;
        wait.confidence = wait.since_s >= owed_for_s ? Confidence::certain : Confidence::likely;
    }
    if (wait.normal) return;
    wait.to = NodeKey::nobody(wait.object_text);
    wait.evidence += "; no process of this host has the other end";
    wait.root_cause = RootCause::peer;
    out.push_back(std::move(wait));
}

}  // namespace shimtrace::diagnosis
