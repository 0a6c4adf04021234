#include "tracer/diagnosis/graph/sandboxes.hpp"

#include <algorithm>

namespace shimtrace::diagnosis {

std::vector<SandboxTask> sandbox_tasks(const Process& sandbox) {
    constexpr std::string_view run = "gvisor.dev/gvisor/pkg/sentry/kernel.(*Task).run";
    constexpr std::string_view calls = "gvisor.dev/gvisor/pkg/sentry/syscalls/linux.";
    std::vector<SandboxTask> tasks;
    if (!sandbox.go) return tasks;
    for (const Goroutine& goroutine : sandbox.go->goroutines) {
        SandboxTask task{.goroutine = goroutine.id, .call = {}};
        bool runs = false;
        for (const GoFrame& frame : goroutine.stack) {
            const std::string_view function = frame.function;
            runs |= function == run;
            // The implementation of a call is exported; what helps it is not.
            if (function.starts_with(calls) && function.size() > calls.size() && function[calls.size()] >= 'A' &&
                function[calls.size()] <= 'Z')
                task.call = function.substr(calls.size());
        }
        if (runs) tasks.push_back(std::move(task));
    }
    return tasks;
}

const Process* tracing_sandbox(const Facts& facts, const Process& traced, const Thread& thread) {
    // The tracer is a thread of the sandbox, above the traced process.
    const auto traces = [&](const Process& process) {
        return process.role.role == ProcessRole::sandbox &&
               (process.pid.value == thread.tracer || facts.thread(process, Tid{thread.tracer}) != nullptr);
    };
    const Process* above = &traced;
    for (int depth = 0; above != nullptr && depth < 64; ++depth, above = facts.process(above->parent))
        if (traces(*above)) return above;
    return nullptr;
}

}  // namespace shimtrace::diagnosis
