#include "tracer/diagnosis/causes/causes.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

std::span<const CauseRow> cause_rows() {
    using enum RootCause;
    static const std::vector<CauseRow> rows{
        {"shim-stopped", {stopped}, Where::at_shim},
        {"traced", {traced}, Where::at_shim},
        {"pidns-teardown", {pidns_member, held_zombie, traced, uninterruptible, stopped}, Where::over_teardown},
        {"zombie-unreaped", {unreaped, held_zombie}, Where::anywhere},
        {"hook-running", {hook}, Where::anywhere},
        {"dbus-wait", {bus}, Where::anywhere},
        {"stdio-copier-gone", {copier_gone}, Where::anywhere},
        {"stdio-held-open", {holds_open}, Where::anywhere},
        {"console-backpressure", {}, Where::over_console},
        {"stdio-backpressure", {}, Where::over_stdio},
        {"containerd-unresponsive", {}, Where::over_log_fifo},
        {"runtime-stopped", {stopped, traced}, Where::at_runtime},
        {"created-not-started", {}, Where::over_exec_fifo},
        {"containerd-unresponsive", {}, Where::at_containerd},
        {"container-frozen", {frozen}, Where::anywhere},
        {"seccomp-notify", {notify_agent}, Where::anywhere},
        {"filesystem-unresponsive", {file_system}, Where::anywhere},
        {"memory-limit", {memory}, Where::anywhere},
        {"file-lock", {lock_holder}, Where::anywhere},
        {"shim-deadlock", {deadlock}, Where::only_in_shim},
        {"uninterruptible", {uninterruptible}, Where::anywhere},
        {"traced", {traced}, Where::anywhere},
        {"runtime-blocked", {}, Where::over_runtime},
        {"fifo-open", {nobody_opens}, Where::anywhere},
        {"unknown", {}, Where::anywhere},
    };
    return rows;
}

int urgency(std::string_view cause) {
    constexpr auto order = std::to_array<std::string_view>({
        "traced",
        "shim-stopped",
        "container-frozen",
        "shim-deadlock",
        "orphaned-container",
        "filesystem-unresponsive",
        "pidns-teardown",
        "uninterruptible",
        "memory-limit",
        "runtime-stopped",
        "hook-running",
        "dbus-wait",
        "seccomp-notify",
        "file-lock",
        "zombie-unreaped",
        "created-not-started",
        "runtime-blocked",
        "containerd-unresponsive",
        "console-backpressure",
        "stdio-backpressure",
        "stdio-copier-gone",
        "stdio-held-open",
        "fifo-open",
        "leftover",
        "state-corrupt",
        "config-invalid",
        "unknown",
    });
    return static_cast<int>(std::ranges::find(order, cause) - order.begin());
}

const Process* process_at_end(const Context& look, const Path& path) {
    const Wait& last = path.back().wait;
    // Where the root is a process itself (stopped, in D) it is what the last edge leads to; else who waits.
    if (last.root_cause == RootCause::stopped || last.root_cause == RootCause::uninterruptible ||
        last.root_cause == RootCause::slow_reader || last.root_cause == RootCause::containerd)
        if (const Process* process = look.facts.process(last.to.pid)) return process;
    for (auto step = path.rbegin(); step != path.rend(); ++step)
        if (const Process* process = look.facts.process(step->from.pid)) return process;
    return nullptr;
}

