// One container as `ps` lists it: what runc, the shim and the kernel each see of it, and what it waits for.
#pragma once

#include <shimtrace/container.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

/// A runtime's command at work on a container: a `runc exec` that does not come back is a row in itself.
struct ListedRuntime {
    Pid pid;
    std::string comm, operation, exec_id;
    ProcessState state = ProcessState::unknown;
    std::optional<double> age_s;
};

struct ListedContainer {
    ContainerRef container;
    std::string pod_namespace, pod, name, sandbox;  ///< Kubernetes' names; `name` also docker's, podman's or nerdctl's
    Pid shim, init;                                 ///< 0: none alive; of podman's and CRI-O's containers conmon stands for the shim
    std::int32_t init_pid_ns = 0;                   ///< the init's pid as the container sees it
    std::string runc_state;    ///< as `runc state` would say: created, running, paused, stopped; "unknown": no or broken state.json, or, as
                               ///< of the others, its processes are out of sight
    std::string shim_state;    ///< alive, stopped (by a signal), traced, gone; "none": a container of plain runc
    std::string kernel_state;  ///< created, running, frozen, stopped, traced, uninterruptible, zombie, gone
    std::string state;         ///< one word where they agree, "runc:… shim:… kernel:…" where they differ
    [[nodiscard]] bool states_differ() const { return state.find(':') != state.npos; }
    std::optional<double> age_s;  ///< of the init; of the state's `created` where that is gone
    std::size_t processes = 0;    ///< living ones of the container
    std::vector<ListedRuntime> runtimes;
    std::string waits;  ///< in a word, what the init's first thread waits for; whoever has a diagnosis puts its cause here
    std::optional<double> waits_since_s;
    bool stuck = false;                     ///< as a diagnosis says
    bool decided = true;                    ///< false: whether it is stuck could not be told
    const ContainerFiles* files = nullptr;  ///< into the snapshot; nullptr: none
};

}  // namespace shimtrace
