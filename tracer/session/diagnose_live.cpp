#include "tracer/session/diagnose_live.hpp"

#include "tracer/containerd/roles.hpp"
#include "tracer/containerd/versions.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/diagnosis/known_bugs/known_bugs.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/session/daemons.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/stacks/held_tasks.hpp"
#include "tracer/stacks/language_locks.hpp"
#include "tracer/threads/in_parallel.hpp"

#include <shimtrace/container_identity.hpp>

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <set>
#include <thread>

namespace shimtrace::session {

namespace {

/// A thread at one of our own stops is not stopped by anybody as far as `why` is concerned.
void hide_tracing(Snapshot& snapshot) {
    const std::int32_t self = ::getpid();
    for (Process& process : snapshot.processes) {
        bool ours = false;
        for (Thread& thread : process.threads) {
            if (thread.tracer != self) continue;
            ours = true;
            thread.tracer = 0;
            if (thread.state != ProcessState::traced) continue;
            thread.state = ProcessState::sleeping;
            thread.wchan = {};
            thread.kernel_stack.clear();
        }
        if (ours && process.state == ProcessState::traced) process.state = ProcessState::sleeping;
    }
}

/// Who has a fifo open for reading that is full: what they do instead, of a Go program (dockerd, a log agent) its goroutines tell.
std::set<Pid> slow_readers(const Snapshot& snapshot) {
    constexpr std::size_t most = 8;
    std::set<Pid> found;
    for (const Pipe& pipe : snapshot.pipes) {
        if (pipe.path.empty() || !diagnosis::is_full(&pipe)) continue;
        for (const Holder& holder : pipe.holders)
            if (holder.reads && found.size() < most) found.insert(holder.pid);
    }
    return found;
}

GoProgram without_goroutines(Pid pid, std::string why) {
    return {.pid = pid, .version = {}, .goroutines = {}, .incomplete = std::move(why)};
}

/// What was read of one process's goroutines.
void take_goroutines(Snapshot& snapshot, Process& process, Result<std::optional<GoProgram>> go) {
    if (!go && !host::read_process(process.pid)) {
        process.state = ProcessState::dead;  // in the midst of the look
        process.threads.clear();
        return;
    }
    if (!go) {
        snapshot.read_errors.push_back(go.error().message());
        process.go = without_goroutines(process.pid, go.error().what);
        return;
    }
    process.go = std::move(*go);
    if (process.go) snapshot.stopped = std::max(snapshot.stopped, process.go->stopped);
}

/// A program of a container's, or of the host's, or a plugin: no part of the machinery, whose goroutines are read as such.
bool is_program(const Process& process) {
    return (is_container_role(process.role.role) && process.role.role != ProcessRole::runtime_init) ||
           process.role.role == ProcessRole::none || process.role.role == ProcessRole::plugin;
}

/// Who has the other ends of the connections by which the daemon waits for replies.
void add_called(const Process& daemon, std::vector<Pid>& pids) {
    for (const Goroutine& goroutine : daemon.go->goroutines) {
        if (!goroutine.wait.reply->tied) continue;
        for (const FdEntry& entry : daemon.fds)
            if (std::ranges::find(goroutine.wait.reply->connections, entry.fd) != goroutine.wait.reply->connections.end())
                for (const Holder& peer : entry.target.holders)
                    if (peer.pid != daemon.pid && std::ranges::find(pids, peer.pid) == pids.end()) pids.push_back(peer.pid);
    }
}

/// Of programs in Go the goroutines tell what they wait for, and not their threads: of those that are asked about, and of whom they have
/// connections to, step by step. Any program is looked at here: one is a Go program only where its executable says so, and none is stopped
/// that was not asked about.
void read_programs(Snapshot& snapshot, const std::vector<Pid>& pids, const DiagnoseOptions& options, stacks::BinaryCache& cache) {
    constexpr std::size_t most_goroutines = 1 << 15, most_servers = 16;
    constexpr Nanoseconds enough = std::chrono::milliseconds(300);
    const MonotonicTime end = host::monotonic_now() + enough;
    std::map<Pid, Process*> by_pid;
    for (Process& process : snapshot.processes) by_pid.emplace(process.pid, &process);
    std::vector<Pid> open = pids;
    // A daemon's plugin is asked about with the call that waits for it: one that it runs, and one that it calls.
    for (const Process& process : snapshot.processes) {
        if (process.role.role == ProcessRole::plugin && !process.fds.empty()) open.push_back(process.pid);
        if (process.go && process.role.role == ProcessRole::containerd) add_called(process, open);
    }
    std::set<Pid> seen(open.begin(), open.end());
    const std::size_t most = seen.size() + most_servers;
    for (std::size_t next = 0; next < open.size(); ++next) {
        const auto found = by_pid.find(open[next]);
        if (found == by_pid.end() || !is_program(*found->second) || has_ended(found->second->state)) continue;
        Process& process = *found->second;
        if (options.interrupted && options.interrupted()) return;
        if (!process.go && host::monotonic_now() > end) {
            if (stacks::is_known_go_program(process.pid, cache))
                process.go = without_goroutines(process.pid, "there are many programs to read: ask about it alone");
        } else if (!process.go) {
            const bool is_asked = next < pids.size();
            auto go =
                stacks::read_goroutines(process.pid, cache, {.stop = options.may_stop && is_asked, .max_goroutines = most_goroutines});
            if (go || stacks::is_known_go_program(process.pid, cache) || !host::read_process(process.pid))
                take_goroutines(snapshot, process, std::move(go));
            else
                snapshot.read_errors.push_back(go.error().message());
        }
        for (const FdEntry& entry : process.fds) {
            if (seen.size() >= most || !entry.target.socket || entry.target.socket->state == "LISTEN") continue;
            for (const Holder& peer : entry.target.holders)
                if (seen.insert(peer.pid).second) open.push_back(peer.pid);
        }
    }
}

/// Of programs that are asked about, and then of those at the other ends of what they have open: Python's and a JVM's locks, which the
/// kernel knows as anybody's futex.
void read_language_locks(Snapshot& snapshot, const std::vector<Pid>& pids, const DiagnoseOptions& options) {
    constexpr Nanoseconds enough = std::chrono::milliseconds(300);
    const MonotonicTime end = host::monotonic_now() + enough;
    std::set<Pid> peers;
    for (const Process& process : snapshot.processes)
        if (std::ranges::binary_search(pids, process.pid))
            for (const FdEntry& entry : process.fds)
                for (const Holder& holder : entry.target.holders) peers.insert(holder.pid);
    for (const bool asked : {true, false})
        for (Process& process : snapshot.processes) {
            if (!asked && !peers.contains(process.pid)) continue;
            if (std::ranges::binary_search(pids, process.pid) != asked || !is_program(process) || has_ended(process.state)) continue;
            const std::string_view program = std::string_view(process.exe).substr(process.exe.rfind('/') + 1);
            if (!asked && !program.starts_with("python") && program != "java") continue;
            if (host::monotonic_now() > end || (options.interrupted && options.interrupted())) return;
            stacks::read_language_locks(process);
        }
}

/// Whose goroutines tell something: those asked about, and who reads slowly.
std::vector<Process*> with_goroutines(Snapshot& snapshot, const std::vector<Pid>& pids, const DiagnoseOptions& options) {
    const std::set<Pid> readers = slow_readers(snapshot);
    std::vector<Process*> found;
    for (Process& process : snapshot.processes) {
        const bool reads_slowly = readers.contains(process.pid) && !process.go;
        const bool of_session = options.session && std::ranges::find(*options.session, process.pid) != options.session->end();
        if (process.role.role != ProcessRole::shim && process.role.role != ProcessRole::runtime &&
            process.role.role != ProcessRole::sandbox && !of_session && !reads_slowly)
            continue;
        const bool is_concerned = reads_slowly || std::ranges::binary_search(pids, process.pid);
        if (is_concerned && process.state != ProcessState::zombie) found.push_back(&process);
    }
    return found;
}

void read_goroutines(Snapshot& snapshot, const std::vector<Pid>& pids, const DiagnoseOptions& options, stacks::BinaryCache& cache) {
    const std::vector<Process*> wanted = with_goroutines(snapshot, pids, options);
    std::vector<std::optional<Result<std::optional<GoProgram>>>> read(wanted.size());
    std::atomic<std::uint64_t> done = 0;
    // Whoever stops threads is the only one to have stopped any.
    const std::size_t worth_a_thread = options.may_stop ? wanted.size() + 1 : 4;
    in_parallel(wanted.size(), worth_a_thread, [&](std::size_t at) {
        if (options.interrupted && options.interrupted()) return;
        if (options.tell_work) options.tell_work({.what = "reading goroutines", .done = done++, .of = wanted.size()});
        read[at] = stacks::read_goroutines(wanted[at]->pid, cache, {.stop = options.may_stop});
    });
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        if (!read[at]) return;  // interrupted
        take_goroutines(snapshot, *wanted[at], std::move(*read[at]));
    }
    // A recording's own session is of few processes, and its events tell.
    if (options.session) return;
    read_programs(snapshot, pids, options, cache);
    read_language_locks(snapshot, pids, options);
}

/// A container whose init is gone: whether its shim was told, where nobody waits for it, only the shim's own memory tells.
void read_tasks_of_shims(Snapshot& snapshot, const DiagnoseOptions& options, stacks::BinaryCache& cache) {
    constexpr std::size_t most = 64;  // each is some megabytes
    std::map<Pid, std::vector<std::string>> ended;
    for (const ContainerFiles& files : snapshot.containers) {
        const Pid init = named_init(files);
        const auto process = std::ranges::find(snapshot.processes, init, &Process::pid);
        if (init && files.sandbox_shim && (process == snapshot.processes.end() || process->role.container != files.container))
            ended[files.sandbox_shim].push_back(files.container.id);
    }
    std::size_t read = 0;
    for (Process& shim : snapshot.processes) {
        const auto containers = ended.find(shim.pid);
        if (containers == ended.end() || !shim.go || shim.role.role != ProcessRole::shim || ++read > most) continue;
        if (options.interrupted && options.interrupted()) return;
        shim.tasks = stacks::read_shim_tasks(shim.pid, cache, containers->second);
    }
}

/// Within it a snapshot is just past.
constexpr Nanoseconds just_past = std::chrono::seconds(2);

}  // namespace

