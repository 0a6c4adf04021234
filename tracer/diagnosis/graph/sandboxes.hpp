// Containers whose processes run on a kernel of their own, gVisor's sentry: what of them shows on the host.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <string>
#include <vector>

namespace shimtrace::diagnosis {

/// A process of a sandbox's container, as its kernel has it: a goroutine each (gvisor.dev/gvisor/pkg/sentry/kernel.(*Task).run).
struct SandboxTask {
    GoroutineId goroutine;
    std::string call;  ///< the system call that it is in, as the sentry names it: "ClockNanosleep"; empty: none
};
std::vector<SandboxTask> sandbox_tasks(const Process& sandbox);

/// The sandbox that holds a thread as its tracer (gVisor's platform ptrace): so its containers run, and it is no stop. nullptr: none does.
const Process* tracing_sandbox(const Facts& facts, const Process& traced, const Thread& thread);

}  // namespace shimtrace::diagnosis
