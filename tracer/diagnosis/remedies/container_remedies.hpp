// What can be done with a container as a whole, by whichever tool reaches it: for the causes of `why` and the findings of `audit` alike.
#pragma once

#include "tracer/diagnosis/remedies/shell_line.hpp"

#include <shimtrace/snapshot.hpp>

#include <optional>
#include <vector>

namespace shimtrace::diagnosis {

/// A container, and who could act on it. Processes are nullptr where they do not live or are not known.
struct Patient {
    ContainerRef ref;
    const ContainerFiles* files = nullptr;
    const Process* shim = nullptr;
    const Process* init = nullptr;
    const Process* daemon = nullptr;  ///< its containerd
    bool daemon_gone = false;         ///< nobody listens where its containerd should
};

/// containerd, its shim and its init as a snapshot has them. `files` may be nullptr.
Patient patient(const Snapshot& snapshot, const ContainerRef& ref, const ContainerFiles* files, const Process* shim, const Process* init);

/// The command line to use for it: `runc --root /run/containerd/runc/NS`, quoted.
std::string runtime_command(const ContainerFiles& files);

Remedy start_it(const Patient& patient);
Remedy resume_it(const Patient& patient);
/// Where a cgroup above it is frozen, or no tool reaches it: what freezes it is thawed.
Remedy thaw_cgroup(const Cgroup& cgroup, std::string text);
Remedy raise_limit(const Patient& patient, std::uint64_t bytes);
Remedy kill_it(const Patient& patient, std::string text);

/// Its init has ended, and its shim waits.
Remedy delete_ended(const Patient& patient);
/// By its runtime: `runc state ID`, `runc list`.
Remedy look_at_it(const Patient& patient);
Remedy list_all(const Patient& patient, std::string text);

/// Ends it and removes it, by each way there is: the one that leaves its owner's view of it right comes first (kubelet's, then
/// containerd's, then the runtime's). Where its shim or its state is of no use any more, by hand: what is left of it is taken away piece by
/// piece.
std::vector<Remedy> remove_it(const Patient& patient);

/// Its daemon is started again, by the unit that its cgroup shows; where none does, it is named with its command line.
/// The same of the containerd that a shim has lost: it listened on `address`.
Remedy start_daemon(const Process& shim, const std::string& address, std::string_view what_then);
Remedy restart_daemon(const Patient& patient, std::string_view what_then, Risk risk);

}  // namespace shimtrace::diagnosis
