// take_snapshot against processes that are really there.
#include "tracer/snapshot/take_snapshot.hpp"

#include "tests/unit/tracer/snapshot/live_child.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include <algorithm>
#include <string>

using namespace shimtrace;
using namespace shimtrace::host;
using test::eventually;
using test::LiveChild;

namespace {

Snapshot look(std::vector<pid_t> pids) {
    SnapshotScope scope;
    for (const pid_t pid : pids) scope.detailed.push_back(Pid{pid});
    auto snapshot = take_snapshot(scope);
    REQUIRE(snapshot);
    return std::move(*snapshot);
}

const Process& process(const Snapshot& snapshot, pid_t pid) {
    const auto found = std::ranges::find(snapshot.processes, Pid{pid}, &Process::pid);
    REQUIRE(found != snapshot.processes.end());
    return *found;
}

const OpenFile& target(const Snapshot& snapshot, pid_t pid, int fd) {
    const Process& owner = process(snapshot, pid);
    const auto found = std::ranges::find(owner.fds, Fd{fd}, &FdEntry::fd);
    REQUIRE(found != owner.fds.end());
    return found->target;
}

bool in_call(pid_t pid, long number) {
    const Snapshot snapshot = look({pid});
    const Process& found = process(snapshot, pid);
    return !found.threads.empty() && found.threads[0].syscall == number;
}

bool held_by(const std::vector<Holder>& holders, pid_t pid) {
    return std::ranges::find(holders, Pid{pid}, &Holder::pid) != holders.end();
}

}  // namespace

TEST_CASE("the process table knows everybody, and oneself as others would see one") {
    const Snapshot snapshot = look({});
    const Process& self = process(snapshot, ::getpid());
    CHECK(self.parent == Pid{::getppid()});
    CHECK_FALSE(self.command_line.empty());
    CHECK(self.exe.find("unit_snapshot") != std::string::npos);
    CHECK(self.ns.pid);
    CHECK(self.start_time > 0);
    CHECK(self.ns_pids.front() == ::getpid());
    CHECK_FALSE(snapshot.host.boot_id.empty());
    CHECK(self.threads.empty());
}

TEST_CASE("a full pipe: its fill, its two ends, and who waits in which call") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const LiveChild reader([&] { ::close(ends[1]); });
    const LiveChild writer([&] { ::close(ends[0]); },
                           [&] {
                               const std::string bytes(100000, 'y');
                               (void)!::write(ends[1], bytes.data(), bytes.size());
                           });
    ::close(ends[0]);
    const int write_end = ends[1];
    ::close(ends[1]);
    REQUIRE(eventually([&] { return in_call(writer.pid(), SYS_write); }));

    const Snapshot snapshot = look({writer.pid()});
    const Thread& thread = process(snapshot, writer.pid()).threads.at(0);
    CHECK(thread.syscall == SYS_write);
    CHECK(thread.args[0] == static_cast<std::uint64_t>(write_end));
    CHECK(thread.state == ProcessState::sleeping);
    const OpenFile& pipe = target(snapshot, writer.pid(), write_end);
    CHECK(pipe.kind == OpenFileKind::pipe);
    REQUIRE(pipe.holders.size() == 2);
    for (const Holder& holder : pipe.holders) {
        CHECK(holder.writes == (holder.pid == Pid{writer.pid()}));
        CHECK(holder.reads == (holder.pid == Pid{reader.pid()}));
    }
    const auto listed = std::ranges::find(snapshot.pipes, pipe.inode, &Pipe::inode);
    REQUIRE(listed != snapshot.pipes.end());
    CHECK(listed->queued == 65536);
    CHECK(listed->capacity == 65536);
    // The reader is in the related_processes: looked at as closely.
    CHECK(process(snapshot, reader.pid()).threads.size() == 1);
}

TEST_CASE("a fifo's ends are told by how each was opened, and looking opens none") {
    const std::string path = "/tmp/shimtrace-unit-fifo-" + std::to_string(::getpid());
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    int fd = -1;
    const LiveChild holder([&] { fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK); });
    const LiveChild opener([] {}, [&] { ::open((path + "x").c_str(), O_RDONLY); });
    fd = 3;
    const Snapshot snapshot = look({holder.pid()});
    const auto& fds = process(snapshot, holder.pid()).fds;
    const auto fifo = std::ranges::find_if(fds, [](const FdEntry& entry) { return entry.target.kind == OpenFileKind::fifo; });
    REQUIRE(fifo != fds.end());
    CHECK(fifo->target.path == path);
    CHECK((fifo->target.flags & O_NONBLOCK) != 0);
    REQUIRE(fifo->target.holders.size() == 1);
    CHECK(fifo->target.holders[0].reads);
    CHECK(fifo->target.holders[0].writes);
    CHECK(::open(path.c_str(), O_WRONLY | O_NONBLOCK) >= 0);  // a reader is there: the child
    ::unlink(path.c_str());
}

