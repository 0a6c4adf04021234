// Following one thread's stack, goroutine-aware, through whatever memory there is: a live process's, or a core file's.
#pragma once

#include "tracer/stacks/binary_cache.hpp"
#include "tracer/stacks/mappings.hpp"
#include "tracer/stacks/native_unwind.hpp"
#include "tracer/stacks/symbols.hpp"

#include "decoders/golang/unwind.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/event.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::stacks {

/// What unwinding in one process needs, read once.
struct ProcessView {
    /// `learned` may be null, or of no Go program.
    ProcessView(std::unique_ptr<const Memory> its_memory, std::vector<Mapping> its_mappings, Symbols its_symbols,
                std::shared_ptr<const LearnedBinary> learned, std::uint64_t load_bias);

    [[nodiscard]] bool in_go(std::uint64_t pc) const { return binary && binary->go->text.contains(pc - bias); }
    [[nodiscard]] std::uint64_t go_begin() const { return binary ? binary->go->text.begin + bias : 0; }
    [[nodiscard]] std::uint64_t go_end() const { return binary ? binary->go->text.end + bias : 0; }

    std::unique_ptr<const Memory> memory;
    std::vector<Mapping> mappings;
    Symbols symbols;
    std::shared_ptr<const LearnedBinary> binary;  ///< nullptr: no Go program
    std::uint64_t bias = 0;
    std::optional<golang::Unwinder> unwinder;
    std::string executable;  ///< of StackReader: what /proc/PID/exe said
};

struct Followed {
    std::vector<StackFrame> frames;
    std::string missing;  ///< why the rest is; empty: nothing is
    bool cut = false;     ///< Go's part goes on above what was read of the stack
};

/// The bytes from the stack pointer to the end of its mapping, at most `most` of them.
std::vector<std::byte> read_stack(const ProcessView& view, std::uint64_t sp, std::size_t most = std::size_t{1} << 18);
/// `stack`: what was read from the stack pointer on.
Followed follow(ProcessView& view, const StartRegisters& start, std::span<const std::byte> stack);
/// The stack as memory has it now: as much as it takes.
Followed follow(ProcessView& view, const StartRegisters& start);

}  // namespace shimtrace::stacks
