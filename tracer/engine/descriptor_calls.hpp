// The calls after which a descriptor of the caller may lead elsewhere than before. A cache of what descriptors lead to
// must hear of them, also where they are not printed.
#pragma once

#include "tracer/engine/trace.hpp"

namespace shimtrace::engine {

const SyscallSet& descriptor_calls(Arch arch);

/// The calls after which a task may be called otherwise: prctl; and write, of which there are many.
const SyscallSet& naming_calls(Arch arch);

}  // namespace shimtrace::engine