TEST_CASE("opening a fifo that nobody opens: the path is read from the caller's memory") {
    const std::string path = "/tmp/shimtrace-unit-open-" + std::to_string(::getpid());
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const LiveChild child([] {}, [&] { ::open(path.c_str(), O_WRONLY); });
    CHECK(eventually([&] {
        const Snapshot snapshot = look({child.pid()});
        const Process& found = process(snapshot, child.pid());
        return !found.threads.empty() && found.threads[0].syscall == SYS_openat && found.threads[0].path_argument == path;
    }));
    ::unlink(path.c_str());
}

TEST_CASE("unix sockets: the peer's holder, its path, and bytes that wait") {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    const LiveChild one([&] { ::close(pair[1]); });
    const LiveChild other([&] {
        ::close(pair[0]);
        (void)!::write(pair[1], "hello", 5);
    });
    ::close(pair[0]);
    ::close(pair[1]);
    const Snapshot snapshot = look({one.pid()});
    const OpenFile& socket = target(snapshot, one.pid(), pair[0]);
    CHECK(socket.kind == OpenFileKind::unix_socket);
    REQUIRE(socket.socket);
    CHECK(socket.socket->protocol == "UNIX-STREAM");
    CHECK(socket.socket->state == "ESTABLISHED");
    CHECK(socket.socket->receive_queue == 5);
    CHECK(socket.socket->peer_inode == target(snapshot, other.pid(), pair[1]).inode);
    REQUIRE(socket.holders.size() == 1);
    CHECK(socket.holders[0].pid == Pid{other.pid()});
    CHECK(socket.holders[0].fd == Fd{pair[1]});
}

TEST_CASE("a unix listener: its abstract name, and the queue of who waits for accept") {
    const std::string name = "shimtrace-unit-" + std::to_string(::getpid());
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::copy(name.begin(), name.end(), address.sun_path + 1);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    REQUIRE(::bind(listener, generic, length) == 0);
    REQUIRE(::listen(listener, 0) == 0);
    const LiveChild server([] {});
    ::close(listener);
    const LiveChild first([&] { (void)::connect(::socket(AF_UNIX, SOCK_STREAM, 0), generic, length); });
    const LiveChild second([] {}, [&] { (void)::connect(::socket(AF_UNIX, SOCK_STREAM, 0), generic, length); });
    REQUIRE(eventually([&] { return in_call(second.pid(), SYS_connect); }));

    const Snapshot snapshot = look({second.pid()});
    CHECK(process(snapshot, second.pid()).threads.at(0).path_argument == "@" + name);
    const OpenFile& socket = target(snapshot, server.pid(), listener);
    REQUIRE(socket.socket);
    CHECK(socket.socket->local == "@" + name);
    CHECK(socket.socket->state == "LISTEN");
    CHECK(socket.socket->receive_queue == 1);
    // Whom it waits for is looked at closely, though no descriptor leads there.
    CHECK(process(snapshot, server.pid()).threads.size() == 1);
}

TEST_CASE("TCP: both addresses, the state, and the other end on this host") {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t length = sizeof address;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(listener, 5) == 0);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    const std::string name = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::connect(client, reinterpret_cast<sockaddr*>(&address), length) == 0);
    const int accepted = ::accept(listener, nullptr, nullptr);
    const LiveChild server([&] { ::close(client); });
    const LiveChild caller([&] {
        ::close(accepted);
        ::close(listener);
    });
    ::close(client);
    ::close(accepted);
    ::close(listener);

    const Snapshot snapshot = look({caller.pid()});
    const OpenFile& socket = target(snapshot, caller.pid(), client);
    CHECK(socket.kind == OpenFileKind::inet_socket);
    REQUIRE(socket.socket);
    CHECK(socket.socket->protocol == "TCP");
    CHECK(socket.socket->remote == name);
    CHECK(socket.socket->state == "ESTABLISHED");
    CHECK(held_by(socket.holders, server.pid()));
    const OpenFile& listening = target(snapshot, server.pid(), listener);
    CHECK(listening.socket->state == "LISTEN");
    CHECK(listening.socket->local == name);
    CHECK(listening.socket->remote.empty());
}

