#include "tracer/session/targets.hpp"

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/session/daemons.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace shimtrace::session {

namespace {

/// The containers that are asked about, by name or by the pid of one of their processes.
std::set<ContainerRef> containers_of(const Snapshot& snapshot, const FoundTargets& targets) {
    std::set<ContainerRef> containers;
    for (const auto& target : targets) {
        if (target.container) containers.insert(target.container);
        for (const Process& process : snapshot.processes)
            if (is_container_role(process.role.role) && std::ranges::find(target.pids, process.pid) != target.pids.end())
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

void ask(diagnosis::Query& query, const ContainerRef& ref, Pid shim, const std::string& place = {}) {
    for (std::size_t i = 0; i < query.containers.size(); ++i)
        if (query.containers[i] == ref && query.shims[i] == shim && query.places[i] == place) return;
    query.containers.push_back(ref);
    query.shims.push_back(shim);
    query.places.push_back(place);
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

}  // namespace

namespace {

std::expected<FoundTargets, Refusal> as_refusal(std::expected<FoundTargets, containerd::TargetError> found) {
    if (!found) return std::unexpected(Refusal{std::move(found.error().error), found.error().ambiguous});
    return std::move(*found);
}

}  // namespace

std::expected<FoundTargets, Refusal> find_target(const Snapshot& snapshot, const std::string& text, const std::string& ns) {
    if (text.empty()) return std::unexpected(Refusal{{"an empty TARGET names nothing"}, true});
    return as_refusal(containerd::find_targets(snapshot, text, ns));
}

std::expected<FoundTargets, Refusal> find_targets(const Snapshot& snapshot, const std::vector<std::string>& texts, const std::string& ns) {
    if (texts.empty() && !ns.empty()) return as_refusal(containerd::find_namespace(snapshot, ns));
    FoundTargets found;
    for (const std::string& text : texts) {
        auto target = find_target(snapshot, text, ns);
        if (!target) return std::unexpected(std::move(target.error()));
        std::ranges::move(*target, std::back_inserter(found));
    }
    return found;
}

std::vector<std::optional<std::string>> asked_words(const std::vector<std::string>& texts) {
    if (texts.empty()) return {std::nullopt};
    return {texts.begin(), texts.end()};
}

std::expected<FoundTargets, Refusal> find_asked(const Snapshot& snapshot, const std::optional<std::string>& word, const std::string& ns) {
    return word ? find_target(snapshot, *word, ns) : find_targets(snapshot, {}, ns);
}

FoundTargets find_remaining(const Snapshot& snapshot, const std::vector<std::string>& texts, std::vector<std::string>& left_out) {
    FoundTargets found;
    for (const std::string& text : texts) {
        auto target = find_target(snapshot, text);
        if (target)
            std::ranges::move(*target, std::back_inserter(found));
        else if (target.error().usage)
            left_out.push_back(target.error().error.message());
    }
    return found;
}

diagnosis::Query query_of(const Snapshot& snapshot, const FoundTargets& targets) {
    diagnosis::Query query;
    for (const auto& target : targets) {
        const bool by_pid = !target.text.empty() && std::ranges::all_of(target.text, [](char c) { return c >= '0' && c <= '9'; });
        const Pid pid = by_pid && target.pids.size() == 1 ? target.pids.front() : Pid{};
        if (find_shim(snapshot, pid)) {
            if (!ask_for_all_of(query, snapshot, pid)) query.pids.push_back(pid);
        } else if (target.container) {
            ask(query, target.container, target.shim, target.place);
        } else {
            for (const Pid one : target.pids) query.pids.push_back(one);
        }
    }
    return query;
}

void add_session(diagnosis::Query& query, const Snapshot& snapshot, const std::vector<Pid>& processes, bool has_targets) {
    for (const Pid pid : processes) {
        if (find_shim(snapshot, pid)) {
            if (std::ranges::find(query.shims, pid) == query.shims.end()) ask_for_all_of(query, snapshot, pid);
        } else if (!has_targets && std::ranges::find(snapshot.processes, pid, &Process::pid) != snapshot.processes.end()) {
            query.pids.push_back(pid);
        }
    }
    if (!query.containers.empty() || !query.pids.empty()) return;
    query.pids = processes;
    if (processes.empty()) query.pids.emplace_back(::getpid());  // nothing has started: the tracer stands for what it will start
}

std::vector<Pid> concerned(const Snapshot& snapshot, const FoundTargets& targets, const std::optional<std::vector<Pid>>& processes) {
    std::set<Pid> pids;
    if (processes) pids.insert(processes->begin(), processes->end());
    for (const auto& target : targets) {
        pids.insert(target.pids.begin(), target.pids.end());
        for (const Pid pid : target.pids)
            if (const Pid shim = shim_above(snapshot, pid)) pids.insert(shim);
    }
    const std::set<ContainerRef> containers = containers_of(snapshot, targets);
    for (const Process& process : snapshot.processes)
        if (containers.contains(process.role.container)) pids.insert(process.pid);
    // What a shim is at, its runtimes tell, also where it was asked about by its pid; and what its sandbox's processes are at, the sandbox.
    for (const Process& process : snapshot.processes)
        if ((process.role.role == ProcessRole::runtime || process.role.role == ProcessRole::sandbox) && !pids.contains(process.pid) &&
            pids.contains(shim_above(snapshot, process.pid)))
            pids.insert(process.pid);
    if (targets.empty() && !processes)
        for (const Process& process : snapshot.processes)
            if (process.role.role == ProcessRole::shim || process.role.role == ProcessRole::runtime || is_container_role(process.role.role))
                pids.insert(process.pid);
    return {pids.begin(), pids.end()};
}

namespace {

/// The containers, and the pods of which no shim tells. A refusal where one TARGET is neither.
std::optional<Refusal> find_all(const Snapshot& snapshot, const std::vector<std::string>& texts, const std::string& ns,
                                FoundTargets& targets, std::vector<PodRef>& pods) {
    for (const std::optional<std::string>& word : asked_words(texts)) {
        auto found = find_asked(snapshot, word, ns);
        if (found) {
            targets.insert(targets.end(), found->begin(), found->end());
            continue;
        }
        const std::vector<PodRef> named = found.error().usage ? std::vector<PodRef>{} : find_pods(snapshot, word.value_or(""), ns);
        if (named.empty()) return std::move(found.error());
        pods.insert(pods.end(), named.begin(), named.end());
    }
    return std::nullopt;
}

}  // namespace

std::expected<diagnosis::Query, Refusal> query_about(const Snapshot& snapshot, const std::vector<std::string>& texts,
                                                     const std::string& ns) {
    if (!texts.empty() || !ns.empty()) {
        FoundTargets targets;
        std::vector<PodRef> pods;
        if (auto refusal = find_all(snapshot, texts, ns, targets, pods)) return std::unexpected(std::move(*refusal));
        diagnosis::Query query = query_of(snapshot, targets);
        query.pods = std::move(pods);
        return query;
    }
    diagnosis::Query query{.containers = snapshot.asked, .pids = {}, .shims = {}, .places = snapshot.asked_places};
    query.pods = snapshot.asked_pods;
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

}  // namespace shimtrace::session
