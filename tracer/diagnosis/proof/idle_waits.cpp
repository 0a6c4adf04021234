#include "tracer/diagnosis/proof/idle_waits.hpp"

#include "decoders/syscalls/user_lock.hpp"
#include "decoders/text/durations.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace shimtrace::diagnosis {

namespace {

/// What a descriptor of each kind says to whoever waits for it to become readable.
struct KindRow {
    OpenFileKind kind;
    Rest rest;  ///< idle: only its own, or the kernel's events, come by it; outside: who holds the other end decides
};

constexpr auto kinds = std::to_array<KindRow>({
    {OpenFileKind::eventpoll, Rest::idle},
    {OpenFileKind::eventfd, Rest::idle},
    {OpenFileKind::timerfd, Rest::idle},
    {OpenFileKind::signalfd, Rest::idle},
    {OpenFileKind::inotify, Rest::idle},
    {OpenFileKind::fanotify, Rest::idle},
    {OpenFileKind::netlink_socket, Rest::idle},
    {OpenFileKind::packet_socket, Rest::idle},
    {OpenFileKind::seccomp_notify, Rest::idle},
    {OpenFileKind::bpf, Rest::idle},
    {OpenFileKind::perf_event, Rest::idle},
    {OpenFileKind::pidfd, Rest::idle},
    {OpenFileKind::file, Rest::idle},
    {OpenFileKind::directory, Rest::idle},
    {OpenFileKind::memfd, Rest::idle},
    {OpenFileKind::anon, Rest::idle},
    {OpenFileKind::ns, Rest::idle},
    {OpenFileKind::block_device, Rest::idle},
    {OpenFileKind::char_device, Rest::idle},
    {OpenFileKind::pipe, Rest::outside},
    {OpenFileKind::fifo, Rest::outside},
    {OpenFileKind::unix_socket, Rest::outside},
    {OpenFileKind::inet_socket, Rest::outside},
    {OpenFileKind::vsock_socket, Rest::outside},
    {OpenFileKind::pty, Rest::outside},
    {OpenFileKind::other_socket, Rest::outside},
    {OpenFileKind::io_uring, Rest::outside},
});

/// System calls as gVisor names them, in which a process that has nothing to do rests.
constexpr auto idle_in_sandbox = std::to_array<std::string_view>({
    "Nanosleep",
    "ClockNanosleep",
    "Pause",
    "RtSigsuspend",
    "RtSigtimedwait",
    "Wait4",
    "Waitid",
    "Poll",
    "Ppoll",
    "Select",
    "Pselect6",
    "EpollWait",
    "EpollPwait",
    "EpollPwait2",
    "Accept",
    "Accept4",
});

/// Kernel functions in which a thread rests that is in no call that waits: a worker of io_uring's or vhost's, a virtual CPU that halts.
constexpr auto resting_functions = std::to_array<std::string_view>(
    {"io_wq_worker", "io_wqe_worker", "io_sq_thread", "vhost_worker", "vhost_task_fn", "kvm_vcpu_block", "kvm_vcpu_halt"});

bool is_own(const Context& look, const Process& process, Pid pid) {
    if (pid == process.pid) return true;
    const Process* other = look.facts.process(pid);
    if (other && process.role.container && other->role.container == process.role.container && is_container_role(other->role.role))
        return true;
    if (std::ranges::find(look.scope.processes, pid) != look.scope.processes.end()) return true;
    if (!other) return false;
    // Of a process that is asked about by its pid: what it has started itself.
    return !process.role.container && look.facts.descends_from(pid, process.pid);
}

constexpr std::string_view silent_for = " and which has been silent for ";

/// Since when nothing came; empty where that is not known.
std::string silence(const Context& look, const OpenFile& target) {
    const SocketFacts* now = target.socket ? look.facts.socket(target.socket->inode) : nullptr;
    if (!now || !now->received_ms_ago) return {};
    return fmt::format("{}{}", silent_for, text::duration_in_words(static_cast<double>(*now->received_ms_ago) / 1000));
}

/// For how long the thread itself has not run, as far as two looks tell; empty where the other end's silence is told.
std::string stillness(const Context& look, const Thread& thread, std::string_view words) {
    if (words.find(silent_for) != words.npos || words.find(", for at least ") != words.npos) return {};
    if (look.facts.standstill(thread) != Standstill::still) return {};
    const double still_s = std::chrono::duration<double>(thread.second->at - thread.first.at).count();
    return still_s > 0 ? fmt::format(", for at least {}", text::duration_in_words(still_s)) : std::string();
}

/// What a server's process says of itself in the place of its arguments: "postgres: … UPDATE waiting". Its own word, and no proof.
std::string title(const Process* process) {
    if (!process || process->command_line.empty() || !process->command_line.front().starts_with(process->comm + ": ")) return {};
    std::string_view words = process->command_line.front();
    words.remove_suffix(words.size() - 1 - std::min(words.find_last_not_of(' '), words.size() - 1));
    return fmt::format(" (it calls itself \"{}\")", printable(words, 120));
}

std::string other_end(const Context& look, const OpenFile& target, Pid holder) {
    const std::string since = silence(look, target);
    if (holder)
        return fmt::format("{}, whose other end {} holds{}{}", what(target), who(look.facts, holder), title(look.facts.process(holder)),
                           since);
    return fmt::format("{}, whose other end is not on this host, or not to be seen{}", what(target), since);
}

bool unread(const Thread& thread) {
    return thread.syscall < 0 && thread.kernel_stack.empty() && (thread.wchan.empty() || thread.wchan == "0");
}

Judgement unseen_descriptors(const Process& process) {
    return {Rest::unseen, fmt::format("descriptors of {}", who(process))};
}

/// The worst of two; of equals the first.
void worsen(Judgement& all, Judgement one) {
    constexpr auto order = std::to_array<Rest>({Rest::idle, Rest::moves, Rest::outside, Rest::passing, Rest::unclear, Rest::unseen});
    const auto rank = [&](Rest rest) { return std::ranges::find(order, rest); };
    if (rank(one.rest) > rank(all.rest)) all = std::move(one);
}

Judgement judge_polls(const Context& look, const Process& process, const Thread& thread, const WaitingCall& call) {
    const std::vector<Fd> watched = watched_by(look.facts, process, thread, call);
    if (call.fd.value >= 0) {
        if (!look.facts.target(process, call.fd)) return unseen_descriptors(process);
    } else {
        // poll: (fds, nfds …), select: (nfds, sets …). Nothing to wait for is a sleep.
        const bool select = call.name.find("select") != std::string_view::npos;
        const std::uint64_t count = select ? thread.args[0] : thread.args[1];
        const bool sets = !select || thread.args[1] != 0 || thread.args[2] != 0 || thread.args[3] != 0;
        if (count != 0 && sets && thread.polled.empty()) return {Rest::unseen, fmt::format("what {} polls", who(process))};
    }
    Judgement all;
    for (const Fd fd : watched) {
        const OpenFile* target = look.facts.target(process, fd);
        // One that was closed stays in an interest set for as long as a duplicate of it is open.
        if (target)
            worsen(all, judge(look, process, *target));
        else if (!process.fds_known)
            return unseen_descriptors(process);
    }
    return all;
}

Judgement judge_child(const Context& look, const Process& process, const Thread& thread) {
    const auto children = look.facts.children(process.pid);
    if (std::ranges::all_of(children, [](const Process* child) { return is_zombie(*child); }))
        return {Rest::outside, fmt::format("a process that is no living child of {}", who(process))};  // a tracer's own
    Judgement all;
    for (const Process* child : children) {
        if (is_zombie(*child) || std::ranges::find(look.scope.processes, child->pid) != look.scope.processes.end()) continue;
        if (child->state == ProcessState::running) continue;
        for (const Thread& theirs : child->threads)
            if (&theirs != &thread) worsen(all, judge(look, *child, theirs));
    }
    return all;
}

/// An untimed wait for another thread.
bool waits_for_a_thread(const Thread& thread) {
    const decoders::CallFacts* facts = decoders::call_facts(thread.arch, thread.syscall);
    return thread.state == ProcessState::sleeping && facts && facts->name == "futex" && thread.args[3] == 0;
}

/// As Go's own threads wait for work, and its signal receiver for a signal: runtime.futexsleep, of a note that is not set. C's conditions,
/// semaphores and locks wait by a bitset, or for another value.
bool is_as_go_waits(Arch arch, std::int64_t syscall, std::span<const std::uint64_t, 6> args) {
    constexpr std::uint64_t wait_private = 128;
    const decoders::CallFacts* facts = decoders::call_facts(arch, syscall);
    return facts && facts->name == "futex" && args[3] == 0 && (args[1] & ~wait_private) == 0 && static_cast<std::uint32_t>(args[2]) == 0;
}

bool waits_for_go(const Process& process, const Thread& thread) {
    return process.go && process.go->incomplete.empty() && is_as_go_waits(thread.arch, thread.syscall, thread.args);
}

/// Within C code as Go itself would wait: what its thread is not asked for.
Judgement judge_call(const Process& program, const Goroutine& goroutine) {
    constexpr auto own = std::to_array<std::string_view>({"os/signal.signal_recv", "runtime.notetsleepg"});
    const bool is_own = std::ranges::any_of(
        goroutine.stack, [&](const GoFrame& frame) { return std::ranges::find(own, frame.function.str()) != own.end(); });
    if (is_own || !is_as_go_waits(goroutine.wait.arch, goroutine.wait.syscall, goroutine.wait.args)) return {};
    return {Rest::outside, fmt::format("a futex in C code that a goroutine of {} calls: who is to end that is not told", who(program))};
}

/// The same of a lock of Python's or a JVM's. Who waits for one may be woken by a timer, to look again.
Judgement judge_language_lock(const Process& process, const LanguageLock& lock) {
    const std::string what = printable(lock.what, 160);
    if (lock.owners.empty())
        return {Rest::outside, fmt::format("a {} of {}, which {}", what, who(process),
                                           lock.told ? "has no owner any more" : "does not tell who has it, and no frame does")};
    std::string owners;
    for (const std::int32_t owner : lock.owners) owners += fmt::format("{}{}", owners.empty() ? "" : " or ", owner);
    return {Rest::outside, fmt::format("a {} that thread {} of {} has", what, owners, who(process))};
}

/// A lock that is held is no idle wait, though nothing says that whoever has it is stuck.
Judgement judge_futex(const Process& process, const Thread& thread) {
    if (!thread.futex) return {};
    const auto lock = decoders::user_lock(*thread.futex, thread.args);
    if (lock) return {Rest::outside, fmt::format("a {} that thread {} holds", lock->what, lock->owner)};
    if (!decoders::is_nameless_lock(*thread.futex, thread.args)) return {};
    return {Rest::outside, fmt::format("a lock in the memory of {} that does not tell who holds it", who(process))};
}

/// Who waits for room has something to say: that its own processes are to read it makes that no rest.
Judgement without_room(const OpenFile& target, Judgement judged) {
    const auto row = std::ranges::find(kinds, target.kind, &KindRow::kind);
    const bool takes_bytes = row != kinds.end() && row->rest == Rest::outside;
    if (judged.rest != Rest::idle || !takes_bytes) return judged;
    return {Rest::outside, fmt::format("room in {}, which its own processes are to read", what(target))};
}

/// Queues and semaphores that others fill, drain or raise, and of which the kernel does not say who.
struct SharedQueueRow {
    std::string_view call, words;
};
constexpr auto shared_queues = std::to_array<SharedQueueRow>({
    {"semop", "a System V semaphore, which another process has to give back"},
    {"semtimedop", "a System V semaphore, which another process has to give back"},
    {"msgrcv", "a message in a System V queue"},
    {"msgsnd", "room in a System V queue"},
    {"mq_timedsend", "room in a POSIX message queue"},
    {"mq_timedreceive", "a message in a POSIX queue"},
});

Judgement judge_asleep(const Context& look, const Process& process, const Thread& thread) {
    if (std::ranges::any_of(resting_functions, [&](std::string_view name) { return stack_has(thread, name); })) return {};
    if (unread(thread)) return {Rest::unseen, fmt::format("what {} waits for", who(process))};
    const bool lasts = look.facts.standstill(thread) == Standstill::still && look.facts.interval_s() >= patience_s;
    const auto call = waiting_call(look.facts, process, thread);
    const Judgement unknown{lasts ? Rest::unclear : Rest::passing, call_words(look.facts, process, thread)};
    if (waits_for_vfork(thread)) {
        Judgement all = judge_child(look, process, thread);
        // Between vfork and exec there is little to do: who lingers there waits for something, whatever it may be.
        constexpr double lingers_s = 2;
        const auto lingers = [&](const Process* child) {
            return !is_zombie(*child) && child->exe == process.exe && look.facts.age_s(*child).value_or(0) >= lingers_s;
        };
        const auto children = look.facts.children(process.pid);
        if (std::ranges::any_of(children, lingers))
            worsen(all, {Rest::outside, "its vfork child, which neither ends nor becomes another program"});
        return all;
    }
    if (!call || thread.state == ProcessState::uninterruptible) return unknown;
    // Of what is asked of a ring no more than a guess is known: that proves nothing.
    if (call->ring.value >= 0) {
        const OpenFile* ring = look.facts.target(process, call->ring);
        return {Rest::outside, fmt::format("requests of {}", ring ? what(*ring) : std::string("an io_uring"))};
    }
    if (const auto queue = std::ranges::find(shared_queues, call->name, &SharedQueueRow::call); queue != shared_queues.end())
        return {Rest::outside, std::string(queue->words)};
    switch (call->kind) {
        case WaitKind::sleeps:
        case WaitKind::accepts:
            return {};
        case WaitKind::locks: {
            if (call->fd.value < 0) return judge_futex(process, thread);
            const FileLock* lock = lock_waited_for(look.facts, process, look.facts.target(process, call->fd));
            const Process* holder = lock ? look.facts.process(lock->holder) : nullptr;
            if (!holder || !has_turn_to_accept(look.facts, *holder, process, thread)) return unknown;
            return {Rest::outside, "its turn to accept connections, as it seems"};
        }
        case WaitKind::polls:
            return judge_polls(look, process, thread, *call);
        case WaitKind::child:
            return judge_child(look, process, thread);
        case WaitKind::reads:
        case WaitKind::writes:
        case WaitKind::connects: {
            const OpenFile* target = call->fd.value < 0 ? nullptr : look.facts.target(process, call->fd);
            if (!target) return process.fds_known ? unknown : unseen_descriptors(process);
            Judgement judged = judge(look, process, *target);
            // A socket that has no peer yet is a server's, unless it is about to have one.
            if (call->kind == WaitKind::connects && judged.rest == Rest::idle) judged = {Rest::outside, what(*target)};
            return call->kind == WaitKind::writes ? without_room(*target, std::move(judged)) : judged;
        }
        default:
            return unknown;
    }
}

/// It has run between the looks, as one does that is woken by a timer, and finds no answer: what it has asked others it still waits for.
Judgement judge_loop(const Context& look, const Process& process, const Thread& thread) {
    const auto call = waiting_call(look.facts, process, thread);
    if (thread.state == ProcessState::sleeping && call && call->ring.value < 0 && call->kind == WaitKind::polls)
        for (const Fd fd : watched_by(look.facts, process, thread, *call)) {
            const OpenFile* target = look.facts.target(process, fd);
            if (!target || !target->socket || is_accepted_here(process, *target)) continue;
            if (!connection_of(look, process, *target).is_owed()) continue;
            if (Judgement judged = judge(look, process, *target); judged.rest == Rest::outside) return judged;
        }
    return {Rest::moves, {}};
}

}  // namespace

