// The kernel's locks and workers that many wait for, told by the functions on a thread's kernel stack as /proc/PID/stack shows them:
// without the scheduler's own, and with it without mutex_lock() and its like. The kernel does not say who holds a lock; a stack that is
// within what runs under it says who does, likely.
#pragma once

#include <shimtrace/shared_text.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shimtrace::kernel {

/// Among whom the holder is to be looked for.
enum class Reach : std::uint8_t {
    host,    ///< anybody
    device,  ///< who works on the same block device, or the file system on it
    memory,  ///< the threads with the same memory, and who reads it by /proc/PID
};

/// A row for each lock. A function is a name as the kernel has it, without the compiler's ".isra.0"; "name*" are all that begin so, and
/// "inner<outer" is one that is called by the other.
struct LockClass {
    std::string_view name;  ///< in words: "the network's configuration lock (rtnl)"
    Reach reach{};
    std::span<const std::string_view> takes;   ///< take it: whoever sleeps right in one waits for it, who sleeps further in has it
    std::span<const std::string_view> waits;   ///< wait for it, or for who works on it, alone
    std::span<const std::string_view> within;  ///< run with it, or are that work
    std::span<const std::string_view> after;   ///< what takers call when they have given it back
    bool per_cpu = false;                      ///< a percpu_rw_semaphore, whose own function shows
    bool by_kernel = false;                    ///< only the kernel's own threads do that work
};

/// The lock that a thread in state D with this stack, innermost first, waits for; nullptr: none that is known. `at_memory_file`: it reads
/// one of /proc/PID's files that take a memory map: m_start() is a function of maps and of mounts.
const LockClass* waited_for(std::span<const SharedText> stack, bool at_memory_file = false);
/// The thread has that lock, likely, or is at the work that is waited for.
bool is_inside(const LockClass& lock, std::span<const SharedText> stack);

/// What a thread sleeps in that is idle or waits for its own affair: it holds none of these locks, and its stack need not be read.
bool is_usual_sleep(std::string_view function);

}  // namespace shimtrace::kernel
