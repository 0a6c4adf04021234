#include "tracer/procfs/descriptors.hpp"

#include "decoders/kernel/served_file_systems.hpp"
#include "decoders/kernel/user_faults.hpp"
#include "decoders/text/paths.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ranges>

namespace shimtrace::host {
namespace {

struct LinkRow {
    std::string_view prefix;
    OpenFileKind kind;
};
// Link texts that are no paths: fs/pipe.c, net/socket.c, fs/nsfs.c, and the names given to anon_inode_getfile().
constexpr std::array link_rows = std::to_array<LinkRow>({
    {"pipe:[", OpenFileKind::pipe},
    {"socket:[", OpenFileKind::other_socket},
    {"anon_inode:[eventpoll]", OpenFileKind::eventpoll},
    {"anon_inode:[eventfd]", OpenFileKind::eventfd},
    {"anon_inode:[timerfd]", OpenFileKind::timerfd},
    {"anon_inode:[signalfd]", OpenFileKind::signalfd},
    {"anon_inode:[pidfd]", OpenFileKind::pidfd},
    {"pidfd:[", OpenFileKind::pidfd},
    {"anon_inode:inotify", OpenFileKind::inotify},
    {"anon_inode:[fanotify]", OpenFileKind::fanotify},
    {"anon_inode:[io_uring]", OpenFileKind::io_uring},
    {"anon_inode:seccomp notify", OpenFileKind::seccomp_notify},
    {"anon_inode:[perf_event]", OpenFileKind::perf_event},
    {"anon_inode:bpf", OpenFileKind::bpf},
    {"anon_inode:[bpf", OpenFileKind::bpf},
    {"anon_inode:", OpenFileKind::anon},
    {"mnt:[", OpenFileKind::ns},
    {"net:[", OpenFileKind::ns},
    {"pid:[", OpenFileKind::ns},
    {"user:[", OpenFileKind::ns},
    {"ipc:[", OpenFileKind::ns},
    {"uts:[", OpenFileKind::ns},
    {"cgroup:[", OpenFileKind::ns},
    {"time:[", OpenFileKind::ns},
    {"pid_for_children:[", OpenFileKind::ns},
    {"time_for_children:[", OpenFileKind::ns},
    {"/memfd:", OpenFileKind::memfd},
    {"/", OpenFileKind::file},
    {"(unreachable)", OpenFileKind::file},
});

constexpr unsigned unix98_slave_major = 136, unix98_slave_majors = 8;  // Documentation/admin-guide/devices.txt

bool is_pty(std::uint64_t rdev) {
    const unsigned number = major(rdev);
    return (number >= unix98_slave_major && number < unix98_slave_major + unix98_slave_majors) || rdev == makedev(5, 2);
}

OpenFileKind kind_of_mode(std::uint32_t mode, std::uint64_t rdev) {
    switch (mode & S_IFMT) {
        case S_IFDIR:
            return OpenFileKind::directory;
        case S_IFCHR:
            return is_pty(rdev) ? OpenFileKind::pty : OpenFileKind::char_device;
        case S_IFBLK:
            return OpenFileKind::block_device;
        case S_IFIFO:
            return OpenFileKind::fifo;
        default:
            return OpenFileKind::file;
    }
}

}  // namespace

OpenFileKind kind_of_link(std::string_view link) {
    for (const LinkRow& row : link_rows)
        if (link.starts_with(row.prefix)) return row.kind;
    return OpenFileKind::unknown;
}

FragileMounts::FragileMounts(const std::vector<Mount>& mounts) {
    for (const Mount& mount : mounts)
        if (kernel::may_not_answer(mount.type)) points_.push_back(mount.mount_point);
}

FragileMounts FragileMounts::of(const ProcDirectory& proc, Pid process) {
    std::string scratch;
    const std::string path = (process ? std::to_string(process.value) : std::string("self")) + "/mountinfo";
    const auto text = proc.read_records(path.c_str(), scratch, std::size_t{16} << 20);
    return text ? FragileMounts(parse_mountinfo(*text, Pid{})) : FragileMounts();
}

bool FragileMounts::covers(std::string_view path) const {
    return std::ranges::any_of(points_, [&](const std::string& point) { return text::lies_in(path, point); });
}

OpenFile open_file(std::string link) {
    OpenFile target;
    target.path = std::move(link);
    target.kind = kind_of_link(target.path);
    if (const std::size_t bracket = target.path.find('['); bracket != std::string::npos && target.path[0] != '/')
        if (const auto inode = bracketed_number(target.path, std::string_view(target.path).substr(0, bracket + 1)))
            target.inode = Inode{*inode};
    return target;
}

bool wants_status(const OpenFile& target) {
    return target.kind == OpenFileKind::file || target.kind == OpenFileKind::memfd;
}

void add_status(OpenFile& target, const FileStatus& status) {
    target.inode = status.inode;
    target.device = status.device;
    target.rdev = status.rdev;
    if (target.kind == OpenFileKind::file) target.kind = kind_of_mode(status.mode, target.rdev);
    if (target.kind == OpenFileKind::pty && !is_pty_master(target)) target.count = minor(target.rdev);
    // The kernel's mark, or the name? A file that has a name yet is called so; where another name is left of one that was deleted, that is
    // wrong, but nothing short of a look at the path, which may wait for a server, would tell. A directory that was removed may keep its
    // count of links (cgroups).
    target.called_deleted = status.links > 0 && !S_ISDIR(status.mode) && target.path.ends_with(" (deleted)");
}

void add_access(OpenFile& target, bool reads, bool writes) {
    if (is_pipe(target.kind)) target.flags = reads && writes ? O_RDWR : writes ? O_WRONLY : reads ? O_RDONLY : O_PATH;
}

OrErrno<OpenFile> read_descriptor(const ProcDirectory& directory, Fd fd, const FragileMounts& fragile) {
    const DecimalName name(fd.value);
    auto link = directory.link(name.c_str());
    if (!link) return std::unexpected(link.error());
    OpenFile target = open_file(std::move(*link));
    if (wants_status(target) && !fragile.covers(target.path))
        if (const auto found = directory.status(name.c_str()))
            add_status(target, {.mode = found->stx_mode,
                                .links = found->stx_nlink,
                                .inode = Inode{found->stx_ino},
                                .device = makedev(found->stx_dev_major, found->stx_dev_minor),
                                .rdev = makedev(found->stx_rdev_major, found->stx_rdev_minor)});
    if (is_pipe(target.kind))
        if (const auto mode = directory.link_mode(name.c_str())) add_access(target, *mode & S_IRUSR, *mode & S_IWUSR);
    return target;
}

namespace {

OrErrno<std::vector<FdEntry>> read_table(const ProcDirectory& task, const FragileMounts& fragile, std::size_t most) {
    const auto directory = task.directory("fd");
    if (!directory) return std::unexpected(directory.error());
    const auto numbers = directory->numbers();
    if (!numbers) return std::unexpected(numbers.error());
    std::vector<FdEntry> entries;
    entries.reserve(std::min(numbers->size(), most));
    for (const std::int32_t number : *numbers | std::views::take(most)) {
        auto target = read_descriptor(*directory, Fd{number}, fragile);
        // Links of another user's process can be listed but not read where ptrace access is refused.
        if (!target && !vanished(target.error())) return std::unexpected(target.error());
        if (target) entries.push_back({Fd{number}, std::move(*target)});
    }
    return entries;
}

}  // namespace

OrErrno<std::vector<FdEntry>> read_descriptors(const ProcDirectory& process, const FragileMounts& fragile, std::size_t most) {
    auto entries = read_table(process, fragile, most);
    if (entries ? !entries->empty() : !vanished(entries.error())) return entries;
    // The leader has exited before the other threads: theirs is the table then, and it has none (an empty one, or an error).
    const auto tasks = process.directory("task");
    if (!tasks) return entries;
    const auto numbers = tasks->numbers();
    if (!numbers) return entries;
    for (const std::int32_t number : *numbers)
        if (const auto task = tasks->directory(number))
            if (auto found = read_table(*task, fragile, most); found && !found->empty()) return found;
    return entries;
}

void add_fdinfo(const ProcDirectory& directory, Pid whose, Fd fd, OpenFile& target, std::string& scratch) {
    add_fdinfo(directory, whose, DecimalName(fd.value).c_str(), target, scratch);
}

void add_fdinfo(const ProcDirectory& directory, Pid whose, const char* name, OpenFile& target, std::string& scratch) {
    constexpr std::size_t most = std::size_t{1} << 20;
    FdInfoText info;
    if (target.kind == OpenFileKind::eventpoll) {
        // It waits for whoever is in the midst of an epoll_wait, whose events may go to a page that never comes (fs/eventpoll.c: ep->mtx).
        const auto text = read_in_time(directory, whose, {.name = name, .most = most});
        if (!text) return;
        info = parse_fdinfo(*text);
    } else {
        const auto text = directory.read(name, scratch, most);
        if (!text) return;
        info = parse_fdinfo(*text);
    }
    target.flags = info.flags;
    if (!target.inode && info.inode && target.kind == OpenFileKind::file) target.inode = Inode{info.inode};
    switch (target.kind) {
        case OpenFileKind::eventpoll:
            target.interest = std::move(info.interest);
            break;
        case OpenFileKind::eventfd:
            target.count = info.count;
            break;
        case OpenFileKind::anon:
            if (target.path != kernel::userfaultfd_link) break;
            target.count = info.count;
            target.inode = Inode{info.inode};  // each has one of its own
            break;
        case OpenFileKind::timerfd:
            target.count = info.count;
            target.timer_value = info.timer_value;
            break;
        case OpenFileKind::signalfd:
            target.signal_mask = info.signal_mask;
            break;
        case OpenFileKind::fanotify:
            target.marks = std::move(info.marks);
            break;
        case OpenFileKind::pidfd:
            target.pidfd_pid = Pid{std::max(info.pid, 0)};
            break;
        case OpenFileKind::pty:
            if (info.tty) target.count = static_cast<std::uint64_t>(std::max(*info.tty, 0));
            break;
        default:
            break;
    }
}

bool fdinfo_tells(const OpenFile& target) {
    return fdinfo_tells(target.kind) || target.path == kernel::userfaultfd_link;
}

bool fdinfo_tells(OpenFileKind kind) {
    using enum OpenFileKind;
    constexpr auto kinds = std::to_array({pipe, fifo, pty, eventpoll, eventfd, timerfd, signalfd, pidfd, fanotify, unknown});
    return std::ranges::find(kinds, kind) != kinds.end();
}

void name_interest(std::vector<FdEntry>& fds) {
    for (FdEntry& set : fds)
        for (InterestEntry& row : set.target.interest) {
            const auto found = std::ranges::lower_bound(fds, row.fd, {}, &FdEntry::fd);
            if (found != fds.end() && found->fd == row.fd) row.path = found->target.path;
        }
}

std::string socket_protocol(const ProcDirectory& directory, Fd fd) {
    std::array<char, 64> path, name;
    std::snprintf(path.data(), path.size(), "/proc/self/fd/%d/%d", directory.fd(), fd.value);
    const ssize_t got = ::getxattr(path.data(), "system.sockprotoname", name.data(), name.size());
    if (got <= 1) return {};
    return std::string(name.data(), static_cast<std::size_t>(got) - 1);
}

OpenFileKind kind_of_protocol(std::string_view protocol) {
    struct Row {
        std::string_view prefix;
        OpenFileKind kind;
    };
    constexpr auto rows = std::to_array<Row>({{"UNIX", OpenFileKind::unix_socket},
                                              {"TCP", OpenFileKind::inet_socket},
                                              {"UDP", OpenFileKind::inet_socket},
                                              {"RAW", OpenFileKind::inet_socket},
                                              {"PING", OpenFileKind::inet_socket},
                                              {"MPTCP", OpenFileKind::inet_socket},
                                              {"SCTP", OpenFileKind::inet_socket},
                                              {"DCCP", OpenFileKind::inet_socket},
                                              {"SMC", OpenFileKind::inet_socket},
                                              {"NETLINK", OpenFileKind::netlink_socket},
                                              {"PACKET", OpenFileKind::packet_socket},
                                              {"AF_VSOCK", OpenFileKind::vsock_socket},
                                              {"vsock", OpenFileKind::vsock_socket}});
    for (const Row& row : rows)
        if (protocol.starts_with(row.prefix)) return row.kind;
    return OpenFileKind::other_socket;
}

bool can_read(const OpenFile& target) {
    return !(target.flags & O_PATH) && (target.flags & O_ACCMODE) != O_WRONLY;
}

bool can_write(const OpenFile& target) {
    return !(target.flags & O_PATH) && (target.flags & O_ACCMODE) != O_RDONLY;
}

bool is_pty_master(const OpenFile& target) {
    return target.kind == OpenFileKind::pty && target.rdev == makedev(5, 2);
}

}  // namespace shimtrace::host