Judgement judge(const Context& look, const Process& process, const OpenFile& target) {
    const auto row = std::ranges::find(kinds, target.kind, &KindRow::kind);
    if (row == kinds.end()) return {Rest::outside, what(target)};
    if (row->rest == Rest::idle) return {};
    if (target.socket && target.socket->state == "LISTEN") return {};
    const bool is_pipe = target.kind == OpenFileKind::pipe || target.kind == OpenFileKind::fifo;
    std::vector<Holder> others = look.facts.holders(target);
    const bool only_own = !others.empty() && std::ranges::all_of(others, [&](const Holder& end) { return is_own(look, process, end.pid); });
    if (only_own) return {};
    std::erase_if(others, [&](const Holder& end) { return is_own(look, process, end.pid); });
    const Pid holder = others.empty() ? Pid{} : others.front().pid;
    const bool is_socket = target.kind == OpenFileKind::inet_socket || target.kind == OpenFileKind::unix_socket;
    // Not connected: whoever likes may send to it.
    if (is_socket && !holder && target.socket && target.socket->remote.empty() && !target.socket->peer_inode) return {};
    if (is_pipe && !holder) return {Rest::outside, fmt::format("{}, whose other end is not to be seen", what(target))};
    return {Rest::outside, other_end(look, target, holder)};
}

