// What every architecture numbers alike since Linux 5.1: scripts/syscall.tbl and the architectures' own agree from 424 on (and, where
// registers have 32 bits, on the calls with times of 64 bits before that).
#include "decoders/syscalls/numbers.hpp"

namespace shimtrace::decoders {

static constexpr Numbered32 time64_rows[] = {
    {403, "clock_gettime64", 2},        {404, "clock_settime64", 2},
    {405, "clock_adjtime64", 2},        {406, "clock_getres_time64", 2},
    {407, "clock_nanosleep_time64", 4}, {408, "timer_gettime64", 2},
    {409, "timer_settime64", 4},        {410, "timerfd_gettime64", 2},
    {411, "timerfd_settime64", 4},      {412, "utimensat_time64", 4},
    {413, "pselect6_time64", 6},        {414, "ppoll_time64", 5},
    {416, "io_pgetevents_time64", 6},   {417, "recvmmsg_time64", 5},
    {418, "mq_timedsend_time64", 5},    {419, "mq_timedreceive_time64", 5},
    {420, "semtimedop_time64", 4},      {421, "rt_sigtimedwait_time64", 4},
    {422, "futex_time64", 6},           {423, "sched_rr_get_interval_time64", 2},
};

static constexpr Numbered32 shared_rows[] = {
    {424, "pidfd_send_signal", 4},
    {425, "io_uring_setup", 2},
    {426, "io_uring_enter", 6},
    {427, "io_uring_register", 4},
    {428, "open_tree", 3},
    {429, "move_mount", 5},
    {430, "fsopen", 2},
    {431, "fsconfig", 5},
    {432, "fsmount", 3},
    {433, "fspick", 3},
    {434, "pidfd_open", 2},
    {435, "clone3", 2},
    {436, "close_range", 3},
    {437, "openat2", 4},
    {438, "pidfd_getfd", 3},
    {439, "faccessat2", 4},
    {440, "process_madvise", 5},
    {441, "epoll_pwait2", 6},
    {442, "mount_setattr", 5},
    {443, "quotactl_fd", 4},
    {444, "landlock_create_ruleset", 3},
    {445, "landlock_add_rule", 4},
    {446, "landlock_restrict_self", 2},
    {448, "process_mrelease", 2},
    {449, "futex_waitv", 5},
    {450, "set_mempolicy_home_node", 4},
    {451, "cachestat", 4},
    {452, "fchmodat2", 4},
    {453, "map_shadow_stack", 3},
    {454, "futex_wake", 4},
    {455, "futex_wait", 6},
    {456, "futex_requeue", 4},
    {457, "statmount", 4},
    {458, "listmount", 4},
    {459, "lsm_get_self_attr", 4},
    {460, "lsm_set_self_attr", 4},
    {461, "lsm_list_modules", 3},
    {462, "mseal", 3},
    {463, "setxattrat", 6},
    {464, "getxattrat", 6},
    {465, "listxattrat", 5},
    {466, "removexattrat", 4},
    {467, "open_tree_attr", 5},
    {468, "file_getattr", 5},
    {469, "file_setattr", 5},
};

std::span<const Numbered32> time64_numbers() {
    return time64_rows;
}

std::span<const Numbered32> shared_numbers() {
    return shared_rows;
}

}  // namespace shimtrace::decoders
