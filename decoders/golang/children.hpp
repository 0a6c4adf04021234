// Which child process a goroutine waits for: by its system call, or by the exec.Cmd that its stack holds.
#pragma once

#include "decoders/golang/program.hpp"

namespace shimtrace::golang {

/// Sets GoWait::kind to child for those that wait4, waitid or wait for the reaper of a command that they started.
std::vector<DecodedProgram::Child> find_children(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                                                 std::span<Goroutine> goroutines, const Memory& memory);

}  // namespace shimtrace::golang
