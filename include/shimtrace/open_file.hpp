// What stands behind a file descriptor: the OpenFile. Rendering (strace's -y, -yy, and our own roles) follows from this
// value alone, so a recording can print it long after the process is gone.
#pragma once

#include <shimtrace/boxed.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/rare.hpp>
#include <shimtrace/role.hpp>
#include <shimtrace/shared_text.hpp>
#include <shimtrace/types.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

/// Somebody at the other end: who reads the pipe, who is the socket's peer, who holds the pty's master.
struct Holder {
    Pid pid;
    Fd fd{-1};  ///< -1 where not known
    SharedText comm;
    ProcessState state = ProcessState::unknown;
    bool reads = false;  ///< this holder can read from the object
    bool writes = false;

    auto operator<=>(const Holder&) const = default;
};

enum class OpenFileKind : std::uint8_t {
    unknown,
    file,
    directory,
    char_device,
    block_device,
    pty,
    pipe,
    fifo,
    unix_socket,
    inet_socket,
    netlink_socket,
    packet_socket,
    vsock_socket,
    other_socket,
    eventpoll,
    eventfd,
    timerfd,
    signalfd,
    pidfd,
    inotify,
    fanotify,
    memfd,
    seccomp_notify,
    io_uring,
    ns,
    bpf,
    perf_event,
    anon,
};

struct InterestEntry {  ///< one row of an epoll interest set
    Fd fd{-1};
    std::uint32_t events = 0;  ///< EPOLLIN …
    std::uint64_t data = 0;
    std::string path;   ///< what /proc/PID/fd/N showed for that descriptor
    OpenFileId target;  ///< in a trace: what that descriptor leads to; 0 in snapshots, which list it among the process's own

    auto operator<=>(const InterestEntry&) const = default;
};

/// Socket facts as sock_diag tells them. Addresses are text as strace -yy prints them ("127.0.0.1:80", "@abstract", "/path").
struct SocketFacts {
    std::string protocol;  ///< "UNIX-STREAM", "TCP", "TCPv6", "UDP", "NETLINK" …: strace's -yy names
    std::string local;
    std::string remote;
    std::string state;  ///< "ESTABLISHED", "LISTEN" …; empty where it has none
    Inode inode;
    Inode peer_inode;  ///< the other end's, where it is on this host: unix of its peer, in snapshots TCP and UDP as well. Of a
                       ///< connection that is not accepted yet: the listener's. 0 otherwise
    std::uint32_t receive_queue = 0;  ///< bytes waiting to be read (listeners: connections waiting for accept)
    std::uint32_t send_queue = 0;     ///< bytes not yet taken by the peer (listeners: the backlog)
    std::uint32_t netlink_port = 0;
    std::string netlink_family;  ///< "SOCK_DIAG", "ROUTE" …

    // In snapshots alone.
    Inode network;                                          ///< its network namespace
    std::uint32_t type = 0;                                 ///< SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET; 0: not known
    std::uint32_t receive_capacity = 0, send_capacity = 0;  ///< SO_RCVBUF and SO_SNDBUF as the kernel counts them; 0: not known
    std::string timer;                                      ///< TCP: "retransmit", "keepalive", "probe" (of a peer whose window is shut)
    std::uint32_t retransmits = 0;                          ///< TCP: so often in a row what was sent (a SYN, a probe) had no answer
    std::optional<std::uint64_t> sent_ms_ago, received_ms_ago;  ///< TCP: since data was sent, and since some came
    std::optional<std::uint64_t> acknowledged_ms_ago;           ///< TCP: since the peer's kernel has last answered
    bool translated = false;                                    ///< its other end has another address for it: it was told by its own alone
    std::string stands_for;                                     ///< what `remote` is translated to (conntrack); empty: nothing is known

    auto operator<=>(const SocketFacts&) const = default;
};

/// What a fanotify group listens to.
struct FanotifyMark {
    std::uint64_t mask = 0;    ///< FAN_OPEN_PERM …
    Inode inode;               ///< of one file or directory, with `device`
    std::uint64_t device = 0;  ///< of a file, or of a whole file system
    std::int32_t mount = 0;    ///< of a mount: its id

    auto operator<=>(const FanotifyMark&) const = default;
};

struct OpenFile {
    OpenFileKind kind = OpenFileKind::unknown;
    std::string path;  ///< the link's text as /proc/PID/fd/N shows it, " (deleted)" included
    Inode inode;
    std::uint64_t device = 0;  ///< st_dev of the object (makes inode unique); st_rdev is in `rdev`
    std::uint64_t rdev = 0;
    std::uint32_t flags = 0;  ///< open flags from fdinfo: O_RDONLY, O_NONBLOCK, O_CLOEXEC …
    Rare<OpenFileRoleInfo> role;

    std::vector<Holder> holders;          ///< pipes, fifos: both ends; sockets: the peer's; ptys: the other side's
    Boxed<SocketFacts> socket;            ///< of most descriptors there is none
    std::vector<InterestEntry> interest;  ///< eventpoll
    Pid pidfd_pid;                        ///< pidfd: the process, in the host's pid namespace; 0: not one, or gone
    std::uint64_t count = 0;              ///< eventfd: its count; timerfd: expirations; pty: N of /dev/pts/N
    Nanoseconds timer_value{};            ///< timerfd: time left; 0: disarmed
    std::uint64_t signal_mask = 0;        ///< signalfd
    std::vector<FanotifyMark> marks;      ///< fanotify
    bool called_deleted = false;          ///< the " (deleted)" at the end of its path is a part of its name

    auto operator<=>(const OpenFile&) const = default;
};

}  // namespace shimtrace
