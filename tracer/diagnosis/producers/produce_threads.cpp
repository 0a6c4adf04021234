// What a thread waits for, by the system call it is in.
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shimtrace::diagnosis::produce {

namespace {

/// A thread asleep in a call, with its process; the call's kind is one of those asked for.
struct InCall {
    const Process* process = nullptr;
    const Thread* thread = nullptr;
    std::optional<WaitingCall> call;
    const OpenFile* target = nullptr;

    explicit operator bool() const { return call.has_value(); }
};

InCall in_call(const Context& look, const NodeKey& subject, WaitKind kind) {
    InCall in{.process = look.facts.process(subject.pid), .thread = thread_of(look.facts, subject)};
    if (!in.process || !in.thread || (in.thread->state != ProcessState::sleeping && in.thread->state != ProcessState::uninterruptible))
        return in;
    const auto call = waiting_call(look.facts, *in.process, *in.thread);
    if (!call || call->kind != kind) return in;
    in.call = call;
    if (call->fd.value >= 0) in.target = look.facts.target(*in.process, call->fd);
    return in;
}

bool is_runtime_side(const Process& process) {
    return is_runtime(process) || process.role.role == ProcessRole::hook;
}

/// The edge for a wait on the peer of a socket or on the writers of a pipe.
void wait_on_peers(const Context& look, const InCall& in, WaitKind kind, const std::vector<Holder>& peers, bool normal, Waits& out) {
    constexpr std::size_t crowd = 64;  // so many have inherited it: of what is their own affair anyway the first are told
    const std::string call = call_words(look.facts, *in.process, *in.thread);
    for (const Holder& peer : peers) {
        if (peer.pid == in.process->pid) continue;
        const Process* other = look.facts.process(peer.pid);
        // `x=$(flock …)`: who reads what its own child writes waits for what that waits for.
        if (other && other->parent == in.process->pid && in.target->kind == OpenFileKind::pipe &&
            is_followed_child(look, *in.process, *other)) {
            Wait wait = child_wait(look, *in.process, *other, fmt::format("{}; its child {} has the other end", call, who(*other)));
            wait.kind = kind;
            wait.object_text = what(*in.target);
            wait.inferred = in.process->role.role == ProcessRole::runtime;
            out.push_back(std::move(wait));
            continue;
        }
        if (normal && out.size() >= crowd) continue;
        Wait wait{.kind = kind,
                  .to = NodeKey::of(peer.pid),
                  .evidence = fmt::format("{}; the other end is {}'s", call, who(look.facts, peer.pid)),
                  .normal = normal,
                  .role = in.target->role,
                  .object_text = what(*in.target)};
        // One thread of runc's reads what its init logs, whatever the rest of it does.
        wait.inferred = in.process->role.role == ProcessRole::runtime;
        if (!normal) settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
        // Of a runtime and its init the one that has nothing more to wait for is the end: it was to answer long ago.
        if (!normal && !wait.normal && other && is_runtime(*other) && look.facts.age_s(*other).value_or(0) >= slow_runtime_s)
            wait.if_idle = RootCause::runtime_alive;
        out.push_back(std::move(wait));
    }
}

Wait idle(WaitKind kind, const NodeKey& to, std::string evidence, std::string object) {
    return {.kind = kind, .to = to, .evidence = std::move(evidence), .normal = true, .object_text = std::move(object)};
}

/// A wait for systemd's reply on its private socket or on the system bus.
Wait bus_wait(const Context& look, const Process& process, const OpenFile& target, std::string evidence) {
    const auto peers = look.facts.holders(target);
    const auto server = std::ranges::find_if(peers, [&](const Holder& peer) { return peer.pid != process.pid; });
    return {.kind = WaitKind::served_by,
            .to = server != peers.end() ? NodeKey::of(server->pid) : NodeKey::nobody("a bus that nobody serves"),
            .evidence = std::move(evidence),
            .root_cause = RootCause::bus,
            .role = target.role,
            .object_text = what(target)};
}

/// It passes on what it reads from another pipe, and does nothing else.
bool is_relay(const Context& look, const Process& process) {
    return acts_as_one(look.facts, process) && std::ranges::any_of(process.threads, [&](const Thread& thread) {
               const auto call = waiting_call(look.facts, process, thread);
               if (!call || call->ring.value >= 0 || call->kind != WaitKind::reads) return false;
               const OpenFile* source = look.facts.target(process, call->fd);
               return source && (source->kind == OpenFileKind::pipe || source->kind == OpenFileKind::fifo);
           });
}

/// Whoever could write is another container's, or nobody's, and cannot run, or waits for a pipe itself: what that waits for, the reader
/// does. What the programs of one container have to say to each other is their own affair.
bool nobody_else_can_write(const Context& look, const InCall& in, const std::vector<Holder>& writers) {
    return !writers.empty() && std::ranges::all_of(writers, [&](const Holder& holder) {
        const Process* writer = look.facts.process(holder.pid);
        const bool is_own = writer && in.process->role.container && writer->role.container == in.process->role.container;
        return writer && writer->pid != in.process->pid && !is_own && !is_runtime_side(*writer) &&
               (cannot_run(look.facts, *writer) || is_relay(look, *writer));
    });
}

bool is_exec_fifo(const OpenFile& target) {
    return target.role->role == OpenFileRole::exec_fifo || target.path.ends_with("/exec.fifo");
}

/// Created, and waiting for the start: who is to say it, where that one is stopped or at work, else nobody.
void start_waits(const Context& look, const InCall& in, Wait wait, Waits& out) {
    const auto age = look.facts.age_s(*in.process);
    // By the wall clock, which may have been set forward meanwhile: the process is not younger than its fifo.
    if (look.scope.files && look.scope.files->exec_fifo_age_s)
        wait.since_s = std::min(static_cast<double>(*look.scope.files->exec_fifo_age_s), age.value_or(1e18));
    else if (age)
        wait.since_s = *age;
    bool at_work = false;
    for (const Process& other : look.facts.snapshot().processes) {
        const bool runtime = other.role.role == ProcessRole::runtime;
        const bool client = other.role.role == ProcessRole::client && is_stopped(other);
        if ((!runtime && !client) || !other.role.container || other.role.container != in.process->role.container || is_zombie(other))
            continue;
        at_work |= runtime;
        Wait by = wait;
        by.to = NodeKey::of(other.pid);
        out.push_back(std::move(by));
    }
    // A daemon is at a call about it, and has not come to the start.
    for (const NodeKey& call : look.scope.calls) {
        Wait by = wait;
        by.to = call;
        out.push_back(std::move(by));
    }
    if (at_work || !look.scope.calls.empty()) return;
    wait.to = NodeKey::nobody("nobody has said start");
    wait.root_cause = RootCause::never_started;
    // What is created is started at once, unless the machine is busy.
    if (wait.since_s >= 0 && wait.since_s < 2) settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s(), patience_s);
    out.push_back(std::move(wait));
}

}  // namespace

