// TARGET as people type it: a pid, a container's id or a unique prefix, namespace/id, what Kubernetes, docker, podman or nerdctl call a
// container, a pod, the word `containerd`.
#pragma once

#include "tracer/procfs/mounts.hpp"

#include <shimtrace/error.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/snapshot.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::containerd {

/// One container, or one process.
struct FoundTarget {
    std::string text;           ///< as typed
    ContainerRef container;     ///< empty: a plain pid, or containerd
    Pid shim, init;             ///< of the container; 0: none
    std::vector<Pid> runtimes;  ///< runc processes at work on it
    std::vector<Pid> pids;      ///< all to attach to: shim or monitor, runtimes, init; or the plain pid
    std::string place;          ///< where one id is in several places: runc's root, or containerd's STATE; empty: it is in one
};

/// Error::number is 0. `ambiguous`: more than one match (exit code 2), the message lists them; otherwise none matched (exit
/// code 1), the message says what was looked at.
struct TargetError {
    Error error;
    bool ambiguous = false;
};

/// "containerd" and its like: the word stands for the daemon, whether it runs or not.
bool names_daemon(std::string_view text);

/// What a TARGET names: more than one only where it names a pod, whose containers they all are. `snapshot` must have roles assigned and
/// ContainerFiles read. `ns`: only containers of this namespace are meant, containerd's or Kubernetes'; empty: any.
std::expected<std::vector<FoundTarget>, TargetError> find_targets(const Snapshot& snapshot, std::string_view text,
                                                                  std::string_view ns = {});
/// Every container of a namespace, containerd's or Kubernetes'. Error: there is none.
std::expected<std::vector<FoundTarget>, TargetError> find_namespace(const Snapshot& snapshot, std::string_view ns);

/// Whether it is of that namespace, containerd's or Kubernetes'; `ns` empty: any is.
bool is_in_namespace(const ContainerFiles& container, std::string_view ns);

/// The process table, roles, and every container's files: what find_targets, ps and audit start from. `run_dir`: containerd's
/// state where it cannot be found from the shims; empty otherwise. `interrupted`: as SnapshotScope has it.
Result<Snapshot> list_containers(const std::string& run_dir, std::function<bool()> interrupted = {});

/// The same with a closer look at every shim and init: threads, calls, cgroups.
Result<Snapshot> list_containers_closely(const std::string& run_dir);

/// Whoever looks on gives descriptors their roles when their sockets' names are known: until then it needs none.
enum class GivesRolesTo : std::uint8_t { processes, descriptors_too };

/// Adds the ContainerFiles of every container that processes or state directories show, then assigns roles.
void read_container_files(Snapshot& snapshot, const std::string& run_dir, GivesRolesTo roles = GivesRolesTo::descriptors_too,
                          host::MountTables* mounts = nullptr);

}  // namespace shimtrace::containerd
