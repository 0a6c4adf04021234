#include "tracer/diagnosis/producers/turns.hpp"

#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/peers.hpp"

#include <algorithm>

namespace shimtrace::diagnosis {

const FileLock* lock_waited_for(const Facts& facts, const Process& process, const OpenFile* target) {
    const auto& locks = facts.snapshot().locks;
    auto lock = std::ranges::find_if(locks, [&](const FileLock& one) {
        return one.holder != process.pid && std::ranges::find(one.waiters, process.pid) != one.waiters.end();
    });
    if (lock == locks.end() && target)
        lock = std::ranges::find_if(locks, [&](const FileLock& one) { return one.holder != process.pid && one.inode == target->inode; });
    return lock == locks.end() ? nullptr : &*lock;
}

namespace {

/// Who has accepted a connection is at its request, and waits for no turn; of several threads another may be at it, unless they all wait
/// for locks.
bool keeps_client_waiting(const Thread& holding, const Process& waiter, const Thread& waiting) {
    const bool another = std::ranges::any_of(waiter.threads, [&](const Thread& other) {
        const bool concerned = other.tid == waiting.tid || other.tid == holding.tid || other.state == ProcessState::zombie;
        return !concerned && !stack_has(other, "futex_wait");
    });
    if (another) return false;
    return std::ranges::any_of(waiter.fds, [&](const FdEntry& entry) {
        return entry.target.socket && entry.target.socket->state != "LISTEN" && is_accepted_here(waiter, entry.target);
    });
}

}  // namespace

bool has_turn_to_accept(const Facts& facts, const Process& holder, const Thread& thread, const Process& waiter, const Thread& waiting) {
    const auto call = waiting_call(facts, holder, thread);
    if (!call || call->ring.value >= 0 || cannot_run(facts, holder) || keeps_client_waiting(thread, waiter, waiting)) return false;
    std::vector<Fd> watched;
    if (call->kind == WaitKind::accepts) watched = {call->fd};
    if (call->kind == WaitKind::polls) watched = watched_by(facts, holder, thread, *call);
    return std::ranges::any_of(watched, [&](Fd fd) {
        const OpenFile* target = facts.target(holder, fd);
        if (!target || !target->socket || target->socket->state != "LISTEN" || target->socket->receive_queue != 0) return false;
        return std::ranges::any_of(
            waiter.fds, [&](const FdEntry& entry) { return entry.target.socket && entry.target.socket->inode == target->socket->inode; });
    });
}

bool has_turn_to_accept(const Facts& facts, const Process& holder, const Process& waiter, const Thread& waiting) {
    return std::ranges::any_of(holder.threads,
                               [&](const Thread& thread) { return has_turn_to_accept(facts, holder, thread, waiter, waiting); });
}

bool only_looks_again(const Context& look, const Thread& thread) {
    if (!thread.second || !thread.language_lock || thread.args[3] == 0) return false;
    constexpr double usual = 2;
    const std::uint64_t switches = thread.second->context_switches - thread.first.context_switches;
    return static_cast<double>(switches) <= usual + look.facts.interval_s();
}

}  // namespace shimtrace::diagnosis