void thread_reads(const Context& look, const NodeKey& subject, Waits& out) {
    const InCall in = in_call(look, subject, WaitKind::reads);
    if (!in || !in.target) return;
    if (is_bus(*in.target)) {
        Wait wait = bus_wait(look, *in.process, *in.target, call_words(look.facts, *in.process, *in.thread));
        settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
        out.push_back(std::move(wait));
        return;
    }
    if (is_exec_fifo(*in.target) && is_container_role(in.process->role.role)) {
        return start_waits(
            look, in,
            {.kind = WaitKind::started_by, .evidence = call_words(look.facts, *in.process, *in.thread), .object_text = "exec.fifo"}, out);
    }
    // Between runc and its init every read is a step of the handshake; among the workload's own programs it is their affair.
    const bool hard = is_runtime(*in.process);
    switch (in.target->kind) {
        case OpenFileKind::pipe:
        case OpenFileKind::fifo: {
            std::vector<Holder> writers = look.facts.holders(*in.target);
            std::erase_if(writers, [](const Holder& holder) { return !holder.writes; });
            if (hard) {
                std::vector<Holder> others = writers;
                std::erase_if(writers, [&](const Holder& holder) {
                    const Process* writer = look.facts.process(holder.pid);
                    return !writer || !is_runtime_side(*writer);
                });
                std::erase_if(others, [&](const Holder& holder) { return holder.pid == in.process->pid; });
                if (writers.empty() && copies_stdio(look, *in.process))
                    return out.push_back(idle(WaitKind::reads,
                                              {.kind = NodeKind::file, .inode = in.target->inode, .name = what(*in.target)},
                                              call_words(look.facts, *in.process, *in.thread), what(*in.target)));
                if (writers.empty() && in.target->kind == OpenFileKind::pipe)
                    return inherited_pipe(look, others, *in.target, look.facts.standstill(*in.thread),
                                          call_words(look.facts, *in.process, *in.thread), out);
            }
            wait_on_peers(look, in, WaitKind::reads, writers, !hard && !nobody_else_can_write(look, in, writers), out);
            break;
        }
        case OpenFileKind::unix_socket:
            wait_on_peers(look, in, WaitKind::reads, look.facts.holders(*in.target), !hard, out);
            break;
        default:
            break;
    }
    if (out.empty() || out.back().kind != WaitKind::reads)
        out.push_back(idle(WaitKind::reads, {.kind = NodeKind::file, .inode = in.target->inode, .name = what(*in.target)},
                           call_words(look.facts, *in.process, *in.thread), what(*in.target)));
}

