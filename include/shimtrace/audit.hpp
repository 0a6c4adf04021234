// What audit thinks over: the snapshot, and everything beside it that containerd, shim, runc and the kernel say of each container; and
// what it finds: where they contradict each other.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

/// A place in config.json that breaks JSON or the OCI specification; the text says line and column.
struct ConfigBreach {
    std::string text;
    bool refused = true;  ///< the runtime refuses it; false: only the specification does
};

struct HookFacts {
    std::string kind, path;
    std::size_t line = 0;     ///< in config.json
    std::string problem;      ///< "does not exist", "is not executable" …; empty: none
    bool of_process = false;  ///< the path is /proc/PID/exe: docker names its own program so
};

/// What the shim answered to a State call.
struct ShimAnswer {
    bool answered = false;
    std::string status;  ///< "RUNNING" …; empty where it answered with an error
    Pid pid;
    std::string error;  ///< no answer: why; an error: its text
    double took_s = 0;
    int version = 0;  ///< of the task API in which it answered: 2, 3; 0: it did not
};

/// What runc, the shim and the kernel each call its state, as `ps` has it.
struct StateWords {
    std::string runc, shim, kernel;
    bool differ = false;
};

/// A bundle's bootstrap.json: what the shim wrote of itself, and containerd reads when it starts anew.
struct BootstrapFacts {
    std::int64_t version = 0;  ///< of the shim's API: 2, 3
    std::string protocol;      ///< "ttrpc", "grpc"
    std::string error;         ///< what is wrong with the file; empty: nothing
};

/// What audit reads of a container beyond its ContainerFiles; one for each of the snapshot's containers, in their order.
struct ContainerFacts {
    std::vector<ConfigBreach> config;
    std::vector<HookFacts> hooks;
    std::optional<std::int64_t> bundle_age_s;  ///< since something was put into its directory last; nullopt: there is none
    std::string cgroups_path;                  ///< config.json's
    bool systemd_cgroup = false;               ///< the runtime made its cgroup by systemd
    bool state_read = false;                   ///< systemd_cgroup and cgroup_directories are known
    std::vector<std::string> cgroup_left;      ///< directories of its cgroups that exist
    std::vector<std::string> cgroup_missing;   ///< that don't
    std::vector<Pid> cgroup_processes;
    std::vector<std::string> mounts;   ///< mount points in its bundle
    bool socket_exists = false;        ///< the file that `address` names
    std::optional<bool> listening;     ///< somebody listens there; nullopt: not known
    std::optional<ShimAnswer> answer;  ///< only where it was asked
    StateWords states;
    std::optional<BootstrapFacts> bootstrap;  ///< nullopt: there is no such file
};

/// A socket of a directory where shims listen.
struct ShimSocket {
    std::string path;
    bool file = false, listening = false;
};

/// One containerd: what it was told, and whether it runs.
struct InstanceFacts {
    Pid pid;
    std::string state_dir, address, config_path;
    struct Runtime {
        std::string name;
        bool systemd_cgroup = false, systemd_cgroup_set = false;
        std::size_t line = 0;
    };
    std::vector<Runtime> runtimes;
    std::vector<Pid> others;  ///< more containerds that run on the same state directory
};

/// A process that the kernel's log says was killed for want of memory.
struct OomKill {
    Pid pid;
    std::string comm, line;
};

/// A stdio fifo where ctr and CRI make them.
struct StdioFifo {
    std::string path, id;    ///< "…/c1-stdout", "c1"
    std::int64_t age_s = 0;  ///< since it was made or used last
    bool held = false;       ///< somebody has it open
};

struct AuditFacts {
    Snapshot snapshot;
    bool live = true;  ///< false: a copy of a host's files, with no process table
    std::vector<ContainerFacts> containers;
    std::vector<ShimSocket> sockets;
    std::vector<InstanceFacts> instances;
    std::vector<OomKill> oom_kills;
    std::vector<StdioFifo> fifos;
};

enum class Severity : std::uint8_t { warning, error };

struct Belief {
    std::string who;  ///< "containerd", "shim", "runc", "kernel"
    std::string what;
};

/// Where a finding was made, with that place's own summary.
struct Place {
    ContainerRef container;
    std::string summary;
    std::vector<Pid> pids;
};

struct Finding {
    std::string code;  ///< stable
    Severity severity{};
    ContainerRef container;  ///< empty: of the host or of containerd
    std::vector<Pid> pids;
    std::string summary;
    std::vector<Belief> beliefs;
    std::string why;  ///< why it matters
    std::vector<Remedy> remedies;
    /// One, or all those that this finding sums up: summary, pids, beliefs and remedies are then of all of them.
    std::vector<Place> places;
    /// What is half made or half removed looks so for moments: believed once two looks so far apart have seen it.
    double seen_for_s = 0;
};

}  // namespace shimtrace