std::expected<SnapshotAndQuery, Refusal> snapshot_targets(const DiagnoseOptions& options, stacks::BinaryCache& cache) {
    ::malloc_trim(0);  // the look before was as large, and what it has left lies in pieces
    // One pass over /proc: who is concerned is known when everybody's row is read, and only theirs is read on.
    std::optional<Refusal> refusal;
    diagnosis::Query query;
    std::vector<Pid> pids;
    std::vector<std::string> left_out;
    auto snapshot = host::take_snapshot(
        {.detailed = {}, .interrupted = options.interrupted, .tell_work = options.tell_work},
        [&](Snapshot& table, host::MountTables& mounts) -> host::Chosen {
            std::optional<DaemonsAhead> ahead;
            if (options.goroutines && !options.session && !options.may_stop) ahead.emplace(table, cache, options.interrupted);
            containerd::read_container_files(table, options.run_dir, containerd::GivesRolesTo::processes, &mounts);
            FoundTargets targets;
            if (options.session) targets = find_remaining(table, options.targets, left_out);
            std::vector<std::optional<std::string>> not_found;
            const bool all = options.targets.empty() && options.ns.empty();
            if (!options.session && !all)
                for (const std::optional<std::string>& word : asked_words(options.targets)) {
                    auto found = find_asked(table, word, options.ns);
                    if (found)
                        targets.insert(targets.end(), found->begin(), found->end());
                    else if (found.error().usage || !options.goroutines)
                        refusal = std::move(found.error());
                    else
                        not_found.push_back(word);
                    if (refusal) return {};
                }
            query = query_of(table, targets);
            if (options.session) add_session(query, table, *options.session, !options.targets.empty());
            host::Chosen chosen;
            if (options.goroutines && !options.session) {
                ReadDaemons read = read_daemons(table, query, options.may_stop, cache, ahead ? &*ahead : nullptr);
                chosen.daemons = std::move(read.daemons);
                pids = std::move(read.shims);
            }
            // A pod that is being made, or torn down, is known by a daemon's calls alone.
            for (const std::optional<std::string>& word : not_found) {
                const auto pods = find_pods(table, word.value_or(""), options.ns);
                if (pods.empty()) {
                    refusal = find_asked(table, word, options.ns).error();
                    return {};
                }
                query.pods.insert(query.pods.end(), pods.begin(), pods.end());
            }
            if (query.pods.empty() || !targets.empty())
                for (const Pid pid : concerned(table, targets, options.session)) pids.push_back(pid);
            std::erase_if(
                pids, [&](Pid pid) { return std::ranges::find(chosen.daemons, pid, &host::Chosen::Daemon::pid) != chosen.daemons.end(); });
            std::ranges::sort(pids);
            pids.erase(std::ranges::unique(pids).begin(), pids.end());
            chosen.processes = pids;
            return chosen;
        });
    if (!snapshot) return std::unexpected(Refusal{snapshot.error()});
    if (refusal) return std::unexpected(*refusal);
    snapshot->read_errors.insert(snapshot->read_errors.end(), left_out.begin(), left_out.end());
    hide_tracing(*snapshot);
    containerd::assign_roles(*snapshot);  // now with the sockets' names
    SnapshotAndQuery taken{.snapshot = std::move(*snapshot), .query = std::move(query)};
    taken.snapshot.asked = taken.query.containers;
    if (std::ranges::any_of(taken.query.places, [](const std::string& place) { return !place.empty(); }))
        taken.snapshot.asked_places = taken.query.places;
    taken.snapshot.targets = taken.query.pids;
    taken.snapshot.asked_pods = taken.query.pods;
    for (const Pid shim : taken.query.shims)
        if (shim) taken.snapshot.targets.push_back(shim);
    if (options.goroutines) {
        read_goroutines(taken.snapshot, pids, options, cache);
        read_tasks_of_shims(taken.snapshot, options, cache);
        cache.release_pages();
    }
    // Which version runs is asked of the program itself, and so only where it matters.
    for (const Pid pid : diagnosis::may_have_known_bugs(taken.snapshot)) {
        const auto process = std::ranges::find(taken.snapshot.processes, pid, &Process::pid);
        process->version = containerd::running_version(*process);
    }
    return taken;
}

