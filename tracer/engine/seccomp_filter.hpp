// A seccomp program that stops a started command at the calls that matter and lets the kernel run all others at full speed.
#pragma once

#include "tracer/engine/trace.hpp"

#include <linux/filter.h>

#include <vector>

namespace shimtrace::engine {

/// SECCOMP_RET_TRACE for the calls of the sets, for numbers past their end and for architectures that have no set;
/// SECCOMP_RET_ALLOW for all others.
std::vector<sock_filter> seccomp_filter(const SyscallSet& x86_64_calls, const SyscallSet& i386_calls);

}  // namespace shimtrace::engine
