#include "tracer/diagnosis/causes/all_causes.hpp"

#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/producers/producers.hpp"

#include <algorithm>
#include <stdexcept>

namespace shimtrace::diagnosis {

namespace {

std::vector<Cause> gathered() {
    std::vector<Cause> all;
    for (const auto family : {stdio_causes, runtime_causes, shim_causes, kernel_causes, peer_causes, process_causes, daemon_causes,
                              holder_causes, file_causes, other_causes})
        for (Cause& cause : family()) all.push_back(std::move(cause));
    std::ranges::sort(all, {}, &Cause::urgency);
    return all;
}

struct RankedFit {
    const Fit* fit;
    const Cause* cause;
};

std::vector<RankedFit> ranked() {
    std::vector<RankedFit> fits;
    for (const Cause& cause : all_causes())
        for (const Fit& fit : cause.fits) fits.push_back({&fit, &cause});
    std::ranges::sort(fits, {}, [](const RankedFit& one) { return one.fit->rank; });
    return fits;
}

const std::vector<RankedFit>& fits_by_rank() {
    static const std::vector<RankedFit> fits = ranked();
    return fits;
}

template <typename Predicate>
bool any_process(const Context& look, const Path& path, Predicate predicate) {
    return std::ranges::any_of(path, [&](const Step& step) {
        const Process* from = look.facts.process(step.from.pid);
        return from && predicate(*from);
    });
}

}  // namespace

std::span<const Cause> all_causes() {
    static const std::vector<Cause> all = gathered();
    return all;
}

const Cause* find_cause(std::string_view word) {
    const auto found = std::ranges::find(all_causes(), word, &Cause::word);
    return found == all_causes().end() ? nullptr : &*found;
}

const Cause& no_cause() {
    return *std::ranges::find(all_causes(), false, &Cause::stuck);
}

const Cause& unknown_cause() {
    return *fits_by_rank().back().cause;
}

const Cause& cause_of(const Context& look, const Path& path) {
    const std::vector<RankedFit>& fits = fits_by_rank();
    const RootCause end = path.back().wait.root_cause;
    const auto named = std::ranges::find_if(fits, [&](const RankedFit& one) {
        const std::vector<RootCause>& ends = one.fit->ends;
        return (ends.empty() || std::ranges::find(ends, end) != ends.end()) && is_over(look, path, one.fit->where);
    });
    return *named->cause;  // the last of them fits everything
}

const Cause& owner_of(RootCause end) {
    const auto owner = std::ranges::find_if(
        all_causes(), [&](const Cause& cause) { return std::ranges::find(cause.ends, end, &End::kind) != cause.ends.end(); });
    if (owner == all_causes().end()) throw std::logic_error("an end that no cause declares");
    return *owner;
}

const Process* process_at_end(const Context& look, const Path& path) {
    const Wait& last = path.back().wait;
    // Where the root is a process itself (stopped, in D) it is what the last edge leads to; else who waits.
    if (last.root_cause == RootCause::stopped || last.root_cause == RootCause::uninterruptible ||
        last.root_cause == RootCause::slow_reader || last.root_cause == RootCause::containerd || last.root_cause == RootCause::flow_stopped)
        if (const Process* process = look.facts.process(last.to.pid)) return process;
    for (auto step = path.rbegin(); step != path.rend(); ++step)
        if (const Process* process = look.facts.process(step->from.pid)) return process;
    return nullptr;
}

bool in_target(const Context& look, const Process& process) {
    const auto& scope = look.scope;
    return process.pid == scope.shim || process.pid == scope.init ||
           std::ranges::find(scope.runtimes, process.pid) != scope.runtimes.end() ||
           std::ranges::find(scope.processes, process.pid) != scope.processes.end();
}

namespace {

/// A container's output went over a connection, and came to a client that writes it into a pipe which is not read: it is stdio all the way.
bool ends_in_pipe_of_stdio(const Context& look, const Path& path) {
    const auto last = std::find_if(path.rbegin(), path.rend(), [](const Step& step) { return step.wait.kind == WaitKind::writes; });
    return last != path.rend() && !last->wait.over_socket && is_over(look, path, Where::over_stdio);
}

/// It was asked over a connection; where a daemon that was asked goes on to what its own work waits for, that is the end, and no peer.
bool ends_over_socket(const Context& look, const Path& path) {
    const auto last = std::find_if(path.rbegin(), path.rend(), [](const Step& step) { return step.wait.over_socket; });
    return last != path.rend() && std::none_of(path.rbegin(), last, [&](const Step& step) {
               const Goroutine* call = goroutine_of(look.facts, step.from);
               return call && !call->serves->method.empty();
           });
}

}  // namespace

bool is_over(const Context& look, const Path& path, Where where) {
    const Process* end = process_at_end(look, path);
    const auto over_stream = [&](auto is_stream) {
        return std::ranges::any_of(path, [&](const Step& step) {
            return (step.wait.kind == WaitKind::writes || step.wait.kind == WaitKind::copied_by) && is_stream(step.wait.role.role);
        });
    };
    switch (where) {
        case Where::anywhere:
            return true;
        case Where::at_shim:
            return end && end->role.role == ProcessRole::shim;
        case Where::at_runtime:
            return end && is_runtime(*end);
        case Where::at_hook:
            return end && end->role.role == ProcessRole::hook;
        case Where::at_containerd: {
            const Process* to = look.facts.process(path.back().wait.to.pid);
            return (end && end->role.role == ProcessRole::containerd) || (to && to->role.role == ProcessRole::containerd) ||
                   path.back().wait.root_cause == RootCause::containerd;
        }
        case Where::only_in_shim:
            return !any_process(look, path, [](const Process& process) { return process.role.role != ProcessRole::shim; });
        // A stop or a dead file system inside the target itself is the root whatever was being written.
        case Where::over_stdio: {
            const bool outward = end && (!in_target(look, *end) || path.back().wait.root_cause == RootCause::nobody_reads);
            return outward && over_stream([](OpenFileRole role) {
                       return role == OpenFileRole::stdout_stream || role == OpenFileRole::stderr_stream;
                   });
        }
        case Where::over_console: {
            const RootCause root = path.back().wait.root_cause;
            const bool outward = root == RootCause::flow_stopped || (end && (!in_target(look, *end) || root == RootCause::nobody_reads));
            return outward && std::ranges::any_of(path, [](const Step& step) {
                       return step.from.kind == NodeKind::pty || step.wait.role.role == OpenFileRole::console;
                   });
        }
        case Where::over_log_fifo:
            return over_stream([](OpenFileRole role) { return role == OpenFileRole::log_fifo; });
        case Where::over_exec_fifo:
            return std::ranges::any_of(path, [](const Step& step) { return step.wait.kind == WaitKind::started_by; });
        case Where::over_teardown:
            return std::ranges::any_of(path, [](const Step& step) { return step.wait.kind == WaitKind::teardown; });
        case Where::over_runtime:
            return any_process(look, path, is_runtime);
        case Where::over_socket:
            return !is_over(look, path, Where::at_containerd) && !ends_in_pipe_of_stdio(look, path) && ends_over_socket(look, path);
        case Where::at_call: {
            const Goroutine* call = goroutine_of(look.facts, path.front().from);
            return call && !call->serves->method.empty();
        }
        case Where::at_plugin: {
            const Process* to = look.facts.process(path.back().wait.to.pid);
            return path.back().wait.kind == WaitKind::copied_by && to && to->role.role == ProcessRole::plugin;
        }
        case Where::over_plugin:
            return std::ranges::any_of(path, [&](const Step& step) {
                const Process* to = look.facts.process(step.wait.to.pid);
                const bool is_run = step.wait.kind == WaitKind::child || step.wait.kind == WaitKind::copied_by;
                return step.wait.to_plugin || (is_run && to && to->role.role == ProcessRole::plugin);
            });
    }
    return false;
}

}  // namespace shimtrace::diagnosis
