// A seccomp program that stops a started command at the calls that matter and lets the kernel run all others at full speed.
#pragma once

#include "tracer/engine/trace.hpp"

#include <linux/filter.h>

#include <vector>

namespace shimtrace::engine {

/// Calls to stop at. `file_mapping`: the call that stops only where its fourth argument has no MAP_ANONYMOUS; -1: none.
struct StoppingCalls {
    SyscallSet calls;
    std::int64_t file_mapping = -1;
};

/// SECCOMP_RET_TRACE for the calls of the sets, for numbers past their end and for architectures that have no set;
/// SECCOMP_RET_ALLOW for all others.
std::vector<sock_filter> seccomp_filter(const StoppingCalls& native, const StoppingCalls& compat);

/// Whether a command can have a filter without losing anything: with CAP_SYS_ADMIN, or where no_new_privs is set already. For others the
/// kernel asks for no_new_privs, with which programs that are set-user-ID gain nothing any more.
bool filter_takes_no_privileges();

}  // namespace shimtrace::engine
