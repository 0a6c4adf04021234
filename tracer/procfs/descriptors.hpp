// Descriptors of a process as FdTargets: what /proc/PID/fd, its links' targets and fdinfo tell. Sockets' addresses and the
// other ends' holders are added later, from sock_diag and from everybody's descriptors together.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// What the link's text alone tells: sockets are other_socket, and everything with a path is `file` until it was looked at.
OpenFileKind kind_of_link(std::string_view link);

/// Mount points of file systems whose server may not answer (FUSE, NFS …). What lies below them is never asked about.
class FragileMounts {
public:
    FragileMounts() = default;
    explicit FragileMounts(const std::vector<Mount>& mounts);
    /// Of the process's mount namespace, 0: of this one's; none where its mountinfo cannot be read.
    static FragileMounts of(const ProcDirectory& proc, Pid process = {});
    [[nodiscard]] bool covers(std::string_view path) const;
    /// In the order of the mounts.
    [[nodiscard]] const std::vector<std::string>& points() const { return points_; }

private:
    std::vector<std::string> points_;
};

/// What is to be known of an open file besides the text of its link, as stat tells it.
struct FileStatus {
    std::uint32_t mode = 0, links = 0;
    Inode inode;
    std::uint64_t device = 0, rdev = 0;
};
/// By its link's text alone.
OpenFile open_file(std::string link);
/// The link is a path, or a memory file's: of which object, and of which kind, only its status tells.
[[nodiscard]] bool wants_status(const OpenFile& target);
void add_status(OpenFile& target, const FileStatus& status);
/// As what it was opened; neither: O_PATH.
void add_access(OpenFile& target, bool reads, bool writes);

/// Link and, for paths, kind and inode of descriptor `fd` in `directory` (an open /proc/PID/fd). flags: only its access mode,
/// and only for pipes and fifos. EBADF-like errors (ENOENT): it was closed.
OrErrno<OpenFile> read_descriptor(const ProcDirectory& directory, Fd fd, const FragileMounts& fragile);

/// So many of one process are read: whoever has more wants to keep us busy.
constexpr std::size_t most_descriptors = std::size_t{1} << 18;

/// All descriptors of the process whose /proc/PID is `process`, or its first `most`. Errors: not permitted, gone.
OrErrno<std::vector<FdEntry>> read_descriptors(const ProcDirectory& process, const FragileMounts& fragile,
                                               std::size_t most = most_descriptors);

/// Adds what fdinfo tells: flags, counts, timers, masks, interest sets, pidfd's process. `directory`: an open
/// /proc/PID/fdinfo. For a pty's master it is the only place that tells its number.
void add_fdinfo(const ProcDirectory& directory, Pid whose, Fd fd, OpenFile& target, std::string& scratch);
/// The same from the file `name`.
void add_fdinfo(const ProcDirectory& directory, Pid whose, const char* name, OpenFile& target, std::string& scratch);

/// Kinds of which fdinfo tells more than the link does.
[[nodiscard]] bool fdinfo_tells(OpenFileKind kind);
/// That, or a userfaultfd, which is one of a kind with much of which it tells nothing.
[[nodiscard]] bool fdinfo_tells(const OpenFile& target);

/// Names the descriptors of every interest set among `fds` by the path that they have there.
void name_interest(std::vector<FdEntry>& fds);

/// "TCP", "UNIX-STREAM" …: the kernel's name of the socket's protocol (extended attribute system.sockprotoname), without
/// touching the socket. `directory`: an open /proc/PID/fd.
std::string socket_protocol(const ProcDirectory& directory, Fd fd);
/// The kind that such a name belongs to.
OpenFileKind kind_of_protocol(std::string_view protocol);

[[nodiscard]] constexpr bool is_socket(OpenFileKind kind) {
    return kind >= OpenFileKind::unix_socket && kind <= OpenFileKind::other_socket;
}
[[nodiscard]] constexpr bool is_pipe(OpenFileKind kind) {
    return kind == OpenFileKind::pipe || kind == OpenFileKind::fifo;
}
[[nodiscard]] bool can_read(const OpenFile& target);
[[nodiscard]] bool can_write(const OpenFile& target);
[[nodiscard]] bool is_pty_master(const OpenFile& target);

}  // namespace shimtrace::host