TEST_CASE("anonymous descriptors tell what they hold") {
    struct {
        int event, timer, signal, poll, pidfd, memory, netlink;
    } fds{};
    fds.event = ::eventfd(7, 0);
    fds.timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
    const itimerspec hour{.it_interval = {}, .it_value = {3600, 0}};
    ::timerfd_settime(fds.timer, 0, &hour, nullptr);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    fds.signal = ::signalfd(-1, &set, 0);
    fds.poll = ::epoll_create1(0);
    epoll_event row{.events = EPOLLIN | EPOLLET, .data = {.u64 = 0x1234}};
    ::epoll_ctl(fds.poll, EPOLL_CTL_ADD, fds.event, &row);
    fds.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    fds.memory = ::memfd_create("shimtrace-unit", 0);
    fds.netlink = ::socket(AF_NETLINK, SOCK_RAW, 0);
    const sockaddr_nl any{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = 0};
    REQUIRE(::bind(fds.netlink, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    const LiveChild child([] {});

    const Snapshot snapshot = look({child.pid()});
    const auto at = [&](int fd) -> const OpenFile& { return target(snapshot, child.pid(), fd); };
    CHECK(at(fds.event).kind == OpenFileKind::eventfd);
    CHECK(at(fds.event).count == 7);
    CHECK(at(fds.timer).kind == OpenFileKind::timerfd);
    CHECK(at(fds.timer).timer_value > std::chrono::minutes(59));
    CHECK(at(fds.signal).kind == OpenFileKind::signalfd);
    CHECK(at(fds.signal).signal_mask == std::uint64_t{1} << (SIGUSR1 - 1));
    REQUIRE(at(fds.poll).interest.size() == 1);
    CHECK(at(fds.poll).interest[0].fd == Fd{fds.event});
    CHECK(at(fds.poll).interest[0].data == 0x1234);
    CHECK(at(fds.poll).interest[0].path == "anon_inode:[eventfd]");
    CHECK(at(fds.pidfd).pidfd_pid == Pid{::getpid()});
    CHECK(at(fds.memory).kind == OpenFileKind::memfd);
    CHECK(at(fds.netlink).kind == OpenFileKind::netlink_socket);
    CHECK(at(fds.netlink).socket->netlink_family == "ROUTE");
    for (const int fd : {fds.event, fds.timer, fds.signal, fds.poll, fds.pidfd, fds.memory, fds.netlink}) ::close(fd);
}

TEST_CASE("poll and select: which descriptors are waited on") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const LiveChild polls([] {},
                          [&] {
                              pollfd rows[] = {{ends[0], POLLIN, 0}, {-1, 0, 0}};
                              ::poll(rows, 2, -1);
                          });
    const LiveChild selects([] {},
                            [&] {
                                fd_set set;
                                FD_ZERO(&set);
                                FD_SET(ends[0], &set);
                                ::select(ends[0] + 1, &set, nullptr, nullptr, nullptr);
                            });
    for (const pid_t pid : {polls.pid(), selects.pid()})
        CHECK(eventually([&] {
            const Snapshot snapshot = look({pid});
            const Process& found = process(snapshot, pid);
            return !found.threads.empty() && found.threads[0].polled == std::vector<Fd>{Fd{ends[0]}};
        }));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("file locks: who holds, who waits, and the holder is in the related_processes") {
    const std::string path = "/tmp/shimtrace-unit-lock-" + std::to_string(::getpid());
    const LiveChild holder([&] { ::flock(::open(path.c_str(), O_CREAT | O_RDWR, 0600), LOCK_EX); });
    const LiveChild waiter([] {}, [&] { ::flock(::open(path.c_str(), O_RDWR), LOCK_EX); });
    REQUIRE(eventually([&] { return in_call(waiter.pid(), SYS_flock); }));
    const Snapshot snapshot = look({waiter.pid()});
    const auto lock = std::ranges::find(snapshot.locks, Pid{holder.pid()}, &FileLock::holder);
    REQUIRE(lock != snapshot.locks.end());
    CHECK(lock->waiters == std::vector<Pid>{Pid{waiter.pid()}});
    CHECK(process(snapshot, holder.pid()).threads.size() == 1);
    ::unlink(path.c_str());
}

TEST_CASE("the lock of an open file description belongs to whoever has the file open and does not wait") {
    const std::string path = "/tmp/shimtrace-unit-ofd-" + std::to_string(::getpid());
    const auto lock_it = [&](int command) {
        const int fd = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);
        struct flock whole {};
        whole.l_type = F_WRLCK;
        ::fcntl(fd, command, &whole);
    };
    const LiveChild holder([&] { lock_it(F_OFD_SETLK); });
    const LiveChild waiter([] {}, [&] { lock_it(F_OFD_SETLKW); });
    REQUIRE(eventually([&] { return in_call(waiter.pid(), SYS_fcntl); }));
    const Snapshot snapshot = look({waiter.pid()});
    // Others of this host may have such locks, too.
    const auto lock = std::ranges::find_if(snapshot.locks, [&](const FileLock& row) {
        return row.kind == "OFDLCK" && std::ranges::find(row.waiters, Pid{waiter.pid()}) != row.waiters.end();
    });
    REQUIRE(lock != snapshot.locks.end());
    CHECK(lock->holder == Pid{holder.pid()});
    ::unlink(path.c_str());
}

TEST_CASE("stopped by a signal, and stopped by a tracer, who is in the related_processes") {
    const LiveChild stopped([] {}, [] { ::raise(SIGSTOP); });
    const LiveChild traced([] {});
    const LiveChild tracer([&] {
        ::ptrace(PTRACE_SEIZE, traced.pid(), nullptr, nullptr);
        ::ptrace(PTRACE_INTERRUPT, traced.pid(), nullptr, nullptr);
    });
    CHECK(eventually([&] { return process(look({stopped.pid()}), stopped.pid()).state == ProcessState::stopped; }));
    CHECK(eventually([&] { return process(look({traced.pid()}), traced.pid()).state == ProcessState::traced; }));
    const Snapshot snapshot = look({traced.pid()});
    CHECK(process(snapshot, traced.pid()).threads.at(0).tracer == tracer.pid());
    CHECK(process(snapshot, tracer.pid()).threads.size() == 1);
}

TEST_CASE("a second look tells standstill from progress") {
    const LiveChild sleeps([] {});
    const LiveChild spins([] {},
                          [] {
                              for (;;) ::sched_yield();
                          });
    REQUIRE(eventually([&] { return in_call(sleeps.pid(), SYS_pause); }));
    const Snapshot first = look({sleeps.pid(), spins.pid()});
    const auto counters = [](const Snapshot& snapshot, pid_t pid) { return process(snapshot, pid).threads.at(0).first; };
    const Progress still = counters(first, sleeps.pid()), busy = counters(first, spins.pid());
    CHECK(eventually([&] {
        const Snapshot second = look({sleeps.pid(), spins.pid()});
        const Progress still_later = counters(second, sleeps.pid()), busy_later = counters(second, spins.pid());
        CHECK(still.context_switches == still_later.context_switches);
        CHECK(still.cpu_ticks == still_later.cpu_ticks);
        return busy.context_switches + busy.cpu_ticks < busy_later.context_switches + busy_later.cpu_ticks;
    }));
}

TEST_CASE("a pty: each side knows who holds the other") {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(master >= 0);
    ::grantpt(master);
    ::unlockpt(master);
    const std::string name = ::ptsname(master);
    int slave = -1;
    const LiveChild terminal([] {});
    const LiveChild inside([&] {
        ::close(master);
        slave = ::open(name.c_str(), O_RDWR | O_NOCTTY);
    });
    ::close(master);
    const Snapshot snapshot = look({inside.pid()});
    const auto& fds = process(snapshot, inside.pid()).fds;
    const auto found = std::ranges::find_if(fds, [&](const FdEntry& entry) { return entry.target.path == name; });
    REQUIRE(found != fds.end());
    CHECK(found->target.kind == OpenFileKind::pty);
    CHECK(held_by(found->target.holders, terminal.pid()));
    const OpenFile& other = target(snapshot, terminal.pid(), master);
    CHECK(other.kind == OpenFileKind::pty);
    CHECK(held_by(other.holders, inside.pid()));
}

TEST_CASE("sockets of another network namespace are known too") {
    if (::geteuid() != 0) return;
    int pair[2];
    const LiveChild apart([&] {
        ::unshare(CLONE_NEWNET);
        (void)::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    });
    const Snapshot snapshot = look({apart.pid()});
    const auto& fds = process(snapshot, apart.pid()).fds;
    const auto found = std::ranges::find(fds, OpenFileKind::unix_socket, [](const FdEntry& entry) { return entry.target.kind; });
    REQUIRE(found != fds.end());
    CHECK(found->target.socket->protocol == "UNIX");
    CHECK(held_by(found->target.holders, apart.pid()));
}
