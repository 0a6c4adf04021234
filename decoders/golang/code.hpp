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
/// Targets of direct calls (E8, BL), sorted, each as often as it is called.
std::vector<std::uint64_t> called_addresses(Arch arch, Bytes code, std::uint64_t address);

}  // namespace shimtrace::golang
