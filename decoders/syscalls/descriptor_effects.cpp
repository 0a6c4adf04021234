#include "decoders/syscalls/descriptor_effects.hpp"

#include "decoders/syscalls/by_number.hpp"

namespace shimtrace::decoders {

namespace {

using enum DescriptorEffect;
using Way = BlockingWay;

constexpr EffectRow rows[] = {
    {"read", none, Way::reads},
    {"write", none, Way::writes},
    {"open", returns},
    {"close", closes},
    {"poll", none, Way::polls},
    {"ioctl", none, Way::ioctls},
    {"pread64", none, Way::reads},
    {"pwrite64", none, Way::writes},
    {"readv", none, Way::reads},
    {"writev", none, Way::writes},
    {"pipe", fills_pair},
    {"dup", returns},
    {"dup2", duplicates, Way::none, 1},
    {"sendfile", none, Way::writes},
    {"socket", returns},
    {"connect", changes, Way::connects},
    {"accept", returns, Way::accepts},
    {"sendto", none, Way::writes},
    {"recvfrom", receives, Way::reads},
    {"sendmsg", none, Way::writes},
    {"recvmsg", receives, Way::reads},
    {"shutdown", changes},
    {"bind", changes},
    {"listen", changes},
    {"socketpair", fills_pair, Way::none, 3},
    {"wait4", none, Way::waits_child},
    {"waitpid", none, Way::waits_child},
    {"fcntl", controls, Way::locks},
    {"fcntl64", controls, Way::locks},
    {"flock", none, Way::locks},
    {"fsync", none, Way::writes},
    {"fdatasync", none, Way::writes},
    {"chdir", moves_directory},
    {"fchdir", moves_directory},
    {"rename", moves_paths},
    {"rmdir", moves_paths},
    {"creat", returns},
    {"unlink", moves_paths},
    {"pivot_root", moves_directory},
    {"chroot", moves_directory},
    {"epoll_create", returns},
    {"epoll_wait", none, Way::polls},
    {"epoll_ctl", changes},
    {"mq_open", returns},
    {"waitid", none, Way::waits_child},
    {"inotify_init", returns},
    {"openat", returns},
    {"unlinkat", moves_paths},
    {"renameat", moves_paths},
    {"unshare", unshares},
    {"splice", none, Way::reads},
    {"vmsplice", none, Way::writes},
    {"epoll_pwait", none, Way::polls},
    {"signalfd", returns},
    {"timerfd_create", returns},
    {"eventfd", returns},
    {"timerfd_settime", changes},
    {"timerfd_settime64", changes},
    {"accept4", returns, Way::accepts},
    {"signalfd4", returns},
    {"eventfd2", returns},
    {"epoll_create1", returns},
    {"dup3", duplicates, Way::none, 1},
    {"pipe2", fills_pair},
    {"inotify_init1", returns},
    {"perf_event_open", returns},
    {"recvmmsg", receives, Way::reads},
    {"recvmmsg_time64", receives, Way::reads},
    {"fanotify_init", returns},
    {"open_by_handle_at", returns},
    {"sendmmsg", none, Way::writes},
    {"setns", moves_directory},
    {"renameat2", moves_paths},
    {"seccomp", returns},
    {"memfd_create", returns},
    {"bpf", returns},
    {"userfaultfd", returns},
    {"copy_file_range", none, Way::reads},
    {"preadv", none, Way::reads},
    {"pwritev", none, Way::writes},
    {"preadv2", none, Way::reads},
    {"pwritev2", none, Way::writes},
    {"socketcall", unknown},
    {"io_uring_setup", returns},
    {"open_tree", returns},
    {"fsopen", returns},
    {"fsmount", returns},
    {"fspick", returns},
    {"pidfd_open", returns},
    {"close_range", closes_range},
    {"openat2", returns},
    {"pidfd_getfd", returns},
    {"epoll_pwait2", none, Way::polls},
    {"landlock_create_ruleset", returns},
    {"memfd_secret", returns},
};

}  // namespace

std::span<const EffectRow> effect_rows() {
    return rows;
}

const EffectRow* effect_row(Arch arch, std::int64_t number) {
    constexpr std::int64_t x32_bit = 0x40000000;
    static const ByNumber<EffectRow> x86_64(Arch::x86_64, rows), i386(Arch::i386, rows), aarch64(Arch::aarch64, rows);
    if (arch == Arch::x32) number &= ~x32_bit;
    return (arch == Arch::i386 ? i386 : arch == Arch::aarch64 ? aarch64 : x86_64).find(number);
}

}  // namespace shimtrace::decoders
