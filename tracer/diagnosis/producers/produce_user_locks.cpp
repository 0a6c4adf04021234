// What a thread waits for in futex: a lock that says who holds it, or another thread's end.
#include "decoders/syscalls/user_lock.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace shimtrace::diagnosis::produce {

namespace {

struct ThreadFound {
    const Process* process = nullptr;
    const Thread* thread = nullptr;
};

/// Who has that number: in its own process, and, of a lock in shared memory, in those that have the memory too. Of several, who is in the
/// waiter's own pid namespace; but for the thread that waits, since each namespace has its own process 1, and few lock what they have.
struct Owners {
    std::vector<ThreadFound> threads;
    bool may_be_another = false;  ///< several have that number
};

Owners threads_called(const Context& look, const Process& waiter, const Thread& waiting, const FutexMemory& futex, std::int32_t number) {
    std::vector<ThreadFound> found;
    std::vector<Pid> processes{waiter.pid};
    processes.insert(processes.end(), futex.mapped_by.begin(), futex.mapped_by.end());
    for (const Pid pid : processes) {
        const Process* process = look.facts.process(pid);
        if (!process) continue;
        for (const Thread* thread : look.facts.threads_called(*process, number)) found.push_back({process, thread});
    }
    const auto near = [&](const ThreadFound& one) { return one.process->ns.pid == waiter.ns.pid; };
    const bool several = found.size() > 1;
    bool waits_itself = false;
    if (several) waits_itself = std::erase_if(found, [&](const ThreadFound& one) { return one.thread == &waiting; }) > 0;
    if (found.size() > 1 && std::ranges::any_of(found, near)) std::erase_if(found, std::not_fn(near));
    return {std::move(found), waits_itself};
}

bool all_threads_seen(const Context& look, const Process& waiter, const FutexMemory& futex) {
    if (waiter.threads.empty() || (futex.shared && !futex.mappings_known)) return false;
    return std::ranges::all_of(futex.mapped_by, [&](Pid pid) {
        const Process* process = look.facts.process(pid);
        return !process || is_zombie(*process) || !process->threads.empty();
    });
}

/// A copy that fork has made of a process with several threads has one of them alone: what another had locked stays so. Where a program
/// sleeps of its own will it has a signal to be woken by.
bool is_lock_of_before_fork(const Context& look, const Process& process, const Thread& thread) {
    // glibc catches 32 and 33 for threads of its own (sysdeps/unix/sysv/linux/internal-signals.h).
    constexpr auto no_wakers = std::to_array({SIGINT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGPIPE, 32, 33});
    std::uint64_t wakers = process.caught_signals;
    for (const int signal : no_wakers) wakers &= ~(std::uint64_t{1} << static_cast<unsigned>(signal - 1));
    const Process* parent = look.facts.process(process.parent);
    const auto lives = [](const Thread& one) { return one.state != ProcessState::zombie; };
    if (!parent || std::ranges::count_if(parent->threads, lives) < 2) return false;
    const bool is_copy = !process.exe.empty() && parent->exe == process.exe && parent->command_line == process.command_line;
    const bool alone =
        std::ranges::all_of(process.threads, [&](const Thread& one) { return one.tid == thread.tid || one.state == ProcessState::zombie; });
    return is_copy && alone && wakers == 0 && !process.go && thread.args[3] == 0 && decoders::waits_for_futex_word(thread.args) &&
           !decoders::is_shared_futex(thread.args);
}

}  // namespace

void thread_user_lock(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || thread->state != ProcessState::sleeping) return;
    const auto call = waiting_call(look.facts, *process, *thread);
    if (!call || !call->name.starts_with("futex")) return;
    const auto lock = thread->futex ? decoders::user_lock(*thread->futex, thread->args) : std::nullopt;
    if (!lock && is_lock_of_before_fork(look, *process, *thread)) {
        Wait wait{.kind = WaitKind::locks,
                  .to = NodeKey::nobody("a thread that it has no copy of"),
                  .evidence = fmt::format("{}; it is its only thread, so that none can end this: fork has made it of {}, with the locks "
                                          "that other threads had",
                                          call_words(look.facts, *process, *thread), who(look.facts, process->parent)),
                  .root_cause = RootCause::lock_owner,
                  .object_text = fmt::format("a lock or a condition at 0x{:x}", thread->args[0])};
        settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
        if (!wait.normal) out.push_back(std::move(wait));
        return;
    }
    if (!lock) return;
    const FutexMemory& futex = *thread->futex;
    // Of an address that others may share it is told in whose memory it lies; where that was not asked, the owner may be anybody.
    const std::string name =
        fmt::format("{} 0x{:x}{}", lock->what, thread->args[0], futex.path.empty() ? "" : " in " + printable(futex.path));
    Wait wait{.kind = WaitKind::locks,
              .evidence = fmt::format("{}; the {} there is taken, its owner is thread {}", call_words(look.facts, *process, *thread),
                                      lock->what, lock->owner),
              .object_text = name};
    settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
    const bool lasts = wait.confidence == Confidence::likely;
    const auto [owners, may_be_another] = threads_called(look, *process, *thread, futex, lock->owner);
    if (owners.empty()) {
        if (!all_threads_seen(look, *process, futex)) return;
        wait.to = NodeKey::nobody(fmt::format("thread {}, which is gone", lock->owner));
        wait.evidence += lock->owner_died ? ", which has died with it" : ", and there is no such thread any more";
        wait.root_cause = RootCause::lock_owner;
        out.push_back(std::move(wait));
        return;
    }
    const auto& [owning, owner] = owners.front();
    wait.to = NodeKey::thread(owning->pid, owner->tid);
    wait.evidence += ": " + who(*owning, *owner);
    // Who works with it will let it go.
    const bool moves = owner->state == ProcessState::running || look.facts.standstill(*owner) == Standstill::moved;
    if (owner != thread)
        wait.normal |= (moves && !is_stopped(*owning)) || has_turn_to_accept(look.facts, *owning, *owner, *process, *thread);
    if (owners.size() > 1) wait.confidence = Confidence::possible;
    if (owners.size() == 1 && !may_be_another && lasts && look.facts.standstill(*owner) == Standstill::still)
        wait.confidence = Confidence::certain;
    if (owning->pid != process->pid && is_stopped(*owning)) {
        wait.to = NodeKey::of(owning->pid);
        wait.root_cause = RootCause::lock_owner;
    } else if (owning->pid != process->pid && cannot_run(look.facts, *owning)) {
        wait.to = NodeKey::of(owning->pid);  // what holds all of it up is the reason: a frozen cgroup, a tracer
    } else {
        wait.if_idle = RootCause::lock_owner;
    }
    out.push_back(std::move(wait));
}

void thread_joins(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !thread->futex || thread->state != ProcessState::sleeping) return;
    const auto call = waiting_call(look.facts, *process, *thread);
    if (!call || !call->name.starts_with("futex")) return;
    const auto number = decoders::joined_thread(*thread->futex, thread->args);
    if (!number) return;
    for (const Thread* other : look.facts.threads_called(*process, *number))
        if (other != thread)
            out.push_back({.kind = WaitKind::child,
                           .to = NodeKey::thread(process->pid, other->tid),
                           .evidence = fmt::format("{}; it waits for the end of thread {}", call_words(look.facts, *process, *thread),
                                                   other->tid.value),
                           .normal = true,
                           .in_ring_alone = true,
                           .object_text = fmt::format("the end of thread {}", other->tid.value)});
}

}  // namespace shimtrace::diagnosis::produce
