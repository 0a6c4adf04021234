#include "tracer/engine/trace.hpp"

#include "tracer/engine/attach.hpp"
#include "tracer/engine/descriptor_calls.hpp"
#include "tracer/engine/engine.hpp"
#include "tracer/engine/launch.hpp"
#include "tracer/engine/seccomp_filter.hpp"
#include "tracer/procfs/task_files.hpp"

#include <optional>

namespace shimtrace::engine {

namespace {

constexpr unsigned long follow_options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

TraceMode manner_of(const TraceRequest& request) {
    TraceMode manner;
    manner.options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
    if (request.follow) {
        manner.options |= follow_options;
    } else if (!request.attach.empty()) {
        manner.options |= PTRACE_O_TRACECLONE;
        manner.threads_only = true;
    }
    manner.follows = (manner.options & follow_options) != 0;
    const bool narrowed = !request.calls.of(native_arch).all() || !request.calls.of(compat_arch).all();
    manner.filtered = request.seccomp_filter && request.follow && narrowed && !request.attaches();
    // A filter outlives its tracer, and without one the calls that it names fail with ENOSYS: better ended than broken.
    if (manner.filtered) manner.options |= PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    return manner;
}

/// Besides the calls that are asked for, those that tell what memory can be read at once.
StoppingCalls stopping(Arch arch, SyscallSet calls) {
    StoppingCalls stopping{.calls = calls, .file_mapping = -1};
    for (const MemoryCall& call : memory_calls(arch)) {
        if (call.effect == MemoryCall::starts_thread) continue;  // a filter follows them all
        const auto number = static_cast<std::size_t>(call.number);
        if (call.effect == MemoryCall::maps_file && !call.arguments_in_memory) {
            if (!calls.test(number)) stopping.file_mapping = call.number;
        } else {
            stopping.calls.set(number);
        }
    }
    return stopping;
}

std::vector<sock_filter> filter_of(const TraceRequest& request) {
    const auto stopping_of = [&](Arch arch) {
        SyscallSet calls = request.calls.of(arch);
        if (request.resolve_descriptors) calls |= descriptor_calls(arch);
        if (request.task_names) calls |= naming_calls(arch);
        return stopping(arch, calls);
    };
    return seccomp_filter(stopping_of(native_arch), stopping_of(compat_arch));
}

/// Everything that runs already and was asked for.
void seize_all(const TraceRequest& request, const TraceMode& manner, Tracees& tracees, std::vector<Error>& skipped) {
    for (const Pid pid : request.attach) {
        if (auto refused = seize_group(pid, manner.options, tracees)) skipped.push_back(std::move(*refused));
    }
    for (const Tid tid : request.attach_threads) {
        if (auto refused = seize_thread(tid, manner.options, tracees)) skipped.push_back(std::move(*refused));
    }
}

/// Where the first target ran last; -1: nothing is attached to.
int cpu_of(const TraceRequest& request) {
    if (!request.attaches()) return -1;
    const auto stat = host::task_stat(request.attach.empty() ? request.attach_threads.front() : leader(request.attach.front()));
    return stat ? stat->cpu : -1;
}

void set_exit(TraceResult& result, WaitStatus end) {
    result.killed_by = end.killed() ? end.killed_by() : 0;
    result.exit_status = end.killed() ? 128 + end.killed_by() : end.exit_status();
}

}  // namespace

Result<TraceResult> trace(const TraceRequest& request, SessionInfo session, SessionObserver& observer, EventSink& sink, StopRequest& stop) {
    const TraceMode manner = manner_of(request);
    TraceResult result;

    std::optional<Colocation> colocation;
    if (request.colocate) colocation.emplace(cpu_of(request));
    std::optional<Launched> launched;
    if (!request.command.empty()) {
        const std::vector<sock_filter> filter = manner.filtered ? filter_of(request) : std::vector<sock_filter>{};
        auto started = launch(request, manner.options, filter, colocation ? colocation->cpu() : -1);
        if (!started) return std::unexpected(started.error());
        launched.emplace(std::move(*started));
    }

    Engine engine(request, manner, observer, sink, stop, colocation ? &*colocation : nullptr);
    seize_all(request, manner, engine.tracees(), result.skipped);
    if (engine.tracees().empty() && !launched) {
        return std::unexpected(result.skipped.empty() ? Error{"trace", 0, "no process was named"} : result.skipped.front());
    }
    session.targets.clear();
    for (const auto& [tid, tracee] : engine.tracees()) session.targets.push_back(tid);
    if (launched) session.targets.push_back(launched->tid());
    std::ranges::sort(session.targets);
    session.started_command = launched.has_value();
    session.follows = request.follow;
    sink.session(session);

    if (launched) engine.begin_command(launched->tid());
    engine.begin_found();
    engine.run();
    engine.release_cpus();  // what the sink does at its end may take long
    sink.end();

    if (const auto end = engine.command_end()) set_exit(result, *end);
    if (launched) {
        if (auto failure = launched->failure(request.command)) return std::unexpected(std::move(*failure));
    }
    return result;
}

}  // namespace shimtrace::engine