bool LiveDiagnosis::wait_until(MonotonicTime moment) const {
    constexpr Nanoseconds notice = std::chrono::milliseconds(50);
    const MonotonicTime began = host::monotonic_now();
    const auto milliseconds = [](Nanoseconds time) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(time).count()));
    };
    for (;;) {
        if (options_.interrupted && options_.interrupted()) return false;
        const Nanoseconds left = moment - host::monotonic_now();
        if (left <= Nanoseconds::zero()) return true;
        if (options_.tell_work)
            options_.tell_work({.what = "waiting to look again: what moves meanwhile does not hang",
                                .done = milliseconds(host::monotonic_now() - began),
                                .of = milliseconds(moment - began),
                                .unit = WorkUnit::milliseconds});
        std::this_thread::sleep_for(options_.interrupted || options_.tell_work ? std::min(left, notice) : left);
    }
}

Nanoseconds LiveDiagnosis::patience() const {
    // A recording begins, and ends, without delay: what only more time can tell stands in its events.
    return options_.session ? Nanoseconds{} : most_patient;
}

std::expected<SnapshotAndQuery, Refusal> LiveDiagnosis::look_again(const std::vector<Diagnosis>& before) {
    const LooksAgain of = options_.looks_again;
    if (of == LooksAgain::at_all || !options_.targets.empty() || !options_.ns.empty() || options_.session)
        return snapshot_targets(options_, cache_);
    DiagnoseOptions some = options_;
    for (const Diagnosis& diagnosis : before) {
        if (!is_looked_at_again(diagnosis, of)) continue;
        // Who is no container's, or has no process left, is found by a look at everything alone.
        if (!diagnosis.target.container || !diagnosis.target.pid || !diagnosis.target.place.empty())
            return snapshot_targets(options_, cache_);
        const ContainerRef& container = diagnosis.target.container;
        some.targets.push_back(container.ns.empty() ? container.id : container.ns + "/" + container.id);
    }
    if (some.targets.empty() || some.targets.size() * 4 > before.size()) return snapshot_targets(options_, cache_);
    auto taken = snapshot_targets(some, cache_);
    if (!taken && taken.error().error.number != ECANCELED) return snapshot_targets(options_, cache_);  // one of them has gone meanwhile
    if (taken) taken->of = of;
    return taken;
}

