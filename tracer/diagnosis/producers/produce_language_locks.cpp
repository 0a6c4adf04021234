// What a thread waits for in a lock of its language: a threading.Lock or RLock of Python's, its interpreter, a Java monitor.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/producers.hpp"
#include "tracer/diagnosis/producers/turns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

constexpr std::size_t most_owners = 4;

std::string thread_words(const Process& process, const Thread& thread) {
    const std::string name = who(process, thread);
    return thread.comm.empty() || thread.comm == process.comm ? name : fmt::format("{} ({})", name, printable(thread.comm, 32));
}

/// It has run between the looks, or waits in its turn for one that has: it will let go what it has.
bool moves(const Context& look, const Process& process, const Thread& first) {
    constexpr std::size_t most = 64;
    std::vector<const Thread*> chain{&first};
    for (std::size_t at = 0; at < chain.size(); ++at) {
        const Thread& owner = *chain[at];
        if (owner.state == ProcessState::running) return true;
        if (look.facts.standstill(owner) == Standstill::moved && !only_looks_again(look, owner)) return true;
        if (!owner.language_lock || owner.language_lock->owners.size() > most_owners) continue;
        for (const std::int32_t number : owner.language_lock->owners)
            for (const Thread* next : look.facts.threads_called(process, number))
                if (chain.size() < most && std::ranges::find(chain, next) == chain.end()) chain.push_back(next);
    }
    return false;
}

}  // namespace

void thread_language_lock(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Thread* thread = thread_of(look.facts, subject);
    if (!process || !thread || !thread->language_lock || thread->state != ProcessState::sleeping) return;
    const LanguageLock& lock = *thread->language_lock;
    Wait wait{
        .kind = WaitKind::locks,
        .evidence = fmt::format("{} waits for the {} at 0x{:x}", thread_words(*process, *thread), printable(lock.what, 160), lock.address),
        .object_text = fmt::format("{} 0x{:x}", printable(lock.what, 160), lock.address)};
    if (lock.owners.empty()) {
        if (!lock.told || process->threads.empty()) return;
        wait.to = NodeKey::nobody("a thread that is gone");
        wait.evidence += ", whose owner is gone";
        wait.root_cause = RootCause::lock_owner;
        settle(wait, look.facts.standstill(*thread), look.facts.interval_s(), patience_s);
        return out.push_back(std::move(wait));
    }
    // One thread has it: where so many may, nothing tells which.
    if (lock.owners.size() > most_owners) return;
    for (const std::int32_t number : lock.owners)
        for (const Thread* owner : look.facts.threads_called(*process, number)) {
            Wait one = wait;
            one.to = NodeKey::thread(process->pid, owner->tid);
            one.evidence += lock.told ? fmt::format(", which names {} as its owner", thread_words(*process, *owner))
                                      : fmt::format("; {} is within a `with` of it", thread_words(*process, *owner));
            // The runtime wakes who waits now and then, to look again: how long the lock has been held its owner tells.
            const Standstill still = look.facts.standstill(*owner);
            if (owner->language_lock && still == Standstill::moved)
                one.confidence = seen_twice(look);
            else
                settle(one, still, look.facts.interval_s(), patience_s);
            // Who is not woken by a timer, and has run, has had what it waited for.
            const bool has_run = thread->args[3] == 0 && look.facts.standstill(*thread) == Standstill::moved;
            one.normal = has_run || moves(look, *process, *owner) || has_turn_to_accept(look.facts, *process, *owner, *process, *thread);
            const bool lasts = one.confidence == Confidence::likely;
            // One that sleeps for a time may let it go when that is over.
            const auto call = waiting_call(look.facts, *process, *owner);
            const bool sleeps = call && call->kind == WaitKind::sleeps && call->how != decoders::WaitsFor::signals;
            if (lock.told && lasts && !sleeps && still == Standstill::still) one.confidence = Confidence::certain;
            one.one_of = lock.owners.size() > 1;
            one.if_idle = RootCause::lock_owner;
            out.push_back(std::move(one));
        }
}

}  // namespace shimtrace::diagnosis::produce
