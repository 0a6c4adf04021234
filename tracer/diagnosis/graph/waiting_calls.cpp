#include "tracer/diagnosis/graph/waiting_calls.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::diagnosis {

namespace {

using enum WaitKind;

constexpr auto calls = std::to_array<WaitingCall>({
    {0, "read", reads, 0},
    {1, "write", writes, 0},
    {2, "open", opens, -1},
    {7, "poll", polls, -1},
    {17, "pread64", reads, 0},
    {18, "pwrite64", writes, 0},
    {19, "readv", reads, 0},
    {20, "writev", writes, 0},
    {23, "select", polls, -1},
    {34, "pause", sleeps, -1},
    {35, "nanosleep", sleeps, -1},
    {40, "sendfile", writes, 0},
    {42, "connect", connects, 0},
    {43, "accept", accepts, 0},
    {44, "sendto", writes, 0},
    {45, "recvfrom", reads, 0},
    {46, "sendmsg", writes, 0},
    {47, "recvmsg", reads, 0},
    {58, "vfork", child, -1},
    {61, "wait4", child, -1},
    {65, "semop", sleeps, -1},
    {70, "msgrcv", sleeps, -1},
    {72, "fcntl", locks, 0},
    {73, "flock", locks, 0},
    {74, "fsync", writes, 0},
    {75, "fdatasync", writes, 0},
    {128, "rt_sigtimedwait", sleeps, -1},
    {130, "rt_sigsuspend", sleeps, -1},
    {202, "futex", locks, -1},
    {208, "io_getevents", reads, -1},
    {219, "restart_syscall", sleeps, -1},
    {220, "semtimedop", sleeps, -1},
    {230, "clock_nanosleep", sleeps, -1},
    {232, "epoll_wait", polls, 0},
    {247, "waitid", child, -1},
    {257, "openat", opens, -1},
    {270, "pselect6", polls, -1},
    {271, "ppoll", polls, -1},
    {275, "splice", writes, 2},
    {276, "tee", writes, 1},
    {278, "vmsplice", writes, 0},
    {281, "epoll_pwait", polls, 0},
    {288, "accept4", accepts, 0},
    {295, "preadv", reads, 0},
    {296, "pwritev", writes, 0},
    {299, "recvmmsg", reads, 0},
    {307, "sendmmsg", writes, 0},
    {326, "copy_file_range", writes, 2},
    {327, "preadv2", reads, 0},
    {328, "pwritev2", writes, 0},
    {426, "io_uring_enter", polls, 0},
    {437, "openat2", opens, -1},
    {441, "epoll_pwait2", polls, 0},
    {449, "futex_waitv", locks, -1},
});
static_assert(std::ranges::is_sorted(calls, {}, &WaitingCall::number));

}  // namespace

const WaitingCall* waiting_call(std::int64_t number) {
    const auto* found = std::ranges::lower_bound(calls, number, {}, &WaitingCall::number);
    return found != calls.end() && found->number == number ? found : nullptr;
}

}  // namespace shimtrace::diagnosis
