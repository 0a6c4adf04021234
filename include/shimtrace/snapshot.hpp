// A Snapshot: all that was true of some processes at one moment. `why` thinks over this value alone, on this host or on
// another one; a recording holds some.
#pragma once

#include <shimtrace/goroutine.hpp>
#include <shimtrace/open_file.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>

#include <array>
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

/// Counters whose difference between two looks tells progress from standstill.
struct Progress {
    MonotonicTime at;
    std::uint64_t context_switches = 0;  ///< voluntary and not
    std::uint64_t cpu_ticks = 0;         ///< utime + stime
    Nanoseconds on_cpu{}, run_delay{};   ///< so long it has run, and waited to run: /proc/TID/schedstat; both 0: not told
    Nanoseconds io_delay{};              ///< so long it has waited for block I/O; 0: not told (it is where kernel.task_delayacct is 1)
    auto operator<=>(const Progress&) const = default;
};

/// What lies around the word that a thread waits for in futex(2): by that a lock tells who holds it.
struct FutexMemory {
    static constexpr std::size_t before = 4;  ///< so many words before the one that is waited for
    std::array<std::uint32_t, 16> words{};
    bool shared = false;       ///< other processes may have it mapped as well
    std::uint64_t device = 0;  ///< shared: the file that is mapped there
    Inode inode;
    std::string path;             ///< as /proc/PID/maps shows it
    std::vector<Pid> mapped_by;   ///< who else has that file mapped, of those that its owner could be
    bool mappings_known = false;  ///< shared: everybody who could be was asked
};

/// A lock of the language that a program is written in (Python's, a JVM's), by what that language's runtime holds in its memory: the futex
/// that a thread sleeps on there belongs to the runtime, and says nothing of it.
struct LanguageLock {
    std::string what;                  ///< "Python RLock", "Java monitor"
    std::uint64_t address = 0;         ///< of the lock, which tells one from another
    std::vector<std::int32_t> owners;  ///< threads' numbers in their own pid namespace; empty: nobody was found to have it
    bool told = false;                 ///< the lock itself names its owner; false: whose frames show that they have it
};

struct Thread {
    Tid tid;
    std::string comm;
    ProcessState state = ProcessState::unknown;
    std::string wchan;          ///< the kernel function it sleeps in; empty or "0": none
    Arch arch = Arch::x86_64;   ///< whose number `syscall` is; of recordings before it was kept: x86_64, as they have it for all programs
    std::int64_t syscall = -1;  ///< from /proc/TID/syscall; -1: in none, or running
    std::array<std::uint64_t, 6> args{};
    std::uint64_t stack_pointer = 0, instruction_pointer = 0;
    std::string path_argument;              ///< the path that the call's pointer argument leads to (open, mount …), read from memory
    std::vector<std::string> kernel_stack;  ///< function names, innermost first; empty without root
    std::int32_t tracer = 0;                ///< TracerPid
    std::vector<Fd> polled;                 ///< poll, select: the descriptors waited on, read from memory
    Progress first;
    std::optional<Progress> second;  ///< the second look, where one was taken
    std::int32_t ns_tid = 0;         ///< its number in its own pid namespace, the innermost; 0: not known
    std::optional<FutexMemory> futex;
    std::optional<LanguageLock> language_lock;  ///< that it waits for
};

struct FdEntry {
    Fd fd{-1};
    OpenFile target;
};

struct NamespaceInodes {
    Inode pid, mnt, net, user, cgroup;
};

/// What a shim itself holds of a container, in its memory.
struct ShimTask {
    std::string container;  ///< id
    std::string state;      ///< "created", "running", "paused", "stopped", "deleted": process.Init's state
};

