// Unwinding native code by .eh_frame, over a Memory: libunwind's remote unwinder with accessors of our own, so that it needs neither
// ptrace nor the target's files.
#pragma once

#include "tracer/stacks/mappings.hpp"

#include <shimtrace/captured_memory.hpp>

#include <array>
#include <optional>
#include <vector>

namespace shimtrace::stacks {

/// DWARF numbers of x86-64: 0 rax, 1 rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi, 6 rbp, 7 rsp, 8–15 r8–r15, 16 the return address (pc).
struct StartRegisters {
    std::array<std::optional<std::uint64_t>, 17> values;
    static constexpr std::size_t bp = 6, sp = 7, pc = 16;
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

/// At most 256 frames. `stop_at`: a code address at which to stop, that frame included (Go's text has no .eh_frame).
NativeUnwinding unwind_native(const Memory& memory, const std::vector<Mapping>& mappings, const StartRegisters& start,
                              std::uint64_t stop_begin = 0, std::uint64_t stop_end = 0);

}  // namespace shimtrace::stacks
