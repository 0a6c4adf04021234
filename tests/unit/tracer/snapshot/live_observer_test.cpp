// The observer on children that are really there. Calls are reported to it as the engine would.
#include "tracer/snapshot/live_observer.hpp"

#include "tests/unit/tracer/snapshot/live_child.hpp"
#include "tracer/snapshot/holder_watch.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <thread>

using namespace shimtrace;
using namespace shimtrace::host;
using test::eventually;
using test::LiveChild;

namespace {

/// A sink that keeps definitions, and counts how often each id was defined.
struct Definitions : EventSink {
    std::map<std::uint32_t, OpenFile> targets;
    std::vector<TaskInfo> tasks;
    void target(OpenFileId id, const OpenFile& target) override { CHECK(targets.emplace(id.value, target).second); }
    void task(const TaskInfo& info) override { tasks.push_back(info); }
    void event(const Event&) override {}
};

struct Watched {
    explicit Watched(pid_t child, ObserverHooks hooks = {}) : pid(child), tid(child), observer(make_session_observer(std::move(hooks))) {
        observer->task_started(pid, tid, Tid{}, 0, sink);
    }
    OpenFileId ask(int fd) { return observer->target(pid, tid, Fd{fd}, sink); }
    const OpenFile& target(int fd) {
        const OpenFileId id = ask(fd);
        REQUIRE(sink.targets.contains(id.value));
        return sink.targets.at(id.value);
    }
    void returned(std::int64_t number, std::array<std::uint64_t, 6> args, std::int64_t result = 0) {
        Event enter, exit;
        enter.pid = exit.pid = pid;
        enter.tid = exit.tid = tid;
        enter.number = number;
        enter.args = args;
        exit.result = result;
        exit.is_error = result < 0;
        observer->call_returned(enter, exit);
    }
    std::string blocked(std::int64_t number, std::array<std::uint64_t, 6> args) {
        Event enter;
        enter.pid = pid;
        enter.tid = tid;
        enter.number = number;
        enter.args = args;
        return observer->blocked_note(enter);
    }

    Pid pid;
    Tid tid;
    Definitions sink;
    std::unique_ptr<SessionObserver> observer;
};

/// A child that does one thing at each byte that it is sent, and answers when it is done.
class Obedient {
public:
    template <typename... Steps>
    explicit Obedient(Steps... steps)
        : child_(pipes(), [this, steps...] {
              (step(steps), ...);
              for (;;) ::pause();
          }) {
        ::close(order_[0]);
        ::close(done_[1]);
    }
    ~Obedient() {
        ::close(order_[1]);
        ::close(done_[0]);
    }
    void next() {
        (void)!::write(order_[1], "", 1);
        char byte;
        REQUIRE(::read(done_[0], &byte, 1) == 1);
    }
    [[nodiscard]] pid_t pid() const { return child_.pid(); }

private:
    auto pipes() {
        (void)!::pipe(order_);
        (void)!::pipe(done_);
        return [] {};
    }
    template <typename Step>
    void step(Step& what) {
        char byte;
        (void)!::read(order_[0], &byte, 1);
        what();
        (void)!::write(done_[1], "", 1);
    }

    int order_[2], done_[2];
    LiveChild child_;
};

}  // namespace

TEST_CASE("a target is defined once, however often it is asked for, and for all who share it") {
    const int null = ::open("/dev/null", O_RDONLY), again = ::open("/dev/null", O_RDONLY);
    const LiveChild child([] {});
    Watched watched(child.pid());
    const OpenFileId id = watched.ask(null);
    CHECK(id);
    CHECK(watched.ask(null) == id);
    CHECK(watched.ask(again) == id);
    CHECK(watched.target(null).kind == OpenFileKind::char_device);
    CHECK(watched.target(null).path == "/dev/null");
    CHECK_FALSE(watched.ask(999));
    ::close(null);
    ::close(again);
}

TEST_CASE("close and reuse, dup2, and what exec would leave: never the old target") {
    const int fd = ::open("/dev/null", O_RDONLY), other = ::open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    Obedient child([&] { ::close(fd), (void)::open("/dev/zero", O_RDONLY); }, [&] { ::dup2(other, fd); });
    Watched watched(child.pid());
    CHECK(watched.target(fd).path == "/dev/null");
    child.next();
    watched.returned(SYS_close, {static_cast<std::uint64_t>(fd)});
    watched.returned(SYS_openat, {}, fd);
    CHECK(watched.target(fd).path == "/dev/zero");
    CHECK(watched.target(other).path == "/etc/hostname");
    child.next();
    watched.returned(SYS_dup2, {static_cast<std::uint64_t>(other), static_cast<std::uint64_t>(fd)}, fd);
    CHECK(watched.target(fd).path == "/etc/hostname");
    ::close(fd);
    ::close(other);
}

