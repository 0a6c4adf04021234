// What several checks ask of the facts.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/diagnosis/remedies/container_remedies.hpp"

#include <shimtrace/audit.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::audit {

/// How long a look at what is being made or removed may mislead: for moments mostly, and longer while something is taken down.
constexpr double moments_s = 0.1, removal_takes_s = 1.5;

/// One container with all that is known of it. Pointers are into the facts; processes are nullptr where they don't live.
struct ContainerView {
    const ContainerFiles& files;
    const ContainerFacts& facts;
    const Process* shim = nullptr;
    const Process* init = nullptr;          ///< the very process that the state or the pid file names; a zombie counts
    const Process* reused = nullptr;        ///< another process that has the init's pid now
    const Process* runtime = nullptr;       ///< a runtime's command at work on it
    const Process* shim_command = nullptr;  ///< its shim's `start` or `delete`, which ends soon
    std::vector<const Process*> processes;  ///< of its programs, those that live
    bool live = true;                       ///< false: a copy of a host's files, with no process table
    diagnosis::Patient patient;             ///< the same as remedies take it
    [[nodiscard]] bool is_running() const;  ///< the init lives and is no zombie
    [[nodiscard]] bool is_of_containerd() const { return !files.container.ns.empty(); }
    /// It is being made or taken down: what is half there is no contradiction.
    [[nodiscard]] bool is_in_transit() const;
};

const Process* find_process(const Snapshot& snapshot, Pid pid);

/// Calls `look(subject)` for each container.
template <typename Look>
void for_each_container(const AuditFacts& facts, Look look);

ContainerView container_view(const Snapshot& snapshot, const diagnosis::ProcessesByContainer& processes, const ContainerFiles& files,
                             const ContainerFacts& facts);

std::string spoken(const ContainerRef& container);
std::string spoken(const Process& process);
std::string spoken_age(std::int64_t seconds);

template <typename Look>
void for_each_container(const AuditFacts& facts, Look look) {
    const diagnosis::ProcessesByContainer processes(facts.snapshot);
    for (std::size_t n = 0; n < facts.snapshot.containers.size() && n < facts.containers.size(); ++n) {
        ContainerView subject = container_view(facts.snapshot, processes, facts.snapshot.containers[n], facts.containers[n]);
        subject.live = facts.live;
        look(std::as_const(subject));
    }
}

}  // namespace shimtrace::audit
