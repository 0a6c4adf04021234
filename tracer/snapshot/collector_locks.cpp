// A part of the Collector: who has, likely, a lock of the kernel's that others wait for. The kernel's log says it, after two minutes; the
// stack of whoever is within what runs under that lock says it at once. Nothing of it is read where nobody waits for such a lock.
#include "decoders/kernel/lock_classes.hpp"
#include "decoders/kernel/remote_memory.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/snapshot/collector.hpp"

#include <algorithm>
#include <chrono>

namespace shimtrace::host {

namespace {

constexpr Nanoseconds enough = std::chrono::milliseconds(300);
constexpr std::size_t most_sleepers = 4096;
constexpr int most_rounds = 4;  ///< a lock's holder waits for another lock, and so on

const kernel::LockClass* waited_for(const Process& process, const Thread& thread) {
    if (thread.state != ProcessState::uninterruptible) return nullptr;
    return kernel::waited_for(thread.kernel_stack, kernel::is_at_memory_file(process, thread));
}

}  // namespace

/// Threads that sleep in something that is not usual, of processes that are not looked at closer; of those that are, all. The kernel's own
/// threads are few, and cheaply told; everybody's takes time, on a host with thousands.
void Collector::read_unusual_sleepers(bool of_kernel) {
    const MonotonicTime end = monotonic_now() + enough;
    std::vector<std::string> names;
    std::vector<std::size_t> whose;
    for (std::size_t position = 0; position < snapshot_.processes.size(); ++position) {
        const Process& process = snapshot_.processes[position];
        if (detailed_[position] || has_ended(process.state) || process.pid.value == self_ || kernel_threads_[position] != of_kernel)
            continue;
        if (names.size() >= most_sleepers || monotonic_now() > end) {
            errors_.add("who holds a lock of the kernel's: not all processes' stacks were read");
            break;
        }
        const auto tasks = proc_.directory((std::to_string(process.pid.value) + "/task").c_str());
        const auto numbers = tasks ? tasks->numbers() : std::unexpected(tasks.error());
        if (!numbers) continue;
        for (const std::int32_t tid : *numbers) {
            const auto wchan = tasks->read((std::to_string(tid) + "/wchan").c_str(), scratch_);
            if (!wchan || wchan->empty() || kernel::is_usual_sleep(*wchan)) continue;
            names.push_back(std::to_string(process.pid.value) + "/task/" + std::to_string(tid) + "/stack");
            whose.push_back(position);
        }
    }
    constexpr std::size_t at_once = 64;
    for (std::size_t first = 0; first < names.size(); first += at_once) {
        std::vector<FileWanted> wanted;
        for (std::size_t i = first; i < std::min(names.size(), first + at_once); ++i) wanted.push_back({.name = names[i].c_str()});
        const auto texts = read_in_time(proc_, "kernel stacks", wanted);
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (texts[i]) sleepers_.push_back({whose[first + i], parse_kernel_stack(*texts[i])});
    }
}

void Collector::bind_lock_holders(const Positions& processes) {
    struct Waiter {
        std::size_t position;
        const kernel::LockClass* lock;
        Pid memory;  ///< whose
    };
    std::vector<Waiter> waiters;
    for (const std::size_t position : processes) {
        const Process& process = snapshot_.processes[position];
        for (const Thread& thread : process.threads)
            if (const auto* lock = waited_for(process, thread)) waiters.push_back({position, lock, kernel::remote_memory(process, thread)});
    }
    if (waiters.empty()) return;
    if (!kernel_sleepers_read_) read_unusual_sleepers(true);
    kernel_sleepers_read_ = true;
    // Nobody but the kernel's own threads works on a block device.
    const bool of_all = std::ranges::any_of(waiters, [](const Waiter& waiter) { return !waiter.lock->by_kernel; });
    if (of_all && !sleepers_read_) read_unusual_sleepers(false);
    sleepers_read_ |= of_all;
    std::vector<Sleeper> all = sleepers_;
    for (const std::size_t position : processes)
        for (const Thread& thread : snapshot_.processes[position].threads)
            if (!thread.kernel_stack.empty()) all.push_back({position, thread.kernel_stack});
    std::set<std::pair<std::size_t, const kernel::LockClass*>> seen;
    for (int round = 0; round < most_rounds && !waiters.empty(); ++round) {
        std::vector<Waiter> next;
        for (const Waiter& waiter : waiters) {
            const Pid pid = snapshot_.processes[waiter.position].pid;
            if (waiter.memory) bind(pid, waiter.memory);
            if (!seen.emplace(waiter.position, waiter.lock).second) continue;
            for (const Sleeper& one : all) {
                const Process& other = snapshot_.processes[one.position];
                const Pid memory = waiter.memory ? waiter.memory : pid;
                const bool near = other.pid == memory || kernel::reads_memory_of(other, memory);
                if (waiter.lock->reach == kernel::Reach::memory && !near) continue;
                if (!kernel::is_inside(*waiter.lock, one.stack)) continue;
                bind(pid, other.pid);
                lock_holders_.insert(one.position);
                if (const auto* lock = kernel::waited_for(one.stack)) next.push_back({one.position, lock, Pid{}});
            }
        }
        waiters = std::move(next);
    }
}

}  // namespace shimtrace::host
