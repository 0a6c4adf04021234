#include "tracer/diagnosis/graph/snapshot_delta.hpp"

#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <shimtrace/container_identity.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace shimtrace::diagnosis {

namespace {

using Processes = std::unordered_map<std::int32_t, const Process*>;

Processes by_pid(const Snapshot& snapshot) {
    Processes processes;
    processes.reserve(snapshot.processes.size());
    for (const Process& process : snapshot.processes) processes.emplace(process.pid.value, &process);
    return processes;
}

const Process* find(const Processes& processes, Pid pid) {
    const auto found = pid ? processes.find(pid.value) : processes.end();
    return found == processes.end() ? nullptr : found->second;
}

void take_first_counters(Process& process, const Process& before) {
    for (Thread& thread : process.threads) {
        const auto same = std::ranges::find(before.threads, thread.tid, &Thread::tid);
        if (same == before.threads.end()) continue;
        thread.second = thread.first;
        thread.first = same->first;
    }
}

bool same_request(const Goroutine& now, const Goroutine& before) {
    if (now.purpose.what == "RPC handler") return before.purpose.what == now.purpose.what && before.purpose.detail == now.purpose.detail;
    return !now.serves->method.empty() && before.serves->method == now.serves->method && before.serves->container == now.serves->container;
}

/// A channel is made for each reply, a WaitGroup for each piece of work, a socket for each question to a name server: who waits for the
/// same one has not gone on.
bool same_wait(const Goroutine& now, const Goroutine& before) {
    if (now.wait.kind != before.wait.kind || now.changed || before.changed || now.state != GoState::waiting) return false;
    switch (now.wait.kind) {
        case GoWaitKind::chan_receive:
        case GoWaitKind::wait_group:
            return now.wait.object && now.wait.object == before.wait.object;
        case GoWaitKind::select:
            return !now.wait.cases.empty() &&
                   std::ranges::equal(now.wait.cases, before.wait.cases, {}, &GoSelectCase::channel, &GoSelectCase::channel);
        case GoWaitKind::fd_read:
            return asks_name_server(now) && now.wait.fd == before.wait.fd && now.wait.fd_path == before.wait.fd_path;
        default:
            return false;
    }
}

/// Of which a later look may tell that it does the same still.
bool is_compared(const Goroutine& goroutine) {
    if (goroutine.purpose.what == "RPC handler" || !goroutine.serves->method.empty()) return true;
    const GoWaitKind kind = goroutine.wait.kind;
    return !goroutine.changed && (kind == GoWaitKind::chan_receive || kind == GoWaitKind::wait_group || kind == GoWaitKind::select ||
                                  kind == GoWaitKind::fd_read);
}

/// A request that is under way in both looks has been for the time between, and so has a wait for the same: the runtime itself knows that
/// only from its collections.
void take_waiting_times(GoProgram& now, const GoProgram& before, Nanoseconds between) {
    std::unordered_map<std::uint64_t, const Goroutine*> earlier;
    for (const Goroutine& goroutine : before.goroutines) earlier.emplace(goroutine.id.value, &goroutine);
    for (Goroutine& goroutine : now.goroutines) {
        const auto same = earlier.find(goroutine.id.value);
        if (same == earlier.end() || !(same_request(goroutine, *same->second) || same_wait(goroutine, *same->second))) continue;
        goroutine.waiting = std::max(goroutine.waiting.value_or(Nanoseconds::zero()), between);
    }
}

/// A shim or an init of it lives.
bool attended(const ContainerFiles& files, const Processes& processes) {
    return std::ranges::any_of(std::array{files.sandbox_shim, files.state_init_pid, files.init_pid}, [&](Pid pid) {
        const Process* process = find(processes, pid);
        return process && !is_zombie(*process);
    });
}

/// Who is gone now, and was so at the earlier look, has been for the time between.
void take_absence(ContainerFiles& files, const Processes& now, const ContainerFiles& before, const Processes& then, Nanoseconds between) {
    const auto gone = [&](Pid pid) { return pid && !find(now, pid) && !find(then, pid); };
    if (gone(named_init(files)) && named_init(before) == named_init(files)) files.init_gone_for = between;
    for (ExecPidFile& exec : files.execs)
        if (gone(exec.pid) && std::ranges::any_of(before.execs, [&](const ExecPidFile& earlier) {
                return earlier.exec_id == exec.exec_id && earlier.pid == exec.pid;
            }))
            exec.gone_for = between;
}

/// Who stands for each container: its shims and inits, and whom its files call so. A pid alone may be somebody else's by now.
using Lives = std::map<ContainerRef, std::set<std::pair<Pid, std::uint64_t>>>;

Lives lives_of(const Snapshot& snapshot) {
    Lives lives;
    for (const Process& process : snapshot.processes) {
        const bool stands = process.role.role == ProcessRole::shim || process.role.role == ProcessRole::container_init ||
                            process.role.role == ProcessRole::sandbox;
        if (stands && process.role.container && process.role.operation.empty())
            lives[process.role.container].emplace(process.pid, process.start_time);
    }
    for (const ContainerFiles& files : snapshot.containers) {
        auto& known = lives[files.container];
        if (const Pid init = named_init(files)) known.emplace(init, 0);
    }
    return lives;
}

const ContainerFiles* same_files(const Snapshot& snapshot, const ContainerFiles& files) {
    const auto found = std::ranges::find_if(snapshot.containers, [&](const ContainerFiles& other) {
        return other.container == files.container && other.bundle == files.bundle && other.runc_root == files.runc_root;
    });
    return found == snapshot.containers.end() ? nullptr : &*found;
}

}  // namespace

