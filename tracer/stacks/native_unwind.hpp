// Unwinding native code by .eh_frame, over a Memory: libunwind's remote unwinder with accessors of our own, so that it needs neither
// ptrace nor the target's files.
#pragma once

#include "tracer/procfs/registers.hpp"
#include "tracer/stacks/mappings.hpp"

#include <shimtrace/captured_memory.hpp>

#include <array>
#include <optional>
#include <vector>

namespace shimtrace::stacks {

/// Where a stack begins: what is known of the thread's registers, by DWARF's numbers of the machine.
struct StartRegisters {
    /// A thread of which nothing else is known.
    StartRegisters(Arch of, std::uint64_t its_pc, std::uint64_t its_sp);
    explicit StartRegisters(Arch of, const host::Registers& registers);

    Arch machine;
    std::uint64_t pc, sp;
    std::optional<std::uint64_t> link;  ///< aarch64's x30
    std::array<std::optional<std::uint64_t>, host::Registers::dwarf_count> values{};
};

struct NativeFrame {
    std::uint64_t pc = 0, sp = 0;
    bool signal = false;  ///< a signal frame: pc is the interrupted instruction, not a return address
};

struct NativeUnwinding {
    std::vector<NativeFrame> frames;  ///< innermost first
    bool complete = false;            ///< ended where the program says that it ends
    bool needs_registers = false;     ///< stopped at a frame whose caller only the thread's registers tell
};

/// At most 256 frames; of another machine than this one's a single frame. `stop_at`: a code address at which to stop, that frame included
/// (Go's text has no .eh_frame).
NativeUnwinding unwind_native(const Memory& memory, const std::vector<Mapping>& mappings, const StartRegisters& start,
                              std::uint64_t stop_begin = 0, std::uint64_t stop_end = 0);

}  // namespace shimtrace::stacks