void inherited_pipe(const Context& look, std::span<const Holder> holders, const OpenFile& pipe, Standstill standstill,
                    const std::string& reads, Waits& out) {
    for (const Holder& holder : holders) {
        Wait wait{.kind = WaitKind::held_open_by,
                  .to = NodeKey::of(holder.pid),
                  .evidence = fmt::format("{}; {} has its other end, which it has inherited, as descriptor {}", reads,
                                          who(look.facts, holder.pid), holder.fd.value),
                  .root_cause = RootCause::inherits_pipe,
                  .object_text = fmt::format("the end of {}", what(pipe))};
        settle(wait, standstill, look.facts.interval_s(), patience_s);
        out.push_back(std::move(wait));
    }
}

namespace {

/// A POSIX message queue is full: for whoever else has it open to read. Between a container's own programs that is their affair, unless
/// none of them can go on.
void room_in_queue(const Context& look, const InCall& in, Waits& out) {
    std::vector<Holder> readers = look.facts.holders(*in.target);
    std::erase_if(readers, [&](const Holder& holder) { return !holder.reads || holder.pid == in.process->pid; });
    if (!all_readers_are_stopped(look.facts, readers))
        std::erase_if(readers, [&](const Holder& holder) {
            const Process* reader = look.facts.process(holder.pid);
            return !reader || is_stopped(*reader) || is_program_of(*reader, in.process->role.container) ||
                   look.facts.standstill(*reader) == Standstill::moved;  // it takes the next when it has done the last
        });
    for (const Holder& holder : readers) {
        Wait wait{.kind = WaitKind::writes,
                  .to = NodeKey::of(holder.pid),
                  .evidence = call_words(look.facts, *in.process, *in.thread) +
                              fmt::format("; {} has the queue open to read", who(look.facts, holder.pid)),
                  .if_idle = RootCause::peer,
                  .over_socket = true,
                  .object_text = fmt::format("the message queue {}", what(*in.target))};
        settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s(), patience_s);
        wait.confidence = std::min(wait.confidence, Confidence::likely);
        out.push_back(std::move(wait));
    }
}

}  // namespace

