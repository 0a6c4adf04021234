// What the pointers of a blocked system call lead to: the path that open waits for, the descriptors that poll waits on.
#include "tracer/procfs/process_memory.hpp"
#include "tracer/procfs/process_reader.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace shimtrace::host {
namespace {

struct PathRow {
    long number;
    std::size_t argument;
};
// Calls that can sleep over a path, and which argument it is. Calls that an architecture does not have are left out.
constexpr auto path_rows = std::to_array<PathRow>({
#ifdef SYS_open
    {SYS_open, 0},
    {SYS_creat, 0},
    {SYS_stat, 0},
    {SYS_lstat, 0},
    {SYS_access, 0},
    {SYS_rename, 0},
    {SYS_mkdir, 0},
    {SYS_rmdir, 0},
    {SYS_link, 0},
    {SYS_unlink, 0},
    {SYS_symlink, 1},
    {SYS_readlink, 0},
    {SYS_chmod, 0},
    {SYS_chown, 0},
    {SYS_lchown, 0},
    {SYS_mknod, 0},
    {SYS_utime, 0},
    {SYS_utimes, 0},
    {SYS_futimesat, 1},
#endif
    {SYS_openat, 1},
    {SYS_openat2, 1},
    {SYS_newfstatat, 1},
    {SYS_statx, 1},
    {SYS_faccessat, 1},
    {SYS_faccessat2, 1},
    {SYS_execve, 0},
    {SYS_execveat, 1},
    {SYS_chdir, 0},
    {SYS_chroot, 0},
    {SYS_truncate, 0},
    {SYS_statfs, 0},
    {SYS_mkdirat, 1},
    {SYS_mknodat, 1},
    {SYS_fchownat, 1},
    {SYS_fchmodat, 1},
    {SYS_unlinkat, 1},
    {SYS_renameat, 1},
    {SYS_renameat2, 1},
    {SYS_linkat, 1},
    {SYS_symlinkat, 2},
    {SYS_readlinkat, 1},
    {SYS_utimensat, 1},
    {SYS_mount, 1},
    {SYS_umount2, 0},
    {SYS_pivot_root, 0},
    {SYS_open_tree, 1},
    {SYS_move_mount, 3},
    {SYS_fspick, 1},
    {SYS_swapon, 0},
    {SYS_swapoff, 0},
    {SYS_setxattr, 0},
    {SYS_lsetxattr, 0},
    {SYS_getxattr, 0},
    {SYS_lgetxattr, 0},
    {SYS_listxattr, 0},
    {SYS_removexattr, 0},
    {SYS_acct, 0},
    {SYS_inotify_add_watch, 1},
    {SYS_name_to_handle_at, 1},
});

constexpr std::uint64_t most_polled = 1024;

std::string unix_path(const RemoteMemory& memory, RemoteAddress address, std::uint64_t length) {
    sockaddr_un name{};
    const std::size_t wanted = std::min<std::uint64_t>(length, sizeof name);
    if (memory.read(address, std::as_writable_bytes(std::span(&name, 1)).first(wanted)) < wanted) return {};
    constexpr std::size_t header = offsetof(sockaddr_un, sun_path);
    if (wanted <= header || name.sun_family != AF_UNIX) return {};
    const std::string_view text(name.sun_path, wanted - header);
    if (text[0] == '\0') return "@" + std::string(text.substr(1));
    return std::string(text.substr(0, text.find('\0')));
}

std::vector<Fd> pollfds(const RemoteMemory& memory, RemoteAddress address, std::uint64_t count) {
    std::vector<pollfd> rows(std::min(count, most_polled));
    const std::size_t got = memory.read(address, std::as_writable_bytes(std::span(rows)));
    rows.resize(got / sizeof(pollfd));
    std::vector<Fd> fds;
    for (const pollfd& row : rows)
        if (row.fd >= 0) fds.push_back(Fd{row.fd});
    return fds;
}

/// select's three sets: whatever is in one of them is waited on.
std::vector<Fd> selected(const RemoteMemory& memory, std::uint64_t count, std::span<const std::uint64_t, 3> sets) {
    const std::size_t bits = std::min(count, most_polled);
    std::array<std::uint64_t, most_polled / 64> any{};
    for (const std::uint64_t set : sets) {
        if (!set) continue;
        std::array<std::uint64_t, most_polled / 64> words{};
        (void)memory.read(RemoteAddress{set}, std::as_writable_bytes(std::span(words)).first((bits + 63) / 64 * 8));
        for (std::size_t i = 0; i < words.size(); ++i) any[i] |= words[i];
    }
    std::vector<Fd> fds;
    for (std::size_t bit = 0; bit < bits; ++bit)
        if (any[bit / 64] >> (bit % 64) & 1) fds.push_back(Fd{static_cast<std::int32_t>(bit)});
    return fds;
}

}  // namespace

void read_arguments(Thread& thread) {
    if (thread.syscall < 0) return;
    const RemoteMemory memory(thread.tid);
    const auto& args = thread.args;
    if (const auto row = std::ranges::find(path_rows, thread.syscall, &PathRow::number); row != path_rows.end()) {
        thread.path_argument = memory.text(RemoteAddress{args[row->argument]});
        return;
    }
    switch (thread.syscall) {
        case SYS_connect:
            thread.path_argument = unix_path(memory, RemoteAddress{args[1]}, args[2]);
            break;
        case SYS_ppoll:
#ifdef SYS_poll
        case SYS_poll:
#endif
            thread.polled = pollfds(memory, RemoteAddress{args[0]}, args[1]);
            break;
        case SYS_pselect6:
#ifdef SYS_select
        case SYS_select:
#endif
            thread.polled = selected(memory, args[0], std::span(args).subspan<1, 3>());
            break;
        default:
            break;
    }
}

}  // namespace shimtrace::host
