#include "tracer/diagnosis/known_bugs/known_bugs.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace shimtrace::diagnosis {

namespace {

bool any_goroutine(const Process& process, auto&& fits) {
    return process.go && std::ranges::any_of(process.go->goroutines, fits);
}

bool is_locking(const Goroutine& goroutine) {
    return goroutine.wait.kind == GoWaitKind::mutex || goroutine.wait.kind == GoWaitKind::rwmutex_read ||
           goroutine.wait.kind == GoWaitKind::rwmutex_write;
}

/// runc has asked for SIGCHLD too late: its child has ended and lies there, and forward() waits for a signal that was dropped.
bool lost_child_signal(const Facts& facts, const Process& process) {
    const std::string& operation = process.role.operation;
    if (process.role.role != ProcessRole::runtime || (operation != "exec" && operation != "run")) return false;
    const auto children = facts.children(process.pid);
    if (children.empty() || !std::ranges::all_of(children, [](const Process* child) { return is_zombie(*child); })) return false;
    return any_goroutine(process, [](const Goroutine& goroutine) {
        const GoWaitKind kind = goroutine.wait.kind;
        return (kind == GoWaitKind::chan_receive || kind == GoWaitKind::select) && has_frame(goroutine, "main.(*signalHandler).forward");
    });
}

/// The shim is in `runc create` for one container, and requests for others wait for the lock that Create has.
bool holds_lock_in_create(const Facts&, const Process& process) {
    if (process.role.role != ProcessRole::shim) return false;
    const bool creates = any_goroutine(process, [](const Goroutine& goroutine) {
        return has_frame(goroutine, "/task.(*service).Create") && has_frame(goroutine, "runc.NewContainer");
    });
    return creates && any_goroutine(process, [](const Goroutine& goroutine) {
               return is_locking(goroutine) && has_frame(goroutine, "/task.(*service).getContainer");
           });
}

struct Range {
    std::string_view first, last;
};

struct KnownBugRow {
    std::string_view id, what, component, fixed_in;
    std::vector<Range> versions;
    bool (*fits)(const Facts&, const Process&);
};

const std::vector<KnownBugRow>& rows() {
    static const std::vector<KnownBugRow> all = {
        {"opencontainers/runc#5208",
         "runc run and runc exec miss the SIGCHLD of a process that ends at once, and wait for it for ever",
         "runc",
         "1.3.6, 1.4.2",
         {{"1.3.0", "1.3.5"}, {"1.4.0", "1.4.1"}},
         lost_child_signal},
        {"containerd/containerd#13483",
         "the shim's Create holds the lock of all its requests for as long as `runc create` takes",
         "containerd",
         "2.3.2",
         {{"2.3.0", "2.3.1"}},
         holds_lock_in_create},
    };
    return all;
}

std::optional<std::array<int, 3>> numbers(std::string_view version) {
    std::array<int, 3> parts{};
    if (version.starts_with('v')) version.remove_prefix(1);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), parts[i]);
        if (error != std::errc{}) return std::nullopt;
        version.remove_prefix(static_cast<std::size_t>(end - version.data()));
        if (i + 1 == parts.size()) break;
        if (!version.starts_with('.')) return std::nullopt;
        version.remove_prefix(1);
    }
    return parts;
}

const std::string& running(const HostInfo& host, std::string_view component) {
    return component == "runc" ? host.runc_version : host.containerd_version;
}

}  // namespace

bool is_in_range(std::string_view version, std::string_view first, std::string_view last) {
    const auto is = numbers(version), from = numbers(first), to = numbers(last);
    return is && from && to && *from <= *is && *is <= *to;
}

std::optional<KnownBug> known_bug(const Context& look, const Diagnosis& diagnosis) {
    if (!diagnosis.stuck) return std::nullopt;
    std::vector<Pid> concerned = look.scope.runtimes;
    concerned.push_back(look.scope.shim);
    concerned.insert(concerned.end(), look.scope.processes.begin(), look.scope.processes.end());
    for (const KnownBugRow& row : rows()) {
        const std::string& version = running(look.facts.snapshot().host, row.component);
        if (!std::ranges::any_of(row.versions, [&](const Range& range) { return is_in_range(version, range.first, range.last); })) continue;
        for (const Pid pid : concerned)
            if (const Process* process = look.facts.process(pid); process && row.fits(look.facts, *process))
                return KnownBug{.id = std::string(row.id),
                                .what = std::string(row.what),
                                .component = std::string(row.component),
                                .fixed_in = std::string(row.fixed_in),
                                .running = printable(version, 64)};
    }
    return std::nullopt;
}

bool may_be_known_bug(const Snapshot& snapshot) {
    const Facts facts(snapshot);
    return std::ranges::any_of(snapshot.processes, [&](const Process& process) {
        return process.go && std::ranges::any_of(rows(), [&](const KnownBugRow& row) { return row.fits(facts, process); });
    });
}

}  // namespace shimtrace::diagnosis