void thread_writes(const Context& look, const NodeKey& subject, Waits& out) {
    const InCall in = in_call(look, subject, WaitKind::writes);
    if (in && in.target && in.call->name == "mq_timedsend") return room_in_queue(look, in, out);
    // A frozen thread has left the write, and takes it up again when it is thawed.
    const bool interrupted = in && (stack_has(*in.thread, "__refrigerator") || stack_has(*in.thread, "do_freezer_trap"));
    if (!in || !in.target || (in.thread->state != ProcessState::sleeping && !interrupted)) return;
    const bool is_pty = in.target->kind == OpenFileKind::pty;
    if (in.target->kind != OpenFileKind::pipe && in.target->kind != OpenFileKind::fifo && !is_pty) return;
    Wait wait{.kind = WaitKind::writes,
              .to = is_pty ? NodeKey{.kind = NodeKind::pty,
                                     .pid = in.process->pid,
                                     .inode = in.target->inode,
                                     .device = in.target->device,
                                     .name = in.target->path}
                           : pipe_subject(*in.target),
              .evidence = call_words(look.facts, *in.process, *in.thread),
              .role = in.target->role};
    wait.object_text = label(look.facts, wait.to);
    if (!is_pty && is_workload(look, *in.process)) wait.normal = is_own_affair(look, *in.process, *in.target);
    if (!wait.normal) settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
    out.push_back(std::move(wait));
}

namespace {

/// The edge to who holds the lock of a file that this thread waits for.
Wait lock_wait(const Context& look, const InCall& in, const FileLock* lock, std::string_view sort, std::string_view file) {
    Wait wait{.kind = WaitKind::locks,
              .to = lock && lock->holder ? NodeKey::of(lock->holder) : NodeKey::nobody("a holder that is not known"),
              .evidence = call_words(look.facts, *in.process, *in.thread),
              .object_text = fmt::format("{} on {}", sort, short_path(file))};
    // A holder that waits for something in its turn is not the end; one that is stopped keeps it, whoever has stopped it. Of several
    // threads any may be the one that has it.
    const Process* holder = look.facts.process(wait.to.pid);
    (holder && !is_stopped(*holder) && acts_as_one(look.facts, *holder) ? wait.if_idle : wait.root_cause) = RootCause::lock_holder;
    if (lock) wait.evidence += fmt::format("; {} holds the {} {} (/proc/locks)", who(look.facts, lock->holder), lock->kind, sort);
    settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
    return wait;
}

/// containerd opens streams by way of a descriptor that it has already (containerd/fifo, handle_linux.go): "/proc/self/fd/18".
std::string opened_path(const Context& look, const InCall& in) {
    const std::string& path = in.thread->path_argument;
    constexpr std::string_view by_descriptor = "/proc/self/fd/";
    std::int32_t number = -1;
    if (path.starts_with(by_descriptor)) std::from_chars(path.data() + by_descriptor.size(), path.data() + path.size(), number);
    const OpenFile* target = number < 0 ? nullptr : look.facts.target(*in.process, Fd{number});
    return target && target->path.starts_with('/') ? target->path : path;
}

}  // namespace

void thread_opens(const Context& look, const NodeKey& subject, Waits& out) {
    const InCall in = in_call(look, subject, WaitKind::opens);
    if (!in) return;
    // linux/fs/locks.c: who has a lease is asked to give it up, and has /proc/sys/fs/lease-break-time seconds for that.
    if (stack_has(*in.thread, "break_lease")) {
        const std::string& path = in.thread->path_argument;
        return out.push_back(
            lock_wait(look, in, lock_waited_for(look.facts, *in.process, nullptr), "lease", path.empty() ? "a file" : path));
    }
    // linux/fs/pipe.c: fifo_open() sleeps in wait_for_partner() until the other end is opened.
    if (!stack_has(*in.thread, "wait_for_partner") && !stack_has(*in.thread, "fifo_open")) return;
    const std::string opened = opened_path(look, in);
    const std::string path = opened.empty() ? std::string("a fifo") : opened;
    const bool exec_fifo = in.process->role.role == ProcessRole::runtime_init || path.ends_with("/exec.fifo") || path == "exec.fifo";
    Wait wait{.kind = exec_fifo ? WaitKind::started_by : WaitKind::opens,
              .evidence = call_words(look.facts, *in.process, *in.thread),
              .object_text = short_path(exec_fifo && path.find("fifo") == std::string::npos ? "exec.fifo" : path)};
    if (exec_fifo) return start_waits(look, in, std::move(wait), out);
    // A daemon opens a container's streams ahead of its shim: while it is at a call about it, what that waits for is the reason.
    // One that is only being made has no name yet, and what was asked cannot always be read.
    const auto is_about = [&](const Goroutine* call) {
        constexpr auto opening = std::to_array<std::string_view>({"StartContainer", "ExecSync", "Exec"});
        const std::string& container = call->serves->container;
        const bool names_none = call->serves->method == "CreateContainer" ||
                                (container.size() < 4 && std::ranges::find(opening, call->serves->method) != opening.end());
        return names_none ? path.find("/io/") != path.npos : container.size() >= 4 && path.find(container) != path.npos;
    };
    if (is_daemon(*in.process) && std::ranges::any_of(calls_under_way(*in.process), is_about)) return;
    wait.to = NodeKey::nobody("nobody has the other end open");
    wait.root_cause = RootCause::nobody_opens;
    settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
    if (wait.confidence == Confidence::likely) wait.confidence = Confidence::certain;
    out.push_back(std::move(wait));
}

