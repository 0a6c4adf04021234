// From the captured runtime state of a process to its goroutines as people know them.
#pragma once

#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/unwind.hpp"

#include <shimtrace/goroutine.hpp>

#include <string>
#include <vector>

namespace shimtrace::golang {

/// What the decoder is told about the process besides its memory.
struct ProcessFacts {
    Pid pid;
    MonotonicTime now;
    std::vector<GoThread> threads;
    std::vector<PolledDescriptor> polled;
    bool stopped = false;  ///< all threads stand still, `threads` hold their registers
};

/// Everything but what only the host knows: paths of descriptors that are not polled, and whose pid a child's is. GoWait::child is
/// the number as the program knows it (a pid of its own namespace, or with `child_is_pidfd` a descriptor).
struct DecodedProgram {
    GoProgram program;
    struct Child {
        std::size_t goroutine;  ///< index in program.goroutines
        std::int32_t number;
        bool is_pidfd;
    };
    std::vector<Child> children;
};

/// `memory` serves only to follow pointers found on stacks (requests in flight, lock states, children); all else is in `state`.
DecodedProgram decode_program(const GoBinary& binary, const RuntimeLocation& location, const RuntimeState& state, const ProcessFacts& facts,
                              const Memory& memory);

/// Locates, captures and decodes in one go.
Result<DecodedProgram> read_program(const GoBinary& binary, const Memory& memory, std::uint64_t load_bias, const ProcessFacts& facts,
                                    const ReadLimits& limits);

}  // namespace shimtrace::golang