Judgement judge(const Context& look, const Process& process, const Thread& thread) {
    switch (thread.state) {
        case ProcessState::running:
            return {Rest::moves, {}};
        case ProcessState::zombie:
        case ProcessState::dead:
            return {};
        case ProcessState::stopped:
            return {Rest::outside, fmt::format("a signal to go on: {} is stopped", who(process))};
        default:
            break;
    }
    if (look.facts.standstill(thread) == Standstill::moved && !only_looks_again(look, thread)) return judge_loop(look, process, thread);
    if (thread.language_lock) return judge_language_lock(process, *thread.language_lock);
    Judgement judged = judge_asleep(look, process, thread);
    if (judged.rest == Rest::outside) judged.words += stillness(look, thread, judged.words);
    if (judged.rest != Rest::idle || !waits_for_a_thread(thread)) return judged;
    // Go's own threads wait for work: what for, its goroutines tell.
    if (waits_for_go(process, thread)) return judged;
    // One that waits for another of its own process is woken by that, as it may be, or by none.
    const auto waiting =
        std::ranges::count_if(process.threads, [&](const Thread& one) { return waits_for_a_thread(one) && !waits_for_go(process, one); });
    const auto ended = std::ranges::count(process.threads, ProcessState::zombie, &Thread::state);
    if (waiting + ended == std::ssize(process.threads))
        return {Rest::outside, fmt::format("a futex, as do all threads of {}", who(process))};
    return {Rest::outside, waiting == 1
                               ? fmt::format("a futex in thread {} of {}: who is to end that is not told", thread.tid.value, who(process))
                               : fmt::format("a futex in {} threads of {}: who is to end that is not told", waiting, who(process))};
}

