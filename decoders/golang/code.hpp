// What machine code refers to, found without a disassembler: every place that can be an operand is taken for one, and the
// caller intersects or checks what comes out.
#pragma once

#include "decoders/golang/word_reads.hpp"

#include <shimtrace/types.hpp>

#include <vector>

namespace shimtrace::golang {

/// What code that lies at `address` refers to, sorted, each once. x86-64: targets of rip-relative operands, more than there are. aarch64:
/// what ADRP and the instructions that follow it in the code lead to.
std::vector<std::uint64_t> referenced_addresses(Arch arch, Bytes code, std::uint64_t address);
struct DirectCall {
    std::uint64_t target;
    std::uint64_t returns_to;

    bool operator==(const DirectCall&) const = default;
};
/// Direct calls (E8, BL), in the order of the code; of x86-64 more than there are.
std::vector<DirectCall> direct_calls(Arch arch, Bytes code, std::uint64_t address);

}  // namespace shimtrace::golang
