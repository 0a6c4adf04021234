#include "tracer/session/daemons.hpp"

#include "decoders/text/printable.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/diagnosis/graph/calls.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <unordered_map>
#include <utility>

namespace shimtrace::session {

namespace {

constexpr std::size_t most_daemons = 32;  // containerds of one host: of one that is not read nothing is known to hang
constexpr std::size_t most_goroutines = 1 << 15;

bool is_asked(const diagnosis::Query& query, Pid pid) {
    return std::ranges::find(query.pids, pid) != query.pids.end();
}

/// Whose calls hang whoever asks, as containerd's do: their programs are known by name, and no container's process has that role.
bool serves_engine(const Process& process) {
    const std::string_view name = containerd::program_name(process.exe);
    return process.role.role == ProcessRole::client && (name == "dockerd" || name == "crio");
}

/// A client that asks a registry itself, as ctr and crictl's like do: where nothing in particular is asked about, so may it be.
bool asks_registry(const Process& process) {
    constexpr auto commands = std::to_array<std::string_view>({"pull", "push", "fetch", "build"});
    return process.role.role == ProcessRole::client && std::ranges::any_of(process.command_line, [&](const std::string& word) {
               return std::ranges::find(commands, word) != commands.end();
           });
}

bool is_read(const Process& process, const diagnosis::Query& query) {
    if (has_ended(process.state) || process.command_line.empty()) return false;
    if (process.role.role == ProcessRole::containerd || serves_engine(process)) return true;
    const bool all = query.containers.empty() && query.pids.empty() && query.pods.empty();
    if (all && asks_registry(process)) return true;
    return is_asked(query, process.pid) && process.role.role != ProcessRole::shim && process.role.role != ProcessRole::runtime;
}

/// docker's API is asked for a container by its name or id: the id is what all else knows it by.
void resolve_names(const Snapshot& table, GoProgram& program) {
    for (Goroutine& goroutine : program.goroutines) {
        const GoServedCall& call = goroutine.serves;
        if (call.service != "docker" || call.container.empty()) continue;
        const auto named = std::ranges::find_if(table.containers, [&](const ContainerFiles& files) {
            return !files.engine_name.empty() && files.engine_name == call.container;
        });
        if (named != table.containers.end()) goroutine.serves.edit().container = named->container.id;
    }
}

bool is_reply_awaited(const Goroutine& goroutine) {
    return !goroutine.system && goroutine.serves->method.empty() && !goroutine.wait.reply->protocol.empty() &&
           goroutine.purpose.detail != "Task.Wait";
}

/// The goroutines at work on calls, and those that can't get rid of what they write, to a client or a log server; and those that they wait
/// for in their turn.
std::vector<const Goroutine*> at_work(const Process& daemon) {
    std::unordered_map<std::uint64_t, const Goroutine*> by_id;
    for (const Goroutine& goroutine : daemon.go->goroutines) by_id.emplace(goroutine.id.value, &goroutine);
    std::vector<const Goroutine*> found = diagnosis::calls_under_way(daemon);
    for (const Goroutine& goroutine : daemon.go->goroutines)
        if (is_reply_awaited(goroutine) || goroutine.wait.kind == GoWaitKind::fd_write || diagnosis::copies_output(goroutine))
            found.push_back(&goroutine);
    std::set<const Goroutine*> seen(found.begin(), found.end());
    for (std::size_t i = 0; i < found.size(); ++i)
        for (const InferredHolder& holder : found[i]->wait.holders)
            if (const auto other = by_id.find(holder.goroutine.value); other != by_id.end() && seen.insert(other->second).second)
                found.push_back(other->second);
    return found;
}

void note_shim(const Snapshot& table, const Goroutine& goroutine, std::vector<Pid>& shims) {
    const GoroutinePurpose& purpose = goroutine.purpose;
    if (purpose.what != "RPC to a shim" || purpose.detail == "Task.Wait" || purpose.container->id.empty()) return;
    for (const ContainerFiles& files : table.containers)
        if (files.container.id == purpose.container->id && files.sandbox_shim) shims.push_back(files.sandbox_shim);
}

/// Whose processes the call waits for.
void note_container(const Snapshot& table, const Goroutine& goroutine, std::vector<Pid>& shims) {
    if (!diagnosis::waits_for_processes(goroutine.serves)) return;
    for (const ContainerFiles& files : table.containers)
        if (files.sandbox_shim && (files.container.id.starts_with(goroutine.serves->container) ||
                                   (!files.sandbox.empty() && files.sandbox.starts_with(goroutine.serves->container))))
            shims.push_back(files.sandbox_shim);
}

}  // namespace

DaemonsAhead::DaemonsAhead(const Snapshot& table, stacks::BinaryCache& cache, std::function<bool()> interrupted)
    : interrupted_(std::move(interrupted)) {
    constexpr auto names = std::to_array<std::string_view>({"containerd", "dockerd", "crio"});
    for (const Process& process : table.processes) {
        if (read_.size() >= most_daemons || has_ended(process.state) || process.uid != 0) continue;
        if (std::ranges::find(names, containerd::program_name(process.exe)) != names.end()) read_.try_emplace(process.pid);
    }
    if (!read_.empty()) reader_ = try_signal_free_thread([this, &cache] { read_all(cache); });
    if (!reader_) read_.clear();
}

DaemonsAhead::~DaemonsAhead() {
    ends_ = true;
    if (reader_) reader_->join();
}

void DaemonsAhead::read_all(stacks::BinaryCache& cache) {
    for (auto& [pid, place] : read_) {
        Read go = ends_ || (interrupted_ && interrupted_())
                      ? fail("read daemons", ECANCELED)
                      : stacks::read_goroutines(pid, cache, {.stop = false, .max_goroutines = most_goroutines});
        const std::lock_guard lock(mutex_);
        place = std::move(go);
        progress_.notify_all();
    }
}

std::optional<Result<std::optional<GoProgram>>> DaemonsAhead::take(Pid pid) {
    const auto found = read_.find(pid);
    if (found == read_.end()) return std::nullopt;
    std::unique_lock lock(mutex_);
    progress_.wait(lock, [&] { return found->second.has_value(); });
    return std::move(*found->second);
}

ReadDaemons read_daemons(Snapshot& table, const diagnosis::Query& query, bool may_stop, stacks::BinaryCache& cache, DaemonsAhead* ahead) {
    ReadDaemons read;
    const auto unread = [&](Process& process, const std::string& what, const std::string& message) {
        table.read_errors.push_back(message);
        if (process.role.role == ProcessRole::containerd)
            process.go = GoProgram{.pid = process.pid, .version = {}, .goroutines = {}, .incomplete = what};
    };
    // Clients may be many: those that they ask come first.
    std::vector<Process*> chosen;
    for (Process& process : table.processes)
        if (is_read(process, query)) chosen.push_back(&process);
    std::ranges::stable_partition(chosen, [](const Process* process) { return process->role.role == ProcessRole::containerd; });
    for (Process* each : chosen) {
        Process& process = *each;
        if (read.daemons.size() >= most_daemons) {
            unread(process, "there are too many such programs",
                   fmt::format("goroutines of {}[{}]: not read, as those of {} others were", text::printable(process.comm),
                               process.pid.value, most_daemons));
            continue;
        }
        auto known = ahead == nullptr ? std::nullopt : ahead->take(process.pid);
        auto go =
            known ? std::move(*known) : stacks::read_goroutines(process.pid, cache, {.stop = may_stop, .max_goroutines = most_goroutines});
        if (!go) {
            unread(process, go.error().what, go.error().message());
            continue;
        }
        if (!*go) continue;  // no Go program: its threads tell
        process.go = std::move(**go);
        resolve_names(table, *process.go);
        table.stopped = std::max(table.stopped, process.go->stopped);
        host::Chosen::Daemon daemon{
            .pid = process.pid, .ends = {}, .retries_lock = std::ranges::any_of(process.go->goroutines, diagnosis::retries_lock)};
        for (const Goroutine* goroutine : at_work(process)) {
            const GoWait& wait = goroutine->wait;
            if (wait.fd.value >= 0) daemon.ends.push_back(wait.fd);
            daemon.ends.insert(daemon.ends.end(), wait.reply->connections.begin(), wait.reply->connections.end());
            note_shim(table, *goroutine, read.shims);
            note_container(table, *goroutine, read.shims);
        }
        read.daemons.push_back(std::move(daemon));
    }
    return read;
}

std::vector<PodRef> find_pods(const Snapshot& snapshot, const std::string& text, const std::string& ns) {
    const diagnosis::Facts facts(snapshot);
    std::vector<PodRef> pods = diagnosis::pods_without_shim(facts);
    std::erase_if(pods, [&](const PodRef& pod) { return !text.empty() && text != pod.pod && text != pod.pod_namespace + "/" + pod.pod; });
    if (pods.empty()) pods = diagnosis::pods_of_unmade(facts, text);
    std::erase_if(pods, [&](const PodRef& pod) { return !ns.empty() && pod.pod_namespace != ns; });
    return pods;
}

}  // namespace shimtrace::session