TEST_CASE("a file that is removed or renamed is shown as it is called now") {
    const std::string path = "/tmp/shimtrace-unit-name-" + std::to_string(::getpid());
    const int fd = ::open(path.c_str(), O_CREAT | O_RDWR, 0600);
    const LiveChild child([] {});
    Watched watched(child.pid());
    CHECK(watched.target(fd).path == path);
    ::unlink(path.c_str());
    CHECK(watched.target(fd).path == path);  // from the cache: nobody said that paths have changed
    watched.returned(SYS_unlink, {});
    CHECK(watched.target(fd).path == path + " (deleted)");
    ::close(fd);
}

TEST_CASE("the working directory is a target, until it is left") {
    Obedient child([] { (void)!::chdir("/usr"); });
    Watched watched(child.pid());
    const std::string before = watched.target(AT_FDCWD).path;
    CHECK(watched.target(AT_FDCWD).kind == OpenFileKind::directory);
    child.next();
    watched.returned(SYS_chdir, {});
    CHECK(before != "/usr");
    CHECK(watched.target(AT_FDCWD).path == "/usr");
}

TEST_CASE("a unix socket's peer, and who holds it") {
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    const LiveChild one([&] { ::close(pair[1]); });
    const LiveChild other([&] { ::close(pair[0]); });
    Watched watched(one.pid());
    const OpenFile& target = watched.target(pair[0]);
    CHECK(target.kind == OpenFileKind::unix_socket);
    REQUIRE(target.socket);
    CHECK(target.socket->protocol == "UNIX-STREAM");
    CHECK(target.socket->peer_inode);
    CHECK(target.socket->receive_queue == 0);
    ::close(pair[0]);
    ::close(pair[1]);
    // The first look may have come before we closed ours: asked again until one shows the child alone.
    CHECK(eventually([&] {
        const auto& holders = watched.target(pair[0]).holders;
        return holders.size() == 1 && holders[0].pid == Pid{other.pid()};
    }));
}

TEST_CASE("who has the other end of a pipe made before our eyes is told also where those that are traced cannot be asked") {
    std::array<std::int32_t, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    void (*const hold_many)() = [] {
        constexpr rlim_t many = 1100;
        const rlimit limit{many + 100, many + 100};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        for (rlim_t held = 0; held < many; ++held) (void)::open("/dev/null", O_RDONLY);
    };
    void (*const no_leader)() = [] {
        std::thread([] { ::pause(); }).detach();
        ::syscall(SYS_exit, 0);
    };
    void (*const nothing)() = [] {};
    for (const bool leads : {true, false}) {
        CAPTURE(leads);
        const LiveChild maker([&] { ::close(ends[1]); });
        const LiveChild heir(leads ? hold_many : nothing, leads ? [] { ::pause(); } : no_leader);
        Watched watched(maker.pid(), {.sees_all = true});
        Event made, exit;
        made.pid = exit.pid = watched.pid;
        made.tid = exit.tid = watched.tid;
        made.number = exit.number = SYS_pipe2;
        made.args = {0x1000};
        exit.memory.add(RemoteAddress{0x1000}, std::as_bytes(std::span(ends)));
        watched.observer->call_returned(made, exit);
        CHECK(watched.target(ends[0]).holders.empty());
        watched.observer->task_started(Pid{heir.pid()}, Tid{heir.pid()}, watched.tid, 0, watched.sink);
        CHECK(eventually([&] {
            const auto& holders = watched.target(ends[0]).holders;
            return std::ranges::any_of(holders, [&](const Holder& holder) { return holder.pid == Pid{heir.pid()} && holder.writes; });
        }));
    }
    for (const int end : ends) ::close(end);
}

TEST_CASE("a look in passing is at few descriptors of all together") {
    const auto hold = [] {
        for (int held = 0; held < 100; ++held) (void)::open("/dev/null", O_RDONLY);
    };
    const LiveChild one(hold), two(hold), three(hold);
    const std::array pids{Pid{one.pid()}, Pid{two.pid()}, Pid{three.pid()}};
    CHECK(look_at_holders(std::span(pids).first(2), {}));
    CHECK_FALSE(look_at_holders(pids, {}));
}

