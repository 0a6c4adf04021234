// The snapshot's containers by what a process or a path shows of them.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace shimtrace::containerd {

class ContainerIndex {
public:
    explicit ContainerIndex(const Snapshot& snapshot);

    /// nullptr: none is known. Where several are meant, the first.
    [[nodiscard]] const ContainerFiles* by_init(Pid pid) const;
    [[nodiscard]] const ContainerFiles* by_bundle(std::string_view path) const;
    [[nodiscard]] const ContainerFiles* by_name(std::string_view ns, std::string_view id) const;
    /// All of that id, whatever their namespace.
    [[nodiscard]] std::span<const ContainerFiles* const> by_id(std::string_view id) const;
    [[nodiscard]] const ContainerFiles* by_runtime_root(std::string_view root, std::string_view id) const;
    [[nodiscard]] const ContainerFiles* by_shim_address(std::string_view address) const;
    /// The container whose cgroup this is or lies in; failing that the one whose id its path names. Of several the outermost: what is below
    /// its own cgroup a container names as it likes.
    [[nodiscard]] const ContainerFiles* by_cgroup(std::string_view cgroup) const;
    /// The container with an exec of that id in namespace `ns`; nullptr too where several have one.
    [[nodiscard]] const ContainerFiles* by_exec(std::string_view ns, std::string_view exec_id) const;
    /// The exec that brought `pid` in; nullptr: none did.
    [[nodiscard]] const ExecPidFile* exec_of(const ContainerFiles& container, Pid pid) const;

    /// The first exec of a container in that namespace whose pid file names the process; nullptr: none does.
    [[nodiscard]] std::pair<const ContainerFiles*, const ExecPidFile*> exec_with(std::string_view ns, Pid pid) const;

    /// A socket that root's containers have as containerd's.
    [[nodiscard]] bool is_containerd_address(std::string_view path) const { return containerd_addresses_.contains(path); }

    [[nodiscard]] const Process* process(Pid pid) const;

private:
    using Containers = std::unordered_map<std::string_view, std::vector<const ContainerFiles*>>;

    std::unordered_map<Pid, const Process*> processes_;
    std::unordered_map<Pid, const ContainerFiles*> inits_;
    std::unordered_map<std::string_view, const ContainerFiles*> bundles_, cgroups_, addresses_;
    Containers ids_, execs_;
    std::unordered_map<Pid, std::vector<std::pair<const ContainerFiles*, const ExecPidFile*>>> exec_pids_;
    std::unordered_set<std::string_view> containerd_addresses_;
};

/// The init of a container as its files name it, if that very process lives: a reused pid is not it. 0: none.
Pid living_init(const ContainerFiles& container, const Process* by_state_pid, const Process* by_pid_file);

/// ns and id of "…/io.containerd.runtime.v2.task/NS/ID" and of what lies in it; `rest` is what follows ID, without a slash.
struct BundlePath {
    std::string_view state_dir, ns, id, bundle, rest;
};
std::optional<BundlePath> parse_bundle_path(std::string_view path);

/// The namespace that a runtime's --root tells: "/run/containerd/runc/NS", "…/runtime-runc/NS". Empty: none.
std::string_view namespace_of_runtime_root(std::string_view root);

/// "unix:///run/…" and "/run/…" as a path; abstract ones keep their '@'.
std::string_view socket_path(std::string_view address);

}  // namespace shimtrace::containerd