void thread_waits_for_child(const Context& look, const NodeKey& subject, Waits& out) {
    const InCall in = in_call(look, subject, WaitKind::child);
    if (!in || in.thread->state != ProcessState::sleeping) return;
    const bool is_wait4 = in.call->name == "wait4";
    constexpr std::uint64_t p_pid = 1, p_pidfd = 3;
    std::int32_t named = 0;
    if (is_wait4)
        named = static_cast<std::int32_t>(in.thread->args[0]);
    else if (in.thread->args[0] == p_pid)
        named = static_cast<std::int32_t>(in.thread->args[1]);
    else if (in.thread->args[0] == p_pidfd)
        if (const OpenFile* pidfd = look.facts.target(*in.process, Fd{static_cast<std::int32_t>(in.thread->args[1])}))
            named = pidfd->pidfd_pid.value;
    std::vector<const Process*> awaited;
    for (const Process* child : look.facts.children(in.process->pid)) {
        const bool match = named <= 0 || child->pid.value == named ||
                           (!child->ns_pids.empty() && std::ranges::find(child->ns_pids, named) != child->ns_pids.end());
        if (match) awaited.push_back(child);
    }
    // A program that waits for its own children waits for what they do; only where none of them can go on is it stuck.
    const bool all_stopped = !awaited.empty() && std::ranges::all_of(awaited, [](const Process* child) { return is_stopped(*child); });
    for (const Process* child : awaited) {
        Wait wait = child_wait(look, *in.process, *child,
                               call_words(look.facts, *in.process, *in.thread) +
                                   fmt::format("; its child {} is {}", who(*child), words(child->state).predicate));
        wait.normal |= !all_stopped && !is_followed_child(look, *in.process, *child);
        out.push_back(std::move(wait));
    }
    if (awaited.empty())
        out.push_back(idle(WaitKind::child, NodeKey::nobody("a child"), call_words(look.facts, *in.process, *in.thread), "a child"));
}

