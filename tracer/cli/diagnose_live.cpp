#include "tracer/cli/diagnose_live.hpp"
#include "tracer/procfs/clock.hpp"

#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/roles.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/diagnosis/graph/snapshot_delta.hpp"
#include "tracer/snapshot/take_snapshot.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>

namespace shimtrace::cli {

namespace {

/// The containers that are asked about, by name or by the pid of one of their processes.
std::set<ContainerRef> containers_of(const Snapshot& snapshot, const std::vector<containerd::FoundTarget>& targets) {
    std::set<ContainerRef> containers;
    for (const auto& target : targets) {
        if (target.container) containers.insert(target.container);
        for (const Process& process : snapshot.processes)
            if (diagnosis::is_container_role(process.role.role) && std::ranges::find(target.pids, process.pid) != target.pids.end())
                containers.insert(process.role.container);
    }
    containers.erase(ContainerRef{});
    return containers;
}

/// The shim that the process lives under; 0: none.
Pid shim_above(const Snapshot& snapshot, Pid pid) {
    for (int steps = 0; steps < 256 && pid.value > 1; ++steps) {
        const auto process = std::ranges::find(snapshot.processes, pid, &Process::pid);
        if (process == snapshot.processes.end()) break;
        if (process->role.role == ProcessRole::shim) return pid;
        pid = process->parent;
    }
    return {};
}

/// The processes to look at closely: the shim, the runc processes and the container's own, whose families come with them.
std::vector<Pid> concerned(const Snapshot& snapshot, const std::vector<containerd::FoundTarget>& targets,
                           const std::optional<std::vector<Pid>>& session) {
    std::set<Pid> pids;
    if (session) pids.insert(session->begin(), session->end());
    for (const auto& target : targets) {
        pids.insert(target.pids.begin(), target.pids.end());
        for (const Pid pid : target.pids)
            if (const Pid shim = shim_above(snapshot, pid)) pids.insert(shim);
    }
    const std::set<ContainerRef> containers = containers_of(snapshot, targets);
    for (const Process& process : snapshot.processes)
        if (containers.contains(process.role.container)) pids.insert(process.pid);
    if (targets.empty() && !session)
        for (const Process& process : snapshot.processes)
            if (process.role.role == ProcessRole::shim || process.role.role == ProcessRole::runtime ||
                diagnosis::is_container_role(process.role.role))
                pids.insert(process.pid);
    return {pids.begin(), pids.end()};
}

using FoundTargets = std::vector<containerd::FoundTarget>;

/// `left_out` set: a session's targets, of which those that are gone are left out; one that has come to mean several as well, but not in
/// silence: why goes there.
std::expected<FoundTargets, Refusal> find(const Snapshot& snapshot, const std::vector<std::string>& texts,
                                          std::vector<std::string>* left_out = nullptr) {
    FoundTargets found;
    for (const std::string& text : texts) {
        if (auto target = containerd::find_target(snapshot, text)) {
            found.push_back(std::move(*target));
        } else if (left_out == nullptr) {
            return std::unexpected(Refusal{target.error().error, target.error().ambiguous ? exit_usage : exit_failed});
        } else if (target.error().ambiguous) {
            left_out->push_back(target.error().error.message());
        }
    }
    return found;
}

void ask(diagnosis::Query& query, const ContainerRef& ref, Pid shim) {
    for (std::size_t i = 0; i < query.containers.size(); ++i)
        if (query.containers[i] == ref && query.shims[i] == shim) return;
    query.containers.push_back(ref);
    query.shims.push_back(shim);
}

/// A pod's shim serves many containers: asked by the shim's pid, all of them are meant. False: it serves none that has files.
bool ask_for_all_of(diagnosis::Query& query, const Snapshot& snapshot, Pid shim) {
    bool any = false;
    for (const ContainerFiles& files : snapshot.containers) {
        if (files.sandbox_shim != shim) continue;
        ask(query, files.container, shim);
        any = true;
    }
    return any;
}

const Process* find_shim(const Snapshot& snapshot, Pid pid) {
    const auto found = pid ? std::ranges::find(snapshot.processes, pid, &Process::pid) : snapshot.processes.end();
    return found != snapshot.processes.end() && found->role.role == ProcessRole::shim ? &*found : nullptr;
}

diagnosis::Query question_of(const Snapshot& snapshot, const FoundTargets& targets) {
    diagnosis::Query query;
    for (const auto& target : targets) {
        const bool by_pid = !target.text.empty() && std::ranges::all_of(target.text, [](char c) { return c >= '0' && c <= '9'; });
        const Pid pid = by_pid && target.pids.size() == 1 ? target.pids.front() : Pid{};
        if (find_shim(snapshot, pid)) {
            if (!ask_for_all_of(query, snapshot, pid)) query.pids.push_back(pid);
        } else if (target.container) {
            ask(query, target.container, target.shim);
        } else {
            for (const Pid one : target.pids) query.pids.push_back(one);
        }
    }
    return query;
}

/// A session also asks for the containers of the shims that it came upon; without targets, for the processes that it started. It never
/// asks for nothing, which would mean the whole host.
void add_session(diagnosis::Query& query, const Snapshot& snapshot, const std::vector<Pid>& session, bool has_targets) {
    for (const Pid pid : session) {
        if (find_shim(snapshot, pid)) {
            if (std::ranges::find(query.shims, pid) == query.shims.end()) ask_for_all_of(query, snapshot, pid);
        } else if (!has_targets && std::ranges::find(snapshot.processes, pid, &Process::pid) != snapshot.processes.end()) {
            query.pids.push_back(pid);
        }
    }
    if (!query.containers.empty() || !query.pids.empty()) return;
    query.pids = session;
    if (session.empty()) query.pids.emplace_back(::getpid());  // nothing has started: the tracer stands for what it will start
}

/// A thread at one of our own stops is not stopped by anybody as far as `why` is concerned.
void hide_tracing(Snapshot& snapshot) {
    const std::int32_t self = ::getpid();
    for (Process& process : snapshot.processes) {
        bool ours = false;
        for (Thread& thread : process.threads) {
            if (thread.tracer != self) continue;
            ours = true;
            thread.tracer = 0;
            if (thread.state != 't') continue;
            thread.state = 'S';
            thread.wchan.clear();
            thread.kernel_stack.clear();
        }
        if (ours && process.state == 't') process.state = 'S';
    }
}

void read_goroutines(Snapshot& snapshot, const std::vector<Pid>& pids, const DiagnoseOptions& options, stacks::BinaryCache& cache) {
    constexpr std::size_t most = 128;  // beyond, only what is under suspicion is worth the time
    std::size_t read = 0;
    for (Process& process : snapshot.processes) {
        const bool of_session = options.session && std::ranges::find(*options.session, process.pid) != options.session->end();
        if (process.role.role != ProcessRole::shim && process.role.role != ProcessRole::runtime && !of_session) continue;
        if (!std::ranges::binary_search(pids, process.pid) || process.state == 'Z' || ++read > most) continue;
        auto go = stacks::read_goroutines(process.pid, cache, {.stop = options.may_stop});
        if (!go) {
            snapshot.read_errors.push_back(go.error().message());
            continue;
        }
        process.go = std::move(*go);
        if (process.go) snapshot.stopped = std::max(snapshot.stopped, process.go->stopped);
    }
}

}  // namespace

std::expected<SnapshotAndQuery, Refusal> look(const Globals& globals, const DiagnoseOptions& options, stacks::BinaryCache& cache) {
    // One pass over /proc: who is concerned is known when everybody's row is read, and only theirs is read on.
    std::optional<Refusal> refusal;
    diagnosis::Query query;
    std::vector<Pid> pids;
    std::vector<std::string> left_out;
    auto snapshot = host::take_snapshot({}, [&](Snapshot& table) -> std::vector<Pid> {
        containerd::read_container_files(table, globals.run_dir);
        auto targets = find(table, options.targets, options.session ? &left_out : nullptr);
        if (!targets) {
            refusal = targets.error();
            return {};
        }
        query = question_of(table, *targets);
        if (options.session) add_session(query, table, *options.session, !options.targets.empty());
        return pids = concerned(table, *targets, options.session);
    });
    if (!snapshot) return std::unexpected(Refusal{snapshot.error(), exit_failed});
    if (refusal) return std::unexpected(*refusal);
    snapshot->read_errors.insert(snapshot->read_errors.end(), left_out.begin(), left_out.end());
    hide_tracing(*snapshot);
    containerd::assign_roles(*snapshot);  // now with the sockets' names
    SnapshotAndQuery sight{.snapshot = std::move(*snapshot), .query = std::move(query)};
    sight.snapshot.asked = sight.query.containers;
    sight.snapshot.targets = sight.query.pids;
    for (const Pid shim : sight.query.shims)
        if (shim) sight.snapshot.targets.push_back(shim);
    if (options.goroutines) read_goroutines(sight.snapshot, pids, options, cache);
    return sight;
}

std::expected<SnapshotAndQuery, Refusal> resample(const Globals& globals, const DiagnoseOptions& options, stacks::BinaryCache& cache,
                                                  const Snapshot& first, Nanoseconds interval) {
    const auto left = first.taken_monotonic + interval - host::monotonic_now();
    if (left > Nanoseconds::zero()) std::this_thread::sleep_for(left);
    auto later = look(globals, options, cache);
    if (later) diagnosis::merge_progress(later->snapshot, first);
    return later;
}

DiagnosisResult answer(SnapshotAndQuery sight) {
    DiagnosisResult made{.snapshot = std::move(sight.snapshot), .diagnoses = {}, .query = std::move(sight.query)};
    made.diagnoses = diagnosis::diagnose(made.snapshot, made.query);
    return made;
}

std::expected<DiagnosisResult, Refusal> observe(const Globals& globals, const DiagnoseOptions& options, Nanoseconds interval,
                                                stacks::BinaryCache& cache) {
    using std::chrono::milliseconds;
    auto sight = look(globals, options, cache);
    if (!sight) return std::unexpected(sight.error());
    DiagnosisResult current = answer(std::move(*sight));
    std::optional<Snapshot> first;
    for (const Nanoseconds wait : {interval, std::max<Nanoseconds>(interval, milliseconds(1600))}) {
        if (interval.count() == 0 || !diagnosis::needs_second_look(current.diagnoses)) break;
        if (!first) first = std::move(current.snapshot);
        auto again = resample(globals, options, cache, *first, wait);
        if (!again) return std::unexpected(again.error());
        current = answer(std::move(*again));
    }
    return current;
}

std::expected<diagnosis::Query, Refusal> query_about(const Snapshot& snapshot, const std::vector<std::string>& texts) {
    if (!texts.empty()) {
        auto targets = find(snapshot, texts);
        if (!targets) return std::unexpected(targets.error());
        return question_of(snapshot, *targets);
    }
    diagnosis::Query query{.containers = snapshot.asked, .pids = {}, .shims = {}};
    std::vector<Pid> shims;
    for (const Pid pid : snapshot.targets) {
        const auto process = std::ranges::find(snapshot.processes, pid, &Process::pid);
        const bool serves = process != snapshot.processes.end() && process->role.role == ProcessRole::shim && !snapshot.asked.empty();
        (serves ? shims : query.pids).push_back(pid);
    }
    for (const ContainerRef& ref : query.containers) {
        Pid shim;
        for (const ContainerFiles& files : snapshot.containers)
            if (files.container == ref && std::ranges::find(shims, files.sandbox_shim) != shims.end()) shim = files.sandbox_shim;
        query.shims.push_back(shim);
    }
    return query;
}

}  // namespace shimtrace::cli
