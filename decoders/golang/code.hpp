// What machine code refers to, found without a disassembler: every place that can be an operand is taken for one, and the
// caller intersects or checks what comes out.
#pragma once

#include "decoders/golang/word_reads.hpp"

#include <vector>

namespace shimtrace::golang {

/// Targets of rip-relative operands of x86-64 code that lies at `address`, sorted, each once. More than there are.
std::vector<std::uint64_t> referenced_addresses(Bytes code, std::uint64_t address);
/// Targets of direct calls (E8), sorted, each once.
std::vector<std::uint64_t> called_addresses(Bytes code, std::uint64_t address);

}  // namespace shimtrace::golang