TEST_CASE("without other ends nothing is looked up that strace would not print") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const LiveChild child([] {});
    Watched watched(child.pid(), {.other_ends = false});
    CHECK(watched.target(ends[0]).holders.empty());
    CHECK(watched.blocked(SYS_read, {static_cast<std::uint64_t>(ends[0])}).empty());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("an eventfd's count is the one at the call") {
    const int fd = ::eventfd(7, 0);
    const LiveChild child([] {});
    Watched watched(child.pid());
    CHECK(watched.target(fd).count == 7);
    const std::uint64_t two = 2;
    REQUIRE(::write(fd, &two, sizeof two) == sizeof two);
    CHECK(eventually([&] { return watched.target(fd).count == 9; }));
    ::close(fd);
}

TEST_CASE("tasks are told with their names and numbers") {
    const LiveChild child([] {});
    const Watched watched(child.pid(), {.process_role = [](const Process&) { return ProcessRoleInfo{.role = ProcessRole::hook}; }});
    REQUIRE(watched.sink.tasks.size() == 1);
    CHECK(watched.sink.tasks[0].comm == "unit_snapshot");
    CHECK(watched.sink.tasks[0].ns_tids.front() == child.pid());
    CHECK(watched.sink.tasks[0].pid_namespace);
    CHECK(watched.sink.tasks[0].role.role == ProcessRole::hook);
}

TEST_CASE("who was only forked runs what its parent is known to run; else it is asked") {
    const LiveChild parent([] {}), child([] {});
    const Process known{.pid = Pid{parent.pid()}, .command_line = {"shim", "-id", "c1"}};
    std::vector<std::string> told;
    Watched watched(parent.pid(), {.process_role =
                                       [&](const Process& process) {
                                           told = process.command_line;
                                           return ProcessRoleInfo{};
                                       },
                                   .known_process = [&](Pid pid) { return pid == known.pid ? &known : nullptr; }});
    const std::vector<std::string> own = told;
    CHECK(own != known.command_line);
    const auto begins = [&](Tid by, std::uint64_t flags) {
        watched.observer->task_started(Pid{child.pid()}, Tid{child.pid()}, by, flags, watched.sink);
        return told;
    };
    CHECK(begins(Tid{parent.pid()}, 0) == known.command_line);
    CHECK(begins(Tid{parent.pid()}, CLONE_PARENT) == own);
    CHECK(begins(Tid{1}, 0) == own);
    told.clear();
    watched.observer->task_executed(Pid{child.pid()}, Tid{child.pid()}, watched.sink);
    CHECK(told == own);
}

TEST_CASE("a blocked read of a pipe tells who could write, and how that one is") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const LiveChild reader([&] { ::close(ends[1]); });
    const LiveChild writer([&] { ::close(ends[0]); });
    ::close(ends[0]);
    ::close(ends[1]);
    ::kill(writer.pid(), SIGSTOP);
    Watched watched(reader.pid());
    const std::string expected = "empty; written by unit_snapshot[" + std::to_string(writer.pid()) + "] (stopped)";
    std::string note;
    CHECK(eventually([&] { return (note = watched.blocked(SYS_read, {static_cast<std::uint64_t>(ends[0])})) == expected; }));
    CHECK(note == expected);
}

TEST_CASE("a blocked open of a fifo tells that nobody has its other end open") {
    const std::string path = "/tmp/unit_snapshot." + std::to_string(::getpid()) + ".fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const LiveChild opener([] {}, [&] { (void)::open(path.c_str(), O_RDONLY); });
    Watched watched(opener.pid());
    std::string note;
    CHECK(eventually([&] { return (note = watched.blocked(SYS_openat, {})) == "nobody has the fifo's other end open"; }));
    CHECK(note == "nobody has the fifo's other end open");
    ::unlink(path.c_str());
}

TEST_CASE("a blocked splice tells of the end that it waits for") {
    int source[2], sink[2];
    REQUIRE(::pipe(source) == 0);
    REQUIRE(::pipe(sink) == 0);
    const LiveChild holder([] {});
    Watched watched(holder.pid());
    const auto note = [&] {
        return watched.blocked(SYS_splice, {static_cast<std::uint64_t>(source[0]), 0, static_cast<std::uint64_t>(sink[1])});
    };
    CHECK(eventually([&] { return note().starts_with("empty;"); }));
    REQUIRE(::write(source[1], "x", 1) == 1);
    CHECK(eventually([&] { return note().starts_with("0 of 65536 bytes in it"); }));
    for (const int fd : {source[0], source[1], sink[0], sink[1]}) ::close(fd);
}

TEST_CASE("a blocked wait tells the children") {
    const LiveChild parent([] {
        if (::fork() == 0)
            for (;;) ::pause();
    });
    Watched watched(parent.pid());
    const std::string note = watched.blocked(SYS_wait4, {static_cast<std::uint64_t>(-1)});
    CHECK(note.starts_with("its child is unit_snapshot["));
    ::kill(std::stoi(note.substr(note.find('[') + 1)), SIGKILL);
}
