// A process of a snapshot, with its threads and descriptors: what /proc, its memory and, of a Go program, its goroutines tell.
#pragma once

#include <shimtrace/boxed.hpp>
#include <shimtrace/goroutine.hpp>
#include <shimtrace/open_file.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/shared_text.hpp>
#include <shimtrace/types.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

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
    SharedText wchan;           ///< the kernel function it sleeps in; empty or "0": none
    Arch arch = Arch::x86_64;   ///< whose number `syscall` is; of recordings before it was kept: x86_64, as they have it for all programs
    std::int64_t syscall = -1;  ///< from /proc/TID/syscall; -1: in none, or running
    std::array<std::uint64_t, 6> args{};
    std::uint64_t stack_pointer = 0, instruction_pointer = 0;
    std::string path_argument;             ///< the path that the call's pointer argument leads to (open, mount …), read from memory
    std::vector<SharedText> kernel_stack;  ///< function names, innermost first; empty without root
    std::int32_t tracer = 0;               ///< TracerPid
    std::vector<Fd> polled;                ///< poll, select: the descriptors waited on, read from memory
    Progress first;
    std::optional<Progress> second;  ///< the second look, where one was taken
    std::int32_t ns_tid = 0;         ///< its number in its own pid namespace, the innermost; 0: not known
    Boxed<FutexMemory> futex;
    Boxed<LanguageLock> language_lock;  ///< that it waits for
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

}  // namespace shimtrace