void thread_polls(const Context& look, const NodeKey& subject, Waits& out) {
    const InCall in = in_call(look, subject, WaitKind::polls);
    if (!in) return;
    constexpr std::uint32_t epoll_in = 1, epoll_out = 4;
    std::vector<std::pair<Fd, bool>> watched;  // the descriptor, and whether it is watched for room to write alone
    for (const Fd fd : in.thread->polled) watched.emplace_back(fd, true);
    if (in.target && in.target->kind == OpenFileKind::eventpoll)
        for (const InterestEntry& entry : in.target->interest)
            watched.emplace_back(entry.fd, (entry.events & epoll_out) != 0 && (entry.events & epoll_in) == 0);
    bool found = false;
    for (const auto& [fd, for_room] : watched) {
        const OpenFile* target = look.facts.target(*in.process, fd);
        if (!target) continue;
        if (is_exec_fifo(*target) && is_container_role(in.process->role.role)) {
            return start_waits(
                look, in,
                {.kind = WaitKind::started_by, .evidence = call_words(look.facts, *in.process, *in.thread), .object_text = "exec.fifo"},
                out);
        }
        if (is_runtime(*in.process) && is_bus(*target)) {
            Wait wait =
                bus_wait(look, *in.process, *target, call_words(look.facts, *in.process, *in.thread) + "; it watches " + what(*target));
            wait.inferred = true;  // a bus connection stays open while runc does other things
            settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
            out.push_back(std::move(wait));
            found = true;
            continue;
        }
        // Who watches a child alone waits for it; among others it is a server's.
        const Process* child = target->kind == OpenFileKind::pidfd && watched.size() == 1 ? look.facts.process(target->pidfd_pid) : nullptr;
        if (child && is_followed_child(look, *in.process, *child)) {
            out.push_back(child_wait(look, *in.process, *child,
                                     call_words(look.facts, *in.process, *in.thread) + fmt::format("; it watches {}", who(*child))));
            found = true;
            continue;
        }
        constexpr std::uint32_t access_mode = 3, write_only = 1;
        const bool room = for_room && (target->flags & access_mode) == write_only &&
                          (target->kind == OpenFileKind::pipe || target->kind == OpenFileKind::fifo) &&
                          is_full(look.facts.pipe(target->inode, target->device));
        if (!room || !is_workload(look, *in.process)) continue;
        Wait wait{.kind = WaitKind::writes,
                  .to = pipe_subject(*target),
                  .evidence = call_words(look.facts, *in.process, *in.thread),
                  .role = target->role};
        wait.evidence +=
            fmt::format("; it watches {} for room, {}", what(*target), fill_words(look.facts.pipe(target->inode, target->device)));
        wait.object_text = label(look.facts, wait.to);
        settle(wait, look.facts.standstill(*in.thread), look.facts.interval_s());
        out.push_back(std::move(wait));
        found = true;
    }
    found = found || hears_one_child(look, *in.process, *in.thread, watched, out);
    if (!found)
        out.push_back(idle(WaitKind::polls,
                           {.kind = NodeKind::file, .pid = in.process->pid, .tid = in.thread->tid, .name = "its descriptors"},
                           call_words(look.facts, *in.process, *in.thread), "its descriptors"));
}

void thread_locks(const Context& look, const NodeKey& subject, Waits& out) {
    const InCall in = in_call(look, subject, WaitKind::locks);
    if (!in) return;
    if (in.call->name.starts_with("futex")) {
        const std::string address = fmt::format("futex 0x{:x}", in.thread->args[0]);
        out.push_back(idle(WaitKind::locks, {.kind = NodeKind::lock, .pid = in.process->pid, .name = address},
                           call_words(look.facts, *in.process, *in.thread), address));
        return;
    }
    const FileLock* lock = lock_waited_for(look.facts, *in.process, in.target);
    Wait wait = lock_wait(look, in, lock, "lock", in.target ? what(*in.target) : "a file");
    const Process* holder = look.facts.process(wait.to.pid);
    wait.normal |= holder && has_turn_to_accept(look.facts, *holder, *in.process, *in.thread);
    out.push_back(std::move(wait));
}

void thread_rests(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread) return;
    if (thread->state == ProcessState::running) {
        out.push_back(idle(WaitKind::runs, NodeKey::nobody("the CPU"), who(*process) + " is running", "the CPU"));
        return;
    }
    for (const WaitKind kind : {WaitKind::sleeps, WaitKind::accepts, WaitKind::connects}) {
        const InCall in = in_call(look, subject, kind);
        if (!in) continue;
        const std::string object = in.target ? what(*in.target) : std::string(kind == WaitKind::sleeps ? "time" : "a socket");
        out.push_back(idle(kind, {.kind = kind == WaitKind::sleeps ? NodeKind::timer : NodeKind::socket, .name = object},
                           call_words(look.facts, *process, *thread), object));
    }
}

}  // namespace shimtrace::diagnosis::produce
