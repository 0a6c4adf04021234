// A Snapshot: all that was true of some processes at one moment. `why` thinks over this value alone, on this host or on
// another one; a recording holds some.
#pragma once

#include <shimtrace/cgroup.hpp>
#include <shimtrace/container.hpp>
#include <shimtrace/file_system.hpp>
#include <shimtrace/open_file.hpp>
#include <shimtrace/processes.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

struct HostInfo {
    std::string name;
    std::string kernel;  ///< uname -r
    std::string boot_id;
    std::string containerd_version, runc_version;  ///< empty: not known
};

/// A pipe or fifo seen at any descriptor of the snapshot's processes.
struct Pipe {
    Inode inode;
    std::uint64_t device = 0;
    std::string path;                     ///< fifos: the path
    std::optional<std::uint32_t> queued;  ///< FIONREAD of a duplicated descriptor; nullopt: not permitted
    std::optional<std::uint32_t> capacity;
    std::vector<Holder> holders;  ///< every holder on the host that can be seen
};

/// What the kernel's log says of a task that did not run for as long as hung_task_timeout_secs: linux/kernel/hung_task.c.
struct HungTask {
    Tid task;
    std::string comm;
    std::uint64_t seconds = 0;  ///< blocked for more than so long, when it was said
    std::string on;             ///< "mutex", "rw-semaphore", "semaphore"; "I/O": blocked in I/O wait; empty: not told
    Tid owner;                  ///< likely; 0: not told
    std::string owner_comm;
    bool owner_writes = false;  ///< of a rw-semaphore: its writer
    MonotonicTime at;           ///< when it was said
    std::string line;           ///< the line that says most
};

/// Who looked: what could be seen follows from it.
struct Observer {
    bool known = false;  ///< false: in snapshots of older versions
    std::uint32_t uid = 0;
    std::uint64_t capabilities = 0;  ///< effective, as capget(2) tells: bit N is capability N
    bool host_pids = true;           ///< in the host's pid namespace
    bool host_users = true;          ///< in the host's user namespace, where its capabilities count
};

/// What presented itself as containerd's, a shim's or a runtime's and was not believed: it may be an attack.
struct UntrustedSource {
    std::string what;        ///< "process 4711 (sh) says that it is runc with the root /tmp/x", "/tmp/x/c1/state.json"
    std::string why;         ///< "it runs in a container", "user 1000 may write there" …
    Pid pid;                 ///< who says so; 0: a file
    ContainerRef container;  ///< whose process it is
};

/// A pod of which no shim tells: it is being made, or torn down.
struct PodRef {
    std::string pod_namespace, pod;
    Pid daemon;  ///< whose call is about it

    auto operator<=>(const PodRef&) const = default;
};

struct Snapshot {
    HostInfo host;
    RealTime taken;
    MonotonicTime taken_monotonic;
    std::vector<Pid> targets;  ///< what was asked about; empty: all shims
    std::vector<Process> processes;
    std::vector<Pipe> pipes;
    std::vector<SocketFacts> sockets;
    std::vector<Cgroup> cgroups;
    std::vector<Mount> mounts;
    std::vector<FileLock> locks;
    std::vector<ContainerFiles> containers;
    std::uint64_t clock_ticks_per_second = 100;
    Nanoseconds stopped{};                  ///< how long the target was stopped to take it; 0: not at all
    std::vector<std::string> read_errors;   ///< what could not be read, and why
    std::vector<ContainerRef> asked;        ///< the containers asked about; a container that has no process left has no pid in `targets`
    std::vector<std::string> asked_places;  ///< of `asked`: where the state of one of several namesakes is; empty: none is
    Observer observer;
    std::vector<UntrustedSource> untrusted;
    std::vector<PodRef> asked_pods;          ///< the pods without a shim that were asked about
    std::vector<MountHolder> mount_holders;  ///< of mounts of containers that have ended
    std::vector<HungTask> hung_tasks;        ///< of tasks that live, the last word on each; read where some thread is in state D
    std::vector<BlockDevice> block_devices;  ///< read where some thread is in state D
    Pressure pressure;
    Nanoseconds suspended{};  ///< how long the host has slept since its boot: start_time counts that, taken_monotonic does not
};

}  // namespace shimtrace
