// The texts of /proc as values. Pure; each takes what was read and gives what it says. A line that does not parse is left
// out: the kernel adds lines over time, and a fake /proc may hold anything.
#pragma once

#include <shimtrace/open_file.hpp>
#include <shimtrace/snapshot.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// /proc/PID/stat and /proc/PID/task/TID/stat.
struct StatLine {
    std::int32_t id = 0;
    std::string comm;
    ProcessState state = ProcessState::unknown;
    std::int32_t parent = 0, process_group = 0, session = 0, tty = 0;
    std::uint64_t flags = 0;
    std::uint64_t cpu_ticks = 0;  ///< utime + stime
    std::int32_t threads = 0;
    std::uint64_t start_time = 0;
    std::int32_t cpu = -1;             ///< where it ran last
    std::uint64_t block_io_ticks = 0;  ///< so long it has waited for block I/O

    [[nodiscard]] bool kernel_thread() const { return (flags & 0x00200000) != 0; }  ///< PF_KTHREAD
};
std::optional<StatLine> parse_stat(std::string_view text);

/// /proc/pressure/cpu and a cgroup's cpu.pressure: how much of the last 10 s some thread stood still, in hundredths of a per cent; nullopt:
/// it does not say.
std::optional<std::uint64_t> parse_pressure(std::string_view text);

/// /proc/PID/status and /proc/PID/task/TID/status.
struct StatusText {
    std::int32_t thread_group = 0, tracer = 0;
    std::vector<std::int32_t> ns_pids;
    std::uint64_t pending = 0, blocked = 0, ignored = 0, caught = 0;  ///< pending: SigPnd | ShdPnd
    std::uint64_t context_switches = 0;
    std::uint32_t seccomp = 0;
    std::uint32_t uid = 0;  ///< 0 only where real, effective and saved user are all root; else the first of them that is not
};
StatusText parse_status(std::string_view text);

/// /proc/PID/cgroup: the path in the hierarchy that freezes: v1's freezer where there is one, else v1's pids, else v2's.
std::string parse_cgroup(std::string_view text);

/// /proc/TID/syscall, which does not tell whose number it is. `number` -1: in no system call (a page fault, a signal), or running.
struct SyscallText {
    std::int64_t number = -1;
    std::array<std::uint64_t, 6> args{};
    std::uint64_t stack_pointer = 0, instruction_pointer = 0;
};
SyscallText parse_syscall(std::string_view text);

/// /proc/TID/stack: function names, innermost first. The same few stand in the stacks of all threads: `functions` has them once.
std::vector<SharedText> parse_kernel_stack(std::string_view text, SharedTexts& functions);
inline std::vector<SharedText> parse_kernel_stack(std::string_view text) {
    SharedTexts functions;
    return parse_kernel_stack(text, functions);
}

/// /proc/PID/io: rchar and wchar.
struct IoText {
    std::uint64_t read_bytes = 0, write_bytes = 0;
};
IoText parse_io(std::string_view text);

/// cmdline, environ: strings that end in NUL. `most`: no more than so many.
std::vector<std::string> parse_strings(std::string_view text, std::size_t most = 65536);

/// /proc/PID/mountinfo. Mount::options are the mount's and then the superblock's, comma-separated.
std::vector<Mount> parse_mountinfo(std::string_view text, Pid seen_from);

/// /proc/locks. Holders are in the reader's pid namespace; 0 or -1: a lock of an open file description, or not visible.
std::vector<FileLock> parse_locks(std::string_view text);

/// /proc/PID/fdinfo/N.
struct FdInfoText {
    std::uint32_t flags = 0;
    std::int32_t mount_id = 0;
    std::uint64_t inode = 0;
    std::uint64_t count = 0;                       ///< eventfd-count, timerfd's ticks, a userfaultfd's faults
    std::uint64_t signal_mask = 0;                 ///< signalfd
    Nanoseconds timer_value{};                     ///< timerfd
    std::int32_t pid = 0;                          ///< pidfd: in the namespace of the /proc that was read; -1: it has ended
    std::optional<std::int32_t> tty;               ///< tty-index: ptmx
    std::optional<std::uint32_t> fuse_connection;  ///< /dev/fuse, Linux 6.17 and later: the minor of the mount's device
    std::vector<InterestEntry> interest;
    std::vector<FanotifyMark> marks;
};
FdInfoText parse_fdinfo(std::string_view text);

/// "pipe:[8191]" with prefix "pipe:[" is 8191.
std::optional<std::uint64_t> bracketed_number(std::string_view link, std::string_view prefix);

}  // namespace shimtrace::host