std::vector<ContainerRef> remade_containers(const Snapshot& later, const Snapshot& earlier) {
    const Lives then = lives_of(earlier);
    std::vector<ContainerRef> remade;
    for (const auto& [container, lives] : lives_of(later))
        if (const auto before = then.find(container); before == then.end() || before->second != lives) remade.push_back(container);
    return remade;
}

Snapshot compared_part(const Snapshot& earlier) {
    Snapshot part;
    part.host = earlier.host;
    part.taken = earlier.taken;
    part.taken_monotonic = earlier.taken_monotonic;
    part.cgroups = earlier.cgroups;
    part.containers = earlier.containers;
    part.processes.reserve(earlier.processes.size());
    for (const Process& process : earlier.processes) {
        Process& kept = part.processes.emplace_back();
        kept.pid = process.pid;
        kept.start_time = process.start_time;
        kept.state = process.state;
        kept.role = process.role;
        kept.threads.reserve(process.threads.size());
        for (const Thread& thread : process.threads) {
            Thread& one = kept.threads.emplace_back();
            one.tid = thread.tid;
            one.state = thread.state;
            one.first = thread.first;
        }
        if (!process.go) continue;
        std::vector<Goroutine>& goroutines = kept.go.emplace().goroutines;
        goroutines.reserve(static_cast<std::size_t>(std::ranges::count_if(process.go->goroutines, is_compared)));
        for (const Goroutine& goroutine : process.go->goroutines) {
            if (!is_compared(goroutine)) continue;
            Goroutine& one = goroutines.emplace_back();
            one.id = goroutine.id;
            one.changed = goroutine.changed;
            one.purpose = goroutine.purpose;
            one.serves = goroutine.serves;
            one.wait.kind = goroutine.wait.kind;
            one.wait.object = goroutine.wait.object;
            one.wait.cases = goroutine.wait.cases;
            one.wait.fd = goroutine.wait.fd;
            one.wait.fd_path = goroutine.wait.fd_path;
        }
    }
    return part;
}

void merge_progress(Snapshot& later, const Snapshot& earlier) {
    const Processes now = by_pid(later), then = by_pid(earlier);
    for (Process& process : later.processes)
        if (const Process* before = find(then, process.pid); before && before->start_time == process.start_time) {
            take_first_counters(process, *before);
            if (process.go && before->go) take_waiting_times(*process.go, *before->go, later.taken_monotonic - earlier.taken_monotonic);
        }
    for (Cgroup& group : later.cgroups)
        if (const auto before = std::ranges::find(earlier.cgroups, group.path, &Cgroup::path); before != earlier.cgroups.end()) {
            group.throttling_before = before->throttling;
            group.memory_limit_hits_before = before->memory_limit_hits;
        }
    for (ContainerFiles& files : later.containers)
        if (const ContainerFiles* before = same_files(earlier, files))
            take_absence(files, now, *before, then, later.taken_monotonic - earlier.taken_monotonic);
    // Another init: not the same remains, but those of the container that has had the same name since.
    std::erase_if(later.containers, [&](ContainerFiles& files) {
        const ContainerFiles* before = same_files(earlier, files);
        const bool is_remade = !before || files.init_pid != before->init_pid;
        if (is_remade || before->config_json_error.empty()) files.config_json_error.clear();
        if (is_remade || before->state_json_error.empty()) files.state_json_error.clear();
        // What was made or removed there since is of one that is being made or taken down.
        const auto between_s = std::chrono::duration_cast<std::chrono::seconds>(later.taken_monotonic - earlier.taken_monotonic).count();
        const bool moves = files.changed_s_ago && *files.changed_s_ago < between_s;
        files.remade = is_remade || files.state_init_pid != before->state_init_pid;
        return !attended(files, now) && (is_remade || attended(*before, then) || moves);
    });
}

}  // namespace shimtrace::diagnosis
