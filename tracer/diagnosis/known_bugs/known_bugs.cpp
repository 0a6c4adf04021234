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

/// containerd starts, and waits without a limit for the processes of a task whose shim does not answer: until then it serves nobody.
bool loads_shims_without_end(const Facts&, const Process& process) {
    if (process.role.role != ProcessRole::containerd) return false;
    return any_goroutine(process, [](const Goroutine& goroutine) {
        return has_frame(goroutine, "v2.(*shimTask).Pids") && has_frame(goroutine, "v2.(*ShimManager).loadShims");
    });
}

/// All permits of the fetcher's semaphore are taken, and no fetch has one.
bool fetches_lost_permits(const Facts&, const Process& process) {
    if (process.role.role != ProcessRole::containerd) return false;
    const auto fetches = [](const Goroutine& goroutine) { return has_frame(goroutine, "docker.dockerFetcher.open"); };
    const auto asks = [](const Goroutine& goroutine) { return has_frame(goroutine, "semaphore.(*Weighted).Acquire"); };
    return any_goroutine(process, [&](const Goroutine& goroutine) { return fetches(goroutine) && asks(goroutine); }) &&
           !any_goroutine(process, [&](const Goroutine& goroutine) {
               const bool reads = has_frame(goroutine, "docker.(*httpReadSeeker).Read") || has_frame(goroutine, "content.Copy");
               return (fetches(goroutine) || reads) && !asks(goroutine);
           });
}

/// Who reports a transfer's progress has ended, and who has some to report waits for it.
bool reports_to_nobody(const Facts&, const Process& process) {
    if (process.role.role != ProcessRole::containerd) return false;
    const bool reports = any_goroutine(process, [](const Goroutine& goroutine) {
        return goroutine.wait.kind == GoWaitKind::chan_send && has_frame(goroutine, "transfer/local.(*ProgressTracker).");
    });
    return reports && !any_goroutine(process, [](const Goroutine& goroutine) {
               return has_frame(goroutine, "transfer/local.(*ProgressTracker).HandleProgress");
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
        {"containerd/containerd#13954",
         "containerd's start waits without a limit for a shim that takes the call and does not answer",
         "containerd",
         "",  // on its main branch and on release/2.3, after 2.3.4
         {{"1.7.0", "1.7.99"}, {"2.0.0", "2.3.4"}},
         loads_shims_without_end},
        {"containerd/containerd#12126",
         "pulls that have failed keep the permits of the limit of downloads at once, and all others wait for one",
         "containerd",
         "2.1.4, 2.2.0",
         {{"2.1.0", "2.1.3"}},
         fetches_lost_permits},
        {"containerd/containerd#12331",
         "a transfer that is cancelled leaves goroutines that report its progress to nobody, for ever",
         "containerd",
         "2.1.5, 2.2.0",
         {{"1.7.0", "1.7.99"}, {"2.0.0", "2.0.99"}, {"2.1.0", "2.1.4"}},
         reports_to_nobody},
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

/// Of the process itself; in snapshots that do not have it, of the program that the host would run.
const std::string& running(const HostInfo& host, const Process& process, std::string_view component) {
    if (!process.version.empty()) return process.version;
    return component == "runc" ? host.runc_version : host.containerd_version;
}

bool fits(const Facts& facts, const KnownBugRow& row, const Process& process) {
    const std::string& version = running(facts.snapshot().host, process, row.component);
    return std::ranges::any_of(row.versions, [&](const Range& range) { return is_in_range(version, range.first, range.last); }) &&
           row.fits(facts, process);
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
    for (const NodeKey& call : look.scope.calls) concerned.push_back(call.pid);
    for (const KnownBugRow& row : rows())
        for (const Pid pid : concerned) {
            const Process* process = look.facts.process(pid);
            if (!process || !fits(look.facts, row, *process)) continue;
            return KnownBug{.id = std::string(row.id),
                            .what = std::string(row.what),
                            .component = std::string(row.component),
                            .fixed_in = std::string(row.fixed_in),
                            .running = printable(running(look.facts.snapshot().host, *process, row.component), 64)};
        }
    return std::nullopt;
}

bool has_known_bug(const Facts& facts, const Process& process) {
    return process.go && std::ranges::any_of(rows(), [&](const KnownBugRow& row) { return fits(facts, row, process); });
}

std::vector<Pid> may_have_known_bugs(const Snapshot& snapshot) {
    const Facts facts(snapshot);
    std::vector<Pid> pids;
    for (const Process& process : snapshot.processes)
        if (process.go && std::ranges::any_of(rows(), [&](const KnownBugRow& row) { return row.fits(facts, process); }))
            pids.push_back(process.pid);
    return pids;
}

}  // namespace shimtrace::diagnosis
