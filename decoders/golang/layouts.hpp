// Where the fields of the runtime's structs lie, by Go version, on 64-bit machines. Read off the DWARF of unstripped
// builds and checked against the dumps of stripped ones. An offset of 0 says: this version has no such field.
#pragma once

#include <shimtrace/types.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace shimtrace::golang {

/// runtime.g (runtime/runtime2.go).
struct GoroutineLayout {
    std::uint16_t bp, syscall_sp, syscall_pc, status, id, wait_since, wait_reason, locked_m, parent_id, go_pc, start_pc, waiting, labels,
        timer, sleep_when, size;
    /// Of sched: where a function that has no frame returns to. A word before bp since there is one.
    [[nodiscard]] constexpr std::uint16_t link() const { return static_cast<std::uint16_t>(bp - 8); }
    // The same in every version.
    static constexpr std::uint16_t stack_low = 0, stack_high = 8, m = 48, sp = 56, pc = 64, self = 72;
};

struct MachineLayout {  ///< runtime.m
    std::uint16_t thread_id, current;
};

struct SudogLayout {  ///< runtime.sudog: a goroutine in the queue of a channel or semaphore
    std::uint16_t element, parent, wait_link, channel, size;
    static constexpr std::uint16_t goroutine = 0, next = 8, previous = 16;
};

struct ChannelLayout {  ///< runtime.hchan
    std::uint16_t receivers, senders;
    static constexpr std::uint16_t length = 0, capacity = 8, closed = 28;
};

struct PollLayout {  ///< runtime.pollDesc
    std::uint16_t reader, writer;
    static constexpr std::uint16_t fd = 8;
};

struct Layout {
    int first_minor;  ///< go1.N from which on it holds
    GoroutineLayout g;
    MachineLayout m;
    SudogLayout sudog;
    ChannelLayout channel;
    PollLayout poll;
    std::uint16_t timer_when;
    std::uint16_t module_gofunc;  ///< moduledata.gofunc
};

/// Oldest first.
std::span<const Layout> layouts();
/// The row for go1.MINOR; the last one for versions newer than the table.
const Layout& layout_of(int minor);

constexpr int oldest_minor = 18, newest_minor = 27;

/// runtime.semTable (runtime/sema.go): so many roots, each on a cache line of its own (internal/cpu: CacheLinePadSize).
struct SemaphoreTable {
    static constexpr std::size_t roots = 251, treap = 8, waiters = 16;
    std::size_t root_size = 64;
    [[nodiscard]] std::size_t size() const { return roots * root_size; }
};
constexpr SemaphoreTable semaphore_table_of(Arch arch) {
    return {arch == Arch::aarch64 ? std::size_t{128} : std::size_t{64}};
}

/// runtime.moduledata: the same in Go 1.18 to 1.27.
namespace module_data {
constexpr std::uint16_t table = 0, minimum_pc = 160, text = 176, text_end = 184, noptrdata = 192, noptrdata_end = 200, data = 208,
                        data_end = 216, bss = 224, bss_end = 232, noptrbss = 240, noptrbss_end = 248;
}

}  // namespace shimtrace::golang