struct Process {
    Pid pid;
    Pid parent;
    std::uint64_t start_time = 0;  ///< clock ticks after boot: field 22 of /proc/PID/stat. With pid: an identity
    std::string comm;
    std::string exe;  ///< link text; "" where unreadable
    std::string cwd;
    std::vector<std::string> command_line;
    std::vector<std::string> environment;  ///< only what roles need (TTRPC_ADDRESS, NAMESPACE …)
    ProcessState state = ProcessState::unknown;
    std::int32_t session = 0, process_group = 0, tty = 0;
    std::vector<std::int32_t> ns_pids;  ///< NSpid, outermost first
    NamespaceInodes ns;
    std::string cgroup;                 ///< path that matters: v2's, or v1's freezer/pids hierarchy
    std::uint64_t pending_signals = 0;  ///< SigPnd | ShdPnd
    std::uint64_t blocked_signals = 0, ignored_signals = 0, caught_signals = 0;
    std::uint64_t read_bytes = 0, write_bytes = 0;  ///< rchar, wchar of /proc/PID/io
    std::int32_t oom_score_adj = 0;
    std::string root;  ///< /proc/PID/root's text
    ProcessRoleInfo role;
    std::vector<Thread> threads;
    std::vector<FdEntry> fds;
    bool fds_known = false;  ///< false: not permitted or not asked
    std::optional<GoProgram> go;
    std::uint32_t uid = 0;        ///< as seen from here; 0 only where real, effective and saved user are all root
    bool foreign_root = false;    ///< in another mount namespace than ours and pid 1's, and its root directory is another than theirs
    std::string version;          ///< of containerd, shims, runtimes: what the program that runs says of itself; empty: not asked, not told
    std::vector<ShimTask> tasks;  ///< shims: read where a container has no init any more
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

/// How often a cgroup has used up its quota of CPU time: cpu.stat.
struct CpuThrottling {
    MonotonicTime at;
    std::uint64_t periods = 0, throttled_periods = 0;  ///< since it was made
    Nanoseconds throttled{};                           ///< so long its threads stood still for it, summed over CPUs

