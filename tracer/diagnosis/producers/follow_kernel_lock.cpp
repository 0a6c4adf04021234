// Who has the kernel's lock that a thread waits for: as the kernel's log says, else as the stacks of others show.
#include "decoders/kernel/lock_classes.hpp"
#include "decoders/kernel/remote_memory.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/producers/called_file.hpp"
#include "tracer/diagnosis/producers/kernel_sleeps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis::produce {

namespace {

const HungTask* said_of(const Facts& facts, const Process& process, const Thread& thread) {
    const auto& all = facts.snapshot().hung_tasks;
    const auto found = std::ranges::find_if(all, [&](const HungTask& one) {
        if (one.task != thread.tid || one.comm != thread.comm) return false;
        // The log's clock stands still while the host sleeps, a start time's does not.
        const double said = std::chrono::duration<double>(one.at.time_since_epoch() + facts.snapshot().suspended).count();
        return said * static_cast<double>(facts.snapshot().clock_ticks_per_second) >= static_cast<double>(process.start_time);
    });
    return found == all.end() ? nullptr : &*found;
}

bool follow_log(const Context& look, const Process& process, const Thread& thread, const Wait& wait, std::vector<Wait>& out) {
    const HungTask* said = said_of(look.facts, process, thread);
    if (!said || !said->owner || said->owner == thread.tid) return false;
    for (const Process& other : look.facts.snapshot().processes) {
        const bool is_leader = leader(other.pid) == said->owner;
        const auto owner = std::ranges::find(other.threads, said->owner, &Thread::tid);
        if (!is_leader && owner == other.threads.end()) continue;
        const std::string& comm = owner != other.threads.end() ? owner->comm : other.comm;
        if (comm != said->owner_comm) return false;  // the number is another's by now
        Wait on = wait;
        on.kind = WaitKind::locks;
        on.to = owner != other.threads.end() ? NodeKey::thread(other.pid, said->owner) : NodeKey::of(other.pid);
        on.root_cause = RootCause::none;
        on.if_idle = RootCause::kernel_lock;
        on.inferred = true;
        on.kernel_lock = said->on.empty() ? "a lock of the kernel's" : fmt::format("a {} of the kernel's", printable(said->on, 32));
        on.confidence = std::min(wait.confidence, Confidence::likely);
        on.evidence += fmt::format("; the kernel's log says: \"{}\"", printable(said->line, 240));
        on.object_text = fmt::format("{}, which {} has, likely", on.kernel_lock, who(other));
        on.since_s = std::max(wait.since_s, static_cast<double>(said->seconds));
        out.push_back(std::move(on));
        return true;
    }
    return false;
}

/// How well somebody within what runs under such a lock fits as the holder of this one.
enum class Fit : std::uint8_t { no, of_the_kind, exact };

struct LikelyHolder {
    const Process* process;
    const Thread* thread;
    Fit fit;
};

/// The block device that the thread works on; 0: not known.
std::uint64_t device_of(const Facts& facts, const Process& process, const Thread& thread) {
    if (is_kernel_thread(process)) {
        const BlockDevice* device = device_of_kernel_thread(facts, process);
        return device ? device->device : 0;
    }
    const CalledFile file = called_file(facts, process, thread);
    const Mount* mount = called_mount(facts, process, file);
    return mount ? mount->device : file.device;
}

Fit fit_of(const Facts& facts, const kernel::LockClass& lock, const Process& process, const Thread& thread, const Process& other,
           const Thread& holder) {
    switch (lock.reach) {
        case kernel::Reach::host:
            return Fit::exact;
        case kernel::Reach::memory: {
            const Pid asked = kernel::remote_memory(process, thread);
            const Pid memory = asked ? asked : process.pid;
            return other.pid == memory || kernel::reads_memory_of(other, memory) ? Fit::exact : Fit::no;
        }
        case kernel::Reach::device: {
            const std::uint64_t wanted = device_of(facts, process, thread), theirs = device_of(facts, other, holder);
            if (wanted == 0 || theirs == 0) return Fit::of_the_kind;
            return wanted == theirs ? Fit::exact : Fit::no;
        }
    }
    return Fit::no;
}

/// What is waited for is done by somebody: it is not given back.
bool is_work(const kernel::LockClass& lock) {
    return lock.takes.empty();
}

std::vector<LikelyHolder> holders_of(const Facts& facts, const kernel::LockClass& lock, const Process& process, const Thread& thread) {
    std::vector<LikelyHolder> found;
    for (const Process& other : facts.snapshot().processes)
        for (const Thread& one : other.threads) {
            if (one.kernel_stack.empty() || one.tid == thread.tid || !kernel::is_inside(lock, one.kernel_stack)) continue;
            if (const Fit fit = fit_of(facts, lock, process, thread, other, one); fit != Fit::no) found.push_back({&other, &one, fit});
        }
    if (std::ranges::any_of(found, [](const LikelyHolder& one) { return one.fit == Fit::exact; }))
        std::erase_if(found, [](const LikelyHolder& one) { return one.fit != Fit::exact; });
    return found;
}

}  // namespace

bool follow_kernel_lock(const Context& look, const Process& process, const Thread& thread, Wait& wait, std::vector<Wait>& out) {
    if (follow_log(look, process, thread, wait, out)) return true;
    const kernel::LockClass* lock = kernel::waited_for(thread.kernel_stack, kernel::is_at_memory_file(process, thread));
    if (!lock) return false;
    constexpr std::size_t most = 4;
    std::vector<LikelyHolder> holders = holders_of(look.facts, *lock, process, thread);
    // A block device is no lock: that nobody of the kernel's works on it says that the disk itself does.
    if (holders.empty() && !(lock->reach == kernel::Reach::device && is_work(*lock))) wait.owner_unseen = lock->name;
    if (holders.size() > most) holders.resize(most);
    for (const LikelyHolder& one : holders) {
        Wait on = wait;
        on.kind = WaitKind::locks;
        on.to = NodeKey::thread(one.process->pid, one.thread->tid);
        on.root_cause = RootCause::none;
        on.if_idle = RootCause::kernel_lock;
        on.inferred = true;
        on.frozen_mount = false;
        on.mount_device = 0;
        on.confidence = std::min(wait.confidence, holders.size() > 1 || one.fit != Fit::exact ? Confidence::possible : Confidence::likely);
        on.kernel_lock = lock->name;
        on.lock_is_work = is_work(*lock);
        on.evidence += fmt::format("; {} {}, likely: its kernel stack is within what {}", who(*one.process),
                                   on.lock_is_work ? "is at that work" : "has that lock", on.lock_is_work ? "does it" : "runs under it");
        on.object_text = lock->name;
        out.push_back(std::move(on));
    }
    return !holders.empty();
}

}  // namespace shimtrace::diagnosis::produce