namespace {

bool in_target(const Context& look, const Process& process) {
    const auto& scope = look.scope;
    return process.pid == scope.shim || process.pid == scope.init ||
           std::ranges::find(scope.runtimes, process.pid) != scope.runtimes.end() ||
           std::ranges::find(scope.processes, process.pid) != scope.processes.end();
}

template <typename Predicate>
bool any_process(const Context& look, const Path& path, Predicate predicate) {
    return std::ranges::any_of(path, [&](const Step& step) {
        const Process* from = look.facts.process(step.from.pid);
        return from && predicate(*from);
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
        case Where::at_containerd: {
            const Process* to = look.facts.process(path.back().wait.to.pid);
            return (end && end->role.role == ProcessRole::containerd) || (to && to->role.role == ProcessRole::containerd) ||
                   path.back().wait.root_cause == RootCause::containerd;
        }
        case Where::in_target:
            return end && in_target(look, *end);
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
            const bool outward = end && (!in_target(look, *end) || path.back().wait.root_cause == RootCause::nobody_reads);
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
    }
    return false;
}

std::string_view cause_of(const Context& look, const Path& path) {
    const RootCause root_cause = path.back().wait.root_cause;
    for (const CauseRow& row : cause_rows()) {
        const bool fits = row.root_causes.empty() || std::ranges::find(row.root_causes, root_cause) != row.root_causes.end();
        if (fits && is_over(look, path, row.where)) return row.cause;
    }
    return "unknown";
}

namespace {

Culprit culprit(const Process& process, std::string role, std::string why) {
    Culprit made{.pid = process.pid, .comm = process.comm, .role = std::move(role), .state = process.state, .why = std::move(why)};
    if (process.ns_pids.size() > 1) made.pid_ns = process.ns_pids.back();
    return made;
}

/// The part a process plays at the end of a path, and why it is to blame, by the kind of end.
struct BlameRow {
    RootCause root_cause;
    bool to;                ///< the process that the last edge leads to; else the one that it comes from
    std::string_view role;  ///< empty: the process's own
    std::string_view why;
};

constexpr auto blames = std::to_array<BlameRow>({
    {RootCause::stopped, true, "", "stopped by a signal"},
    {RootCause::traced, true, "tracer", "holds the target stopped as its tracer"},
    {RootCause::traced, false, "", "stopped by its tracer"},
    {RootCause::file_system, true, "fuse-server", "serves the file system and does not answer"},
    {RootCause::notify_agent, true, "agent", "holds the seccomp listener and does not answer"},
    {RootCause::slow_reader, true, "reader", "has the read end, and reads too little or nothing"},
    {RootCause::copier_gone, true, "shim", "has the read end, and nothing in it reads"},
    {RootCause::holds_open, true, "holder", "keeps the write end open"},
    {RootCause::runtime_alive, true, "runtime", "does not end"},
    {RootCause::hook, true, "hook", "does not end"},
    {RootCause::bus, true, "bus", "does not reply"},
    {RootCause::unreaped, true, "parent", "does not reap its child"},
    {RootCause::held_zombie, true, "tracer", "holds the zombie as its tracer"},
    {RootCause::held_zombie, false, "", "a zombie that its tracer has not let go"},
    {RootCause::lock_holder, true, "holder", "holds the lock"},
    {RootCause::deadlock, false, "", "waits for itself"},
    {RootCause::containerd, true, "containerd", "does not read what the shim sent"},
    {RootCause::pidns_member, true, "", "cannot end"},
});

void add(std::vector<Culprit>& culprits, Culprit one) {
    if (std::ranges::none_of(culprits, [&](const Culprit& known) { return known.pid == one.pid; })) culprits.push_back(std::move(one));
}

}  // namespace

std::vector<Culprit> culprits_of(const Context& look, const Path& path) {
    std::vector<Culprit> culprits;
    const Step& last = path.back();
    const bool outward = is_over(look, path, Where::over_stdio) || is_over(look, path, Where::over_console);
    const auto part = [&](const Process& process, std::string_view role) {
        if (!role.empty() && !(role == "parent" && process.role.role == ProcessRole::shim)) return std::string(role);
        if (outward && !in_target(look, process) && process.role.role != ProcessRole::containerd) return std::string("reader");
        return role_word(process);
    };
    for (const BlameRow& row : blames) {
        if (row.root_cause != last.wait.root_cause) continue;
        const Process* process = nullptr;
        if (row.to)
            process = look.facts.process(last.wait.to.pid);
        else
            for (auto step = path.rbegin(); step != path.rend() && !process; ++step) process = look.facts.process(step->from.pid);
        if (!process) continue;
        std::string why(row.why);
        if (is_stopped(*process) && last.wait.root_cause != RootCause::stopped) why = fmt::format("{}: {}", state_words('T'), why);
        if (process->state == 'Z' && last.wait.root_cause == RootCause::pidns_member) why = "a zombie that nobody reaps";
        if (process->state == 'D' && last.wait.root_cause == RootCause::pidns_member) why = "in uninterruptible sleep";
        add(culprits, culprit(*process, part(*process, row.role), why));
    }
    // Who is in D is to blame for others' waits, never for its own.
    if (last.wait.root_cause == RootCause::uninterruptible) {
        const Process* process = look.facts.process(last.wait.to.pid);
        if (process && (!in_target(look, *process) || is_over(look, path, Where::over_teardown)))
            add(culprits, culprit(*process, part(*process, ""), "in uninterruptible sleep"));
    }
    for (auto step = path.rbegin(); step != path.rend(); ++step) {
        const Process* process = look.facts.process(step->from.pid);
        if (!process) continue;
        // The readers on the way are held up themselves; they are named after the root.
        if (outward && !in_target(look, *process))
            add(culprits,
                culprit(*process, part(*process, ""), last.wait.root_cause == RootCause::frozen ? "in a frozen cgroup" : "does not read"));
    }
    return culprits;
}

}  // namespace shimtrace::diagnosis
