#include "tracer/snapshot/related_processes.hpp"

#include "tracer/procfs/descriptors.hpp"

#include <algorithm>

namespace shimtrace::host {
namespace {

constexpr std::size_t hub = 32;    ///< so many new neighbours of one outer process: it is gone through no further
constexpr std::size_t crowd = 64;  ///< so many have one end: they have inherited it, and nobody uses it
constexpr int most_steps = 4;      ///< ctr | sh | less: chains are short
constexpr std::size_t most_processes = 4096;

/// The processes at the other ends of one process's descriptors, and those that it is bound to otherwise.
std::vector<std::size_t> neighbours(const Connections& connections, const Process& process) {
    std::vector<std::size_t> found;
    const auto add = [&](Pid pid) {
        if (pid == process.pid) return;
        if (const auto position = connections.index.find(pid)) found.push_back(*position);
    };
    const auto daemon = connections.daemons.find(process.pid);
    for (const FdEntry& entry : process.fds) {
        if (daemon != connections.daemons.end() && !daemon->second.contains(entry.fd)) continue;
        const auto key = object_of(entry.target);
        if (!key) continue;
        if (is_socket(entry.target.kind)) {
            if (const KnownSocket* socket = connections.sockets.find(entry.target.inode))
                if (socket->facts.peer_inode)
                    for (const Holder& holder : connections.holders.of_socket(socket->facts.peer_inode)) add(holder.pid);
            continue;
        }
        const auto& holders = connections.holders.find(other_side(*key));
        if (holders.size() > crowd) continue;
        for (const Holder& holder : holders) add(holder.pid);
    }
    if (const auto bound = connections.others.find(process.pid); bound != connections.others.end())
        for (const Pid pid : bound->second) add(pid);
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
}

}  // namespace

ProcessIndex::ProcessIndex(const std::vector<Process>& processes) {
    for (std::size_t i = 0; i < processes.size(); ++i) {
        positions_.emplace(processes[i].pid, i);
        children_[processes[i].parent].push_back(i);
    }
}

std::optional<std::size_t> ProcessIndex::find(Pid pid) const {
    const auto found = positions_.find(pid);
    return found == positions_.end() ? std::nullopt : std::optional(found->second);
}

const std::vector<std::size_t>& ProcessIndex::children(Pid pid) const {
    static const std::vector<std::size_t> none;
    const auto found = children_.find(pid);
    return found == children_.end() ? none : found->second;
}

std::vector<std::size_t> process_tree(const std::vector<Process>& processes, const ProcessIndex& index, const std::vector<Pid>& named) {
    std::vector<bool> inside(processes.size());
    std::vector<std::size_t> open;
    const auto add = [&](std::size_t position) {
        if (inside[position]) return;
        inside[position] = true;
        open.push_back(position);
    };
    const auto add_ancestors = [&](std::size_t position) {
        for (Pid parent = processes[position].parent; parent.value > 1;) {
            const auto at = index.find(parent);
            if (!at || inside[*at]) return;
            inside[*at] = true;  // alone: its other children are no family of the named one
            parent = processes[*at].parent;
        }
    };
    for (const Pid pid : named)
        if (const auto position = index.find(pid)) add(*position);
    while (!open.empty()) {
        const std::size_t position = open.back();
        open.pop_back();
        if (processes[position].pid.value == 1) continue;
        for (const std::size_t child : index.children(processes[position].pid)) add(child);
    }
    for (const Pid pid : named)
        if (const auto position = index.find(pid)) add_ancestors(*position);
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < inside.size(); ++i)
        if (inside[i]) positions.push_back(i);
    return positions;
}

std::vector<std::size_t> related_processes(const Connections& connections, const std::vector<std::size_t>& inner) {
    std::vector<bool> inside(connections.processes.size());
    for (const std::size_t position : inner) inside[position] = true;
    std::vector<std::size_t> all = inner, ring = inner;
    for (int step = 0; step < most_steps && !ring.empty() && all.size() < most_processes; ++step) {
        std::vector<std::size_t> next;
        for (const std::size_t position : ring) {
            std::vector<std::size_t> found = neighbours(connections, connections.processes[position]);
            std::erase_if(found, [&](std::size_t neighbour) { return inside[neighbour]; });
            if (step > 0 && found.size() > hub) continue;
            for (const std::size_t neighbour : found) inside[neighbour] = true;
            next.insert(next.end(), found.begin(), found.end());
        }
        all.insert(all.end(), next.begin(), next.end());
        ring = std::move(next);
    }
    std::ranges::sort(all);
    return all;
}

}  // namespace shimtrace::host
