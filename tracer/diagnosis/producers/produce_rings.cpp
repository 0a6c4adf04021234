// What programs do among themselves is their own affair: a pipeline, a shell that waits for its child. Only where it leads back to where it
// began it is a deadlock.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis::produce {

namespace {

/// Threads that OpenJDK keeps for itself (hotspot/share/runtime, share/gc), as the kernel has their names: timers wake them.
constexpr auto runtimes_own =
    std::to_array<std::string_view>({"VM Periodic Tas", "VM Thread", "Monitor Deflati", "Service Thread", "G1 Service", "C1 CompilerThre",
                                     "C2 CompilerThre", "Common-Cleaner", "Sweeper thread"});

/// A timer will wake it, or has: it may do anything then.
bool may_go_on(const Context& look, const Process& process, const Thread& thread) {
    if (thread.state == ProcessState::zombie) return false;
    const bool is_java = process.exe.ends_with("/java");
    if (is_java && stack_has(thread, "futex_wait") && std::ranges::find(runtimes_own, thread.comm) != runtimes_own.end()) return false;
    if (look.facts.standstill(thread) == Standstill::moved) return true;
    return stack_has(thread, "futex_wait") ? thread.args[3] != 0 : ends_by_time(thread);
}

/// All of it stands still, and but one of its threads only rests: it can do nothing else meanwhile.
bool stands_still(const Context& look, const Process& process) {
    return !process.threads.empty() && process.state != ProcessState::running &&
           (look.facts.all_but_one_rest(process) || acts_as_one(look.facts, process)) &&
           std::ranges::none_of(process.threads, [&](const Thread& thread) { return may_go_on(look, process, thread); });
}

/// The one process among `ends` that can end the wait; nullptr: there are several, or one that does something else.
const Process* only_one(const Context& look, const std::vector<Holder>& ends, bool (*takes_part)(const Holder&), Pid self) {
    const Process* only = nullptr;
    for (const Holder& end : ends) {
        if (!takes_part(end)) continue;
        const Process* process = look.facts.process(end.pid);
        if (!process) return nullptr;
        // A process that waits here cannot take its own bytes, nor send any.
        if (end.pid == self && stands_still(look, *process)) continue;
        if (only || !stands_still(look, *process)) return nullptr;
        only = process;
    }
    return only;
}

/// Of a pipe that has nothing to read.
const Process* only_writer(const Context& look, const Process& process, const OpenFile& target) {
    const Pipe* pipe = look.facts.pipe(target.inode, target.device);
    if (!pipe || pipe->queued != 0U) return nullptr;
    return only_one(
        look, look.facts.holders(target), [](const Holder& end) { return end.writes; }, process.pid);
}

/// Of a socket that has nothing to read.
const Process* only_peer(const Context& look, const Process& process, const OpenFile& target) {
    if (target.kind != OpenFileKind::unix_socket && target.kind != OpenFileKind::inet_socket) return nullptr;
    const Connection connection = connection_of(look, process, target);
    if (!connection || connection.own->receive_queue != 0 || connection.others.size() != 1) return nullptr;
    const Process* peer = look.facts.process(connection.others.front());
    return peer && stands_still(look, *peer) ? peer : nullptr;
}

/// Those of which one's end ends the wait; none where one of them does something else.
std::vector<const Process*> awaited_children(const Context& look, const Process& process, const Thread& thread, const WaitingCall& call) {
    constexpr std::uint64_t p_pid = 1;
    const bool is_wait4 = call.name == "wait4";
    const std::int32_t named = is_wait4                  ? static_cast<std::int32_t>(thread.args[0])
                               : thread.args[0] == p_pid ? static_cast<std::int32_t>(thread.args[1])
                                                         : 0;
    std::vector<const Process*> awaited;
    for (const Process* child : look.facts.children(process.pid)) {
        const bool is_named = child->pid.value == named || std::ranges::find(child->ns_pids, named) != child->ns_pids.end();
        if ((named > 0 && !is_named) || is_zombie(*child)) continue;
        if (!stands_still(look, *child)) return {};
        awaited.push_back(child);
    }
    return awaited;
}

bool has_alone(const Context& look, const Process& process, const OpenFile& target) {
    return std::ranges::all_of(look.facts.holders(target), [&](const Holder& holder) { return holder.pid == process.pid; });
}

/// The one pipe that it polls beside what only its own process writes to.
const OpenFile* only_polled_pipe(const Context& look, const Process& process, const Thread& thread, const WaitingCall& call) {
    const OpenFile* only = nullptr;
    for (const Fd fd : watched_by(look.facts, process, thread, call)) {
        const OpenFile* target = look.facts.target(process, fd);
        if (!target || (target->kind == OpenFileKind::eventfd && has_alone(look, process, *target))) continue;
        if (target->kind != OpenFileKind::pipe || (only && only->inode != target->inode)) return nullptr;
        only = target;
    }
    return only;
}

const Process* lock_holder(const Context& look, const Process& process) {
    const FileLock* lock = lock_waited_for(look.facts, process, nullptr);
    const Process* holder = lock ? look.facts.process(lock->holder) : nullptr;
    return holder && stands_still(look, *holder) ? holder : nullptr;
}

}  // namespace

void thread_in_ring(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || thread->state != ProcessState::sleeping || !stands_still(look, *process)) return;
    const auto call = waiting_call(look.facts, *process, *thread);
    if (!call) return;
    const OpenFile* target = call->kind == WaitKind::polls ? only_polled_pipe(look, *process, *thread, *call)
                             : call->fd.value >= 0         ? look.facts.target(*process, call->fd)
                                                           : nullptr;
    constexpr std::uint32_t access_mode = 3, write_only = 1;
    const bool for_room = target && (target->flags & access_mode) == write_only;
    const WaitKind kind = call->kind != WaitKind::polls ? call->kind : for_room ? WaitKind::writes : WaitKind::reads;
    const bool is_pipe = target && (target->kind == OpenFileKind::pipe || target->kind == OpenFileKind::fifo);
    std::vector<const Process*> others;
    const Process* other = nullptr;
    std::string object = target ? what(*target) : std::string();
    switch (kind) {
        case WaitKind::writes:
            if (!is_pipe || !is_full(look.facts.pipe(target->inode, target->device))) return;
            other = only_one(
                look, look.facts.holders(*target), [](const Holder& end) { return end.reads; }, process->pid);
            object = fmt::format("room in {}", label(look.facts, pipe_subject(*target)));
            break;
        case WaitKind::reads:
            other = !target ? nullptr : is_pipe ? only_writer(look, *process, *target) : only_peer(look, *process, *target);
            object = fmt::format("what {} writes to {}", other ? who(*other) : std::string("nobody"), object);
            break;
        case WaitKind::child:
            others = awaited_children(look, *process, *thread, *call);
            break;
        case WaitKind::locks:
            other = call->fd.value < 0 ? nullptr : lock_holder(look, *process);
            object = fmt::format("the lock on {}", short_path(object));
            break;
        default:
            return;
    }
    if (other) others.push_back(other);
    for (const Process* one : others) {
        Wait wait{.kind = kind,
                  .to = NodeKey::of(one->pid),
                  .evidence = fmt::format("{}; {} {} can end that", call_words(look.facts, *process, *thread), who(*one),
                                          others.size() > 1 ? "and its like" : "alone"),
                  .in_ring_alone = true,
                  .object_text = kind == WaitKind::child ? fmt::format("the end of {}", who(*one)) : object};
        settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
        if (wait.normal) return;
        wait.normal = true;
        out.push_back(std::move(wait));
    }
}

}  // namespace shimtrace::diagnosis::produce
