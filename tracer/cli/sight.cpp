#include "cli/sight.hpp"

#include "containerd/find_target.hpp"
#include "containerd/roles.hpp"
#include "diagnosis/two_looks.hpp"
#include "host/snapshot.hpp"

#include <algorithm>
#include <set>
#include <thread>

namespace shimtrace::cli {

namespace {

bool is_container_process(ProcessRole role) {
    return role == ProcessRole::container_init || role == ProcessRole::container_exec || role == ProcessRole::container_process ||
           role == ProcessRole::runtime_init;
}

/// The processes to look at closely: the shim, the runc processes and the container's own, whose families come with them.
std::vector<Pid> concerned(const Snapshot& snapshot, const std::vector<containerd::FoundTarget>& targets) {
    std::set<Pid> pids;
    for (const auto& target : targets) {
        pids.insert(target.pids.begin(), target.pids.end());
        if (!target.container) continue;
        for (const Process& process : snapshot.processes)
            if (process.role.container == target.container) pids.insert(process.pid);
    }
    if (targets.empty())
        for (const Process& process : snapshot.processes)
            if (process.role.role == ProcessRole::shim || process.role.role == ProcessRole::runtime ||
                is_container_process(process.role.role))
                pids.insert(process.pid);
    return {pids.begin(), pids.end()};
}

std::expected<std::vector<containerd::FoundTarget>, Refusal> find(const Snapshot& snapshot, const std::vector<std::string>& texts) {
    std::vector<containerd::FoundTarget> found;
    for (const std::string& text : texts) {
        auto target = containerd::find_target(snapshot, text);
        if (!target) return std::unexpected(Refusal{target.error().error, target.error().ambiguous ? exit_usage : exit_failed});
        found.push_back(std::move(*target));
    }
    return found;
}

/// A pod's shim serves many containers: asked by the shim's pid, all of them are meant.
diagnosis::Question question_of(const Snapshot& snapshot, const std::vector<containerd::FoundTarget>& targets) {
    diagnosis::Question question;
    const auto add = [&](const ContainerRef& ref, Pid shim) {
        for (std::size_t i = 0; i < question.containers.size(); ++i)
            if (question.containers[i] == ref && question.shims[i] == shim) return;
        question.containers.push_back(ref);
        question.shims.push_back(shim);
    };
    for (const auto& target : targets) {
        const bool by_pid = !target.text.empty() && std::ranges::all_of(target.text, [](char c) { return c >= '0' && c <= '9'; });
        const Pid pid = by_pid && target.pids.size() == 1 ? target.pids.front() : Pid{};
        const auto asked = std::ranges::find(snapshot.processes, pid, &Process::pid);
        const bool is_shim = asked != snapshot.processes.end() && asked->role.role == ProcessRole::shim;
        if (is_shim) {
            const std::size_t before = question.containers.size();
            for (const ContainerFiles& files : snapshot.containers)
                if (files.sandbox_shim == pid) add(files.container, pid);
            if (question.containers.size() == before) question.pids.push_back(pid);
        } else if (target.container) {
            add(target.container, target.shim);
        } else {
            for (const Pid one : target.pids) question.pids.push_back(one);
        }
    }
    return question;
}

void read_goroutines(Snapshot& snapshot, const std::vector<Pid>& pids, bool may_stop, stacks::BinaryCache& cache) {
    constexpr std::size_t most = 128;  // beyond, only what is under suspicion is worth the time
    std::size_t read = 0;
    for (Process& process : snapshot.processes) {
        if (process.role.role != ProcessRole::shim && process.role.role != ProcessRole::runtime) continue;
        if (!std::ranges::binary_search(pids, process.pid) || process.state == 'Z' || ++read > most) continue;
        auto go = stacks::read_goroutines(process.pid, cache, {.stop = may_stop});
        if (!go) {
            snapshot.gaps.push_back(go.error().message());
            continue;
        }
        process.go = std::move(*go);
        if (process.go) snapshot.stopped = std::max(snapshot.stopped, process.go->stopped);
    }
}

}  // namespace

std::expected<Sight, Refusal> look(const Globals& globals, const SightOptions& options, stacks::BinaryCache& cache) {
    // One pass over /proc: who is concerned is known when everybody's row is read, and only theirs is read on.
    std::optional<Refusal> refusal;
    diagnosis::Question question;
    std::vector<Pid> pids;
    auto snapshot = host::take_snapshot({}, [&](Snapshot& table) -> std::vector<Pid> {
        containerd::read_container_files(table, globals.run_dir);
        auto targets = find(table, options.targets);
        if (!targets) {
            refusal = targets.error();
            return {};
        }
        question = question_of(table, *targets);
        return pids = concerned(table, *targets);
    });
    if (!snapshot) return std::unexpected(Refusal{snapshot.error(), exit_failed});
    if (refusal) return std::unexpected(*refusal);
    containerd::assign_roles(*snapshot);  // now with the sockets' names
    Sight sight{.snapshot = std::move(*snapshot), .question = std::move(question)};
    sight.snapshot.asked = sight.question.containers;
    sight.snapshot.targets = sight.question.pids;
    for (const Pid shim : sight.question.shims)
        if (shim) sight.snapshot.targets.push_back(shim);
    if (options.goroutines) read_goroutines(sight.snapshot, pids, options.may_stop, cache);
    return sight;
}

std::expected<Sight, Refusal> look_again(const Globals& globals, const SightOptions& options, stacks::BinaryCache& cache,
                                         const Snapshot& first, Nanoseconds interval) {
    const auto left = first.taken_monotonic + interval - host::monotonic_now();
    if (left > Nanoseconds::zero()) std::this_thread::sleep_for(left);
    auto later = look(globals, options, cache);
    if (later) diagnosis::compare_looks(later->snapshot, first);
    return later;
}

std::expected<diagnosis::Question, Refusal> question_about(const Snapshot& snapshot, const std::vector<std::string>& texts) {
    if (!texts.empty()) {
        auto targets = find(snapshot, texts);
        if (!targets) return std::unexpected(targets.error());
        return question_of(snapshot, *targets);
    }
    diagnosis::Question question{.containers = snapshot.asked, .pids = {}, .shims = {}};
    std::vector<Pid> shims;
    for (const Pid pid : snapshot.targets) {
        const auto process = std::ranges::find(snapshot.processes, pid, &Process::pid);
        const bool serves = process != snapshot.processes.end() && process->role.role == ProcessRole::shim && !snapshot.asked.empty();
        (serves ? shims : question.pids).push_back(pid);
    }
    for (const ContainerRef& ref : question.containers) {
        Pid shim;
        for (const ContainerFiles& files : snapshot.containers)
            if (files.container == ref && std::ranges::find(shims, files.sandbox_shim) != shims.end()) shim = files.sandbox_shim;
        question.shims.push_back(shim);
    }
    return question;
}

}  // namespace shimtrace::cli
