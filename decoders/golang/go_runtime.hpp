// The Go runtime's own records of one process, copied out of its memory: every g with its stack, and the queues that hold
// those who wait. First located and checked (slow, needs no standstill), then captured (fast, may be done while the process
// is stopped), then decoded from the copy.
#pragma once

#include "decoders/golang/binary.hpp"
#include "decoders/golang/layouts.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace shimtrace::golang {

struct ReadLimits {
    std::size_t max_stack_bytes = 1 << 20;  ///< of each goroutine
    std::size_t max_goroutines = 1 << 20;
    std::size_t max_total_stack_bytes = 1 << 28;  ///< of all together
    int retries = 3;                              ///< for a goroutine that changed while it was read
};

/// A thread of the process, as /proc shows it, or stopped with its registers read.
struct GoThread {
    Tid tid;                     ///< host's
    std::int32_t inner_tid = 0;  ///< in the thread's own pid namespace: what m.procid holds
    Arch arch = native_arch;     ///< whose number `syscall` is
    std::int64_t syscall = -1;   ///< that it blocks in; -1: none known
    std::uint64_t args[6] = {};
    std::uint64_t sp = 0, pc = 0;       ///< of the blocked call, or the registers of a stopped thread; 0: not known
    std::optional<std::uint64_t> link;  ///< of a stopped thread: UnwindStart::link
};

/// Where one process keeps what is read, and how its structs are laid out.
struct RuntimeLocation {
    std::uint64_t bias = 0;
    std::uint64_t all_goroutines = 0;   ///< absolute address of runtime.allgs
    std::uint64_t semaphore_table = 0;  ///< absolute address of runtime.semtable; 0: not found
    Layout layout;
    bool derived = false;       ///< the layout is not the version's row, but what memory shows
    bool objects_known = true;  ///< false: only g's layout could be derived; what is waited on cannot be told
};

/// Finds the runtime's records of a process and checks them. `load_bias`: where the executable was loaded, less its link address.
Result<RuntimeLocation> locate_runtime(const GoBinary& binary, const Memory& memory, std::uint64_t load_bias);

/// g.atomicstatus without the scan bit.
enum GStatus : std::uint32_t {
    g_idle = 0,
    g_runnable = 1,
    g_running = 2,
    g_syscall = 3,
    g_waiting = 4,
    g_dead = 6,
    g_copystack = 8,
    g_preempted = 9,
    g_leaked = 10,
    g_dead_extra = 11
};

/// It waits: a goroutine that the garbage collector has found to be leaked does for ever.
constexpr bool is_waiting(std::uint32_t status) {
    return status == g_waiting || status == g_leaked;
}

struct CapturedGoroutine {
    std::uint64_t address = 0;
    std::uint64_t stack_low = 0, stack_high = 0, m = 0, sp = 0, pc = 0, link = 0, syscall_sp = 0, syscall_pc = 0;
    std::uint64_t id = 0, parent = 0, go_pc = 0, start_pc = 0, waiting = 0, timer = 0, locked_m = 0, labels = 0;
    std::int64_t wait_since = 0, sleep_when = 0;
    std::uint32_t status = 0;
    std::uint8_t wait_reason = 0;
    bool changed = false;              ///< after all retries
    const GoThread* thread = nullptr;  ///< of `threads` given to capture; only while it runs or is in a system call
    std::uint64_t start_sp = 0;        ///< where `stack` begins and unwinding starts; 0: no stack can be read
    std::uint64_t start_unwind_pc = 0;
    std::optional<std::uint64_t> start_link;
    bool exact_pc = false, in_syscall = false;
    bool cut = false;  ///< the stack is longer than what was read
    Bytes stack;       ///< what was read of it, in RuntimeState::stacks
};

struct CapturedSudog {
    std::uint64_t address = 0, goroutine = 0, element = 0, wait_link = 0, channel = 0;
    std::uint64_t next = 0, previous = 0;
    bool sends = false;  ///< found in the channel's queue of senders
};

struct CapturedChannel {
    std::uint64_t length = 0, capacity = 0, receivers = 0, senders = 0;
};

struct CapturedPoll {
    Fd fd{-1};
    std::uint64_t reader = 0, writer = 0;  ///< g's address; 0: nobody
};

/// A row of an epoll descriptor's interest set, from fdinfo.
struct PolledDescriptor {
    Fd fd{-1};
    std::uint64_t data = 0;
    std::string path;  ///< what /proc/PID/fd/N showed
};

struct RuntimeState {
    std::vector<CapturedGoroutine> goroutines;                ///< in allgs' order, the dead ones left out
    std::vector<std::unique_ptr<std::byte[]>> stacks;         ///< the bytes of the goroutines' stacks, many in each block
    std::unordered_map<std::uint64_t, CapturedSudog> sudogs;  ///< of g.waiting, by address
    std::unordered_map<std::uint64_t, CapturedChannel> channels;
    std::unordered_map<std::uint64_t, std::uint64_t> semaphores;  ///< g's address → address of the semaphore's word
    std::unordered_map<std::uint64_t, std::int64_t> timers;       ///< timer's address → when
    std::vector<CapturedPoll> polls;
    std::size_t total = 0;  ///< live and dead, as allgs says
    std::string incomplete;
};

/// Copies everything that decoding needs. `threads` must outlive the result.
RuntimeState capture_runtime(const GoBinary& binary, const RuntimeLocation& location, const Memory& memory,
                             std::span<const GoThread> threads, std::span<const PolledDescriptor> polled, const ReadLimits& limits);

}  // namespace shimtrace::golang