    auto operator<=>(const CpuThrottling&) const = default;
};

struct Cgroup {
    std::string path;  ///< as in /proc/PID/cgroup
    bool v2 = false;
    std::string freezer_state;   ///< "THAWED", "FREEZING", "FROZEN"
    bool self_freezing = false;  ///< frozen by itself, not by a parent
    std::string frozen_by;       ///< the ancestor's path whose state freezes this one; itself where self_freezing
    std::uint64_t memory_current = 0;
    std::optional<std::uint64_t> memory_high, memory_max;
    std::uint64_t memory_high_events = 0, oom_events = 0, oom_kill_events = 0;
    bool under_oom = false;  ///< v1: OOM with no killer
    bool oom_kill_disabled = false;
    std::optional<std::uint64_t> pids_current, pids_max;
    std::optional<CpuThrottling> throttling;         ///< nullopt: not told, or it has no quota
    std::optional<CpuThrottling> throttling_before;  ///< at the first look, where two were taken
    /// How much of the last 10 s some thread of it stood still for want of it, in hundredths of a per cent; nullopt: not told (v1).
    std::optional<std::uint64_t> cpu_pressure, memory_pressure, io_pressure;
    /// How often it was at a limit of its memory, and its threads had to give back pages first; nullopt: not told.
    std::optional<std::uint64_t> memory_limit_hits;
    std::optional<std::uint64_t> memory_limit_hits_before;  ///< at the first look, where two were taken
};

/// The whole host's, as Cgroup has it of one.
struct Pressure {
    std::optional<std::uint64_t> cpu, memory, io;
};

struct Mount {
    std::int32_t id = 0, parent = 0;
    std::uint64_t device = 0;
    std::string mount_point, type, source, options;
    std::string root;                ///< which directory of its file system is mounted there
    Pid seen_from;                   ///< whose mountinfo it is
    Pid fuse_server;                 ///< fuse, autofs: the process that serves it, where it could be told
    std::uint64_t fuse_waiting = 0;  ///< requests without an answer (fusectl)
    bool frozen = false;             ///< a thread sleeps in percpu_rwsem_wait under a write to it
};

/// Who keeps a container's mount from being unmounted or its file system from being given back.
struct MountHolder {
    std::string mount_point;  ///< the container's mount
    Pid pid;                  ///< 0: a mount on top of it
    std::string how;   ///< "its working directory", "its root directory", "descriptor 5", "a mapping", "a mount", "its mount namespace"
    std::string path;  ///< what it holds there
    bool same_mounts = true;  ///< in the mount namespace of who has to unmount it: only there it is busy
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

/// A disk, a partition, a device-mapper's target, on which file systems of the snapshot lie.
struct BlockDevice {
    std::uint64_t device = 0;
    std::string name;  ///< "sda1"
    std::uint64_t reads_in_flight = 0, writes_in_flight = 0;
    bool suspended = false;            ///< device-mapper: it takes no request until it is resumed
    std::vector<std::uint64_t> below;  ///< the devices that it is made of; of a loop device: the one on which its file lies
    std::string backing_file;          ///< of a loop device
};

struct FileLock {
    std::string kind;  ///< "FLOCK", "POSIX", "OFDLCK", "LEASE"
    bool write = false;
    Pid holder;
    std::uint64_t device = 0;
    Inode inode;
    std::vector<Pid> waiters;
};

/// A process that exec brought into a container, as the bundle's EXEC_ID.pid names it.
struct ExecPidFile {
    std::string exec_id;
    Pid pid;
    Nanoseconds gone_for{};  ///< that process is gone, and was so for so long: known where two looks have seen it
};

/// One hook of config.json.
struct OciHook {
    std::string kind;  ///< "prestart", "createRuntime" …: the key in config.json
    std::string path;
    std::vector<std::string> arguments;
};

/// containerd's and runc's files of one container, as they stand on disk.
struct ContainerFiles {
    ContainerRef container;
    std::string state_dir;  ///< containerd's STATE
    std::string bundle;     ///< the bundle's directory; empty: none
    bool bundle_exists = false;
    std::string address;             ///< the shim's socket, from `address` or bootstrap.json
    std::string containerd_address;  ///< containerd.sock
    std::string runc_root;           ///< `runc --root` for it
    bool exec_fifo = false;          ///< created, not started
    std::optional<std::int64_t> exec_fifo_age_s;
    Pid init_pid;                        ///< init.pid
    Pid state_init_pid;                  ///< state.json's init_process_pid
    std::uint64_t state_init_start = 0;  ///< its init_process_start
    std::string state_json_error;        ///< what is wrong with state.json, with line and column; empty: nothing
    bool state_json_exists = false;
    std::string config_json_error;
    std::string cgroup;                    ///< from state.json's cgroup_paths
    std::vector<std::string> log_errors;   ///< runc's own last words in log.json
    Pid sandbox_shim;                      ///< the shim that serves it; 0: none alive
    std::string state_path;                ///< runc's state.json (crun: `status`); empty: none found
    std::string created;                   ///< as the runtime's state says it, RFC 3339
    std::string rootfs;                    ///< the root file system's path on the host
    std::string sandbox;                   ///< the id of the pod's sandbox, from the annotations; its own id: it is the sandbox
    std::string pod_namespace, pod, name;  ///< what Kubernetes calls it, from the annotations
    std::vector<ExecPidFile> execs;
    std::vector<OciHook> hooks;
    std::string unresponsive_mount;             ///< its bundle or state lies on this mount, which does not answer: they were not read
    Pid seen_through;                           ///< its paths are those of this process's root; 0: shimtrace's own
    std::string runtime;                        ///< whose state it is: "runc", "crun" …; empty: none was found
    std::uint32_t owner = 0;                    ///< the user whose container it is: root, or who runs a rootless runtime
    std::string engine_name;                    ///< what docker, podman or nerdctl call it; empty: not known
    Pid monitor;                                ///< the conmon that keeps it; 0: none alive
    Nanoseconds init_gone_for{};                ///< its init is gone, and was so for so long: known where two looks have seen it
    std::optional<std::int64_t> changed_s_ago;  ///< since something was made or removed in its bundle or state's directory
    Pid gofer;                                  ///< who serves the host's files to its sandbox, as its state has it; 0: none
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