Judgement judge(const Context& look, const Process& program, const Goroutine& goroutine) {
    if (goroutine.system) return {};
    switch (goroutine.changed ? GoState::running : goroutine.state) {
        case GoState::idle:
        case GoState::dead:
            return {};
        case GoState::runnable:
        case GoState::running:
        case GoState::copystack:
        case GoState::preempted:
            return {Rest::moves, {}};
        case GoState::syscall:
            return judge_call(program, goroutine);
        case GoState::leaked:
            return {Rest::outside, fmt::format("what nobody is left to say to a goroutine of {}: Go itself calls it leaked", who(program))};
        case GoState::unknown:
            return {Rest::outside, fmt::format("what a goroutine of {} is at: its state is not known", who(program))};
        case GoState::waiting:
            break;
    }
    switch (goroutine.wait.kind) {
        case GoWaitKind::mutex:
        case GoWaitKind::rwmutex_read:
        case GoWaitKind::rwmutex_write:
        case GoWaitKind::once:
            return {Rest::outside, fmt::format("a lock that another goroutine of {} holds", who(program))};
        case GoWaitKind::select:
            if (goroutine.wait_reason == "select (no cases)") return {};  // for ever, and of its own will: main leaves it to others
            [[fallthrough]];
        case GoWaitKind::chan_receive:
        case GoWaitKind::chan_send:
        case GoWaitKind::wait_group:
        case GoWaitKind::cond:
            return {Rest::outside, fmt::format("what other goroutines of {} are to say to it, or to end", who(program))};
        case GoWaitKind::fd_read:
        case GoWaitKind::fd_write: {
            if (const OpenFile* target = look.facts.target(program, goroutine.wait.fd)) {
                Judgement judged = judge(look, program, *target);
                return goroutine.wait.kind == GoWaitKind::fd_write ? without_room(*target, std::move(judged)) : judged;
            }
            if (!program.fds_known) return unseen_descriptors(program);
            return {Rest::outside, fmt::format("a descriptor of {}: which one its goroutine waits on is not known", who(program))};
        }
        case GoWaitKind::none:
            return {Rest::outside, fmt::format("a wait of a goroutine of {} that is not known{}", who(program),
                                               goroutine.wait_reason.empty() ? std::string()
                                                                             : fmt::format(" ({})", printable(goroutine.wait_reason, 40)))};
        case GoWaitKind::sleep:
        case GoWaitKind::syscall:
        case GoWaitKind::child:
            return {};
    }
    return {};
}

bool is_idle_in_sandbox(std::string_view call) {
    return std::ranges::find(idle_in_sandbox, call) != idle_in_sandbox.end();
}

}  // namespace shimtrace::diagnosis