std::expected<DiagnosisResult, Refusal> LiveDiagnosis::once(Nanoseconds interval, Nanoseconds longer) {
    return diagnose_resampled({.take = [this] { return snapshot_targets(options_, cache_); },
                               .wait_until = [this](MonotonicTime moment) { return wait_until(moment); },
                               .answers_interrupted = options_.session.has_value(),
                               .take_again = [this](const std::vector<Diagnosis>& before) { return look_again(before); }},
                              resample_after(interval, longer), nullptr, patience());
}

std::expected<DiagnosisResult, Refusal> LiveDiagnosis::next(Nanoseconds interval, Nanoseconds every) {
    if (every > just_past) return once(interval);
    std::optional<Snapshot> as_seen;
    const SnapshotSource source{[&] {
                                    auto taken = snapshot_targets(options_, cache_);
                                    if (taken) as_seen = taken->snapshot;
                                    return taken;
                                },
                                [this](MonotonicTime moment) { return wait_until(moment); }};
    const bool comparable = before_ && host::monotonic_now() - before_->taken_monotonic <= just_past;
    auto result =
        comparable ? diagnose_resampled(source, {}, &*before_) : diagnose_resampled(source, resample_after(interval), nullptr, patience());
    before_ = std::move(as_seen);
    return result;
}

}  // namespace shimtrace::session
