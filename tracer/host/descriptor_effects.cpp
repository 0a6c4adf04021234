#include "host/descriptor_effects.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace shimtrace::host {
namespace {

using enum DescriptorEffect;
using Way = BlockingWay;

// Numbers: arch/x86/entry/syscalls/syscall_{64,32}.tbl, include/uapi/asm-generic/unistd.h.
constexpr CallRow rows[] = {
    {"read", 0, 3, 63, none, Way::reads, 0},
    {"write", 1, 4, 64, none, Way::writes, 0},
    {"open", 2, 5, -1, returns, Way::none, 0},
    {"close", 3, 6, 57, closes, Way::none, 0},
    {"poll", 7, 168, -1, none, Way::polls, 0},
    {"ioctl", 16, 54, 29, none, Way::ioctls, 0},
    {"pread64", 17, 180, 67, none, Way::reads, 0},
    {"pwrite64", 18, 181, 68, none, Way::writes, 0},
    {"readv", 19, 145, 65, none, Way::reads, 0},
    {"writev", 20, 146, 66, none, Way::writes, 0},
    {"pipe", 22, 42, -1, fills_pair, Way::none, 0},
    {"select", 23, 142, -1, none, Way::none, 0},
    {"dup", 32, 41, 23, returns, Way::none, 0},
    {"dup2", 33, 63, -1, duplicates, Way::none, 1},
    {"sendfile", 40, 187, 71, none, Way::writes, 0},
    {"socket", 41, 359, 198, returns, Way::none, 0},
    {"connect", 42, 362, 203, changes, Way::connects, 0},
    {"accept", 43, -1, 202, returns, Way::accepts, 0},
    {"sendto", 44, 369, 206, none, Way::writes, 0},
    {"recvfrom", 45, 371, 207, receives, Way::reads, 0},
    {"sendmsg", 46, 370, 211, none, Way::writes, 0},
    {"recvmsg", 47, 372, 212, receives, Way::reads, 0},
    {"shutdown", 48, 373, 210, changes, Way::none, 0},
    {"bind", 49, 361, 200, changes, Way::none, 0},
    {"listen", 50, 363, 201, changes, Way::none, 0},
    {"socketpair", 53, 360, 199, fills_pair, Way::none, 3},
    {"wait4", 61, 114, 260, none, Way::waits_child, 0},
    {"waitpid", -1, 7, -1, none, Way::waits_child, 0},
    {"fcntl", 72, 55, 25, controls, Way::locks, 0},
    {"fcntl64", -1, 221, -1, controls, Way::locks, 0},
    {"flock", 73, 143, 32, none, Way::locks, 0},
    {"fsync", 74, 118, 82, none, Way::writes, 0},
    {"fdatasync", 75, 148, 83, none, Way::writes, 0},
    {"chdir", 80, 12, 49, moves_directory, Way::none, 0},
    {"fchdir", 81, 133, 50, moves_directory, Way::none, 0},
    {"rename", 82, 38, -1, moves_paths, Way::none, 0},
    {"rmdir", 84, 40, -1, moves_paths, Way::none, 0},
    {"creat", 85, 8, -1, returns, Way::none, 0},
    {"unlink", 87, 10, -1, moves_paths, Way::none, 0},
    {"pivot_root", 155, 217, 41, moves_directory, Way::none, 0},
    {"chroot", 161, 61, 51, moves_directory, Way::none, 0},
    {"epoll_create", 213, 254, -1, returns, Way::none, 0},
    {"epoll_wait", 232, 256, -1, none, Way::polls, 0},
    {"epoll_ctl", 233, 255, 21, changes, Way::none, 0},
    {"mq_open", 240, 277, 180, returns, Way::none, 0},
    {"waitid", 247, 284, 95, none, Way::waits_child, 0},
    {"inotify_init", 253, 291, -1, returns, Way::none, 0},
    {"openat", 257, 295, 56, returns, Way::none, 0},
    {"unlinkat", 263, 301, 35, moves_paths, Way::none, 0},
    {"renameat", 264, 302, 38, moves_paths, Way::none, 0},
    {"unshare", 272, 310, 97, unshares, Way::none, 0},
    {"splice", 275, 313, 76, none, Way::reads, 0},
    {"vmsplice", 278, 316, 75, none, Way::writes, 0},
    {"epoll_pwait", 281, 319, 22, none, Way::polls, 0},
    {"signalfd", 282, 321, -1, returns, Way::none, 0},
    {"timerfd_create", 283, 322, 85, returns, Way::none, 0},
    {"eventfd", 284, 323, -1, returns, Way::none, 0},
    {"timerfd_settime", 286, 325, 86, changes, Way::none, 0},
    {"timerfd_settime64", -1, 411, -1, changes, Way::none, 0},
    {"accept4", 288, 364, 242, returns, Way::accepts, 0},
    {"signalfd4", 289, 327, 74, returns, Way::none, 0},
    {"eventfd2", 290, 328, 19, returns, Way::none, 0},
    {"epoll_create1", 291, 329, 20, returns, Way::none, 0},
    {"dup3", 292, 330, 24, duplicates, Way::none, 1},
    {"pipe2", 293, 331, 59, fills_pair, Way::none, 0},
    {"inotify_init1", 294, 332, 26, returns, Way::none, 0},
    {"perf_event_open", 298, 336, 241, returns, Way::none, 0},
    {"recvmmsg", 299, 337, 243, receives, Way::reads, 0},
    {"fanotify_init", 300, 338, 262, returns, Way::none, 0},
    {"open_by_handle_at", 304, 342, 265, returns, Way::none, 0},
    {"sendmmsg", 307, 345, 269, none, Way::writes, 0},
    {"setns", 308, 346, 268, moves_directory, Way::none, 0},
    {"renameat2", 316, 353, 276, moves_paths, Way::none, 0},
    {"seccomp", 317, 354, 277, returns, Way::none, 0},
    {"memfd_create", 319, 356, 279, returns, Way::none, 0},
    {"bpf", 321, 357, 280, returns, Way::none, 0},
    {"userfaultfd", 323, 374, 282, returns, Way::none, 0},
    {"copy_file_range", 326, 377, 285, none, Way::reads, 0},
    {"preadv", 295, 333, 69, none, Way::reads, 0},
    {"pwritev", 296, 334, 70, none, Way::writes, 0},
    {"preadv2", 327, 378, 286, none, Way::reads, 0},
    {"pwritev2", 328, 379, 287, none, Way::writes, 0},
    {"socketcall", -1, 102, -1, unknown, Way::none, 0},
    {"io_uring_setup", 425, 425, 425, returns, Way::none, 0},
    {"open_tree", 428, 428, 428, returns, Way::none, 0},
    {"fsopen", 430, 430, 430, returns, Way::none, 0},
    {"fsmount", 432, 432, 432, returns, Way::none, 0},
    {"fspick", 433, 433, 433, returns, Way::none, 0},
    {"pidfd_open", 434, 434, 434, returns, Way::none, 0},
    {"close_range", 436, 436, 436, closes_range, Way::none, 0},
    {"openat2", 437, 437, 437, returns, Way::none, 0},
    {"pidfd_getfd", 438, 438, 438, returns, Way::none, 0},
    {"epoll_pwait2", 441, 441, 441, none, Way::polls, 0},
    {"landlock_create_ruleset", 444, 444, 444, returns, Way::none, 0},
    {"memfd_secret", 447, 447, 447, returns, Way::none, 0},
};

/// Positions in `rows` by number, plus one.
using ByNumber = std::array<std::uint8_t, 512>;
static_assert(std::size(rows) < 255);

constexpr ByNumber by_number(std::int16_t CallRow::*column) {
    ByNumber table{};
    for (std::size_t i = 0; i < std::size(rows); ++i)
        if (rows[i].*column >= 0) table[static_cast<std::size_t>(rows[i].*column)] = static_cast<std::uint8_t>(i + 1);
    return table;
}

constexpr ByNumber x86_64 = by_number(&CallRow::x86_64), i386 = by_number(&CallRow::i386), aarch64 = by_number(&CallRow::aarch64);

}  // namespace

const CallRow* call_row(Arch arch, std::int64_t number) {
    constexpr std::int64_t x32_bit = 0x40000000;
    if (arch == Arch::x32) number &= ~x32_bit;
    const ByNumber& table = arch == Arch::i386 ? i386 : arch == Arch::aarch64 ? aarch64 : x86_64;
    if (number < 0 || static_cast<std::size_t>(number) >= table.size()) return nullptr;
    const std::uint8_t position = table[static_cast<std::size_t>(number)];
    return position ? &rows[position - 1] : nullptr;
}

}  // namespace shimtrace::host
