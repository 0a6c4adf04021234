// What several checks ask of the facts.
#pragma once

#include <shimtrace/audit.hpp>

#include <string>
#include <string_view>

namespace shimtrace::audit {

/// One container with all that is known of it. Pointers are into the facts; processes are nullptr where they don't live.
struct ContainerView {
    const ContainerFiles& files;
    const ContainerFacts& facts;
    const Process* shim = nullptr;
    const Process* init = nullptr;          ///< the very process that the state or the pid file names; a zombie counts
    const Process* reused = nullptr;        ///< another process that has the init's pid now
    const Process* runtime = nullptr;       ///< a runtime's command at work on it
    const Process* shim_command = nullptr;  ///< its shim's `start` or `delete`, which ends soon
    [[nodiscard]] bool is_running() const;  ///< the init lives and is no zombie
    [[nodiscard]] bool is_of_containerd() const { return !files.container.ns.empty(); }
    /// It is being made or taken down: what is half there is no contradiction.
    [[nodiscard]] bool is_in_transit() const;
};

const Process* find_process(const Snapshot& snapshot, Pid pid);

/// Calls `look(subject)` for each container.
template <typename Look>
void for_each_container(const AuditFacts& facts, Look look);

ContainerView container_view(const AuditFacts& facts, std::size_t index);

std::string spoken(const ContainerRef& container);
std::string spoken(const Process& process);
std::string spoken_age(std::int64_t seconds);

template <typename Look>
void for_each_container(const AuditFacts& facts, Look look) {
    for (std::size_t n = 0; n < facts.snapshot.containers.size() && n < facts.containers.size(); ++n) look(container_view(facts, n));
}

}  // namespace shimtrace::audit
