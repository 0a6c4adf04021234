#include "tracer/snapshot/host_tasks.hpp"

#include "tests/unit/kernel.hpp"
#include "tests/unit/tracer/snapshot/live_child.hpp"
#include "tracer/procfs/process_reader.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::host;
using shimtrace::test::LiveChild;

namespace {

std::optional<TableRow> told_at_once(Pid pid) {
    const auto proc = ProcDirectory::open();
    return HostProcesses::read(*proc, {}).take(*proc, pid);
}

TableRow told_by_proc(Pid pid) {
    std::string scratch;
    ReadErrors errors;
    return *read_table_row(*ProcDirectory::open()->directory(pid.value), scratch, errors);
}

void check_same(const Process& one, const Process& other) {
    CHECK(one.pid == other.pid);
    CHECK(one.parent == other.parent);
    CHECK(one.start_time == other.start_time);
    CHECK(one.comm == other.comm);
    CHECK(one.exe == other.exe);
    CHECK(one.cwd == other.cwd);
    CHECK(one.root == other.root);
    CHECK(one.state == other.state);
    CHECK(one.session == other.session);
    CHECK(one.process_group == other.process_group);
    CHECK(one.tty == other.tty);
    CHECK(one.ns_pids == other.ns_pids);
    CHECK(one.ns.pid == other.ns.pid);
    CHECK(one.ns.mnt == other.ns.mnt);
    CHECK(one.ns.net == other.ns.net);
    CHECK(one.ns.user == other.ns.user);
    CHECK(one.ns.cgroup == other.ns.cgroup);
    CHECK(one.cgroup == other.cgroup);
    CHECK(one.pending_signals == other.pending_signals);
    CHECK(one.blocked_signals == other.blocked_signals);
    CHECK(one.ignored_signals == other.ignored_signals);
    CHECK(one.caught_signals == other.caught_signals);
    CHECK(one.uid == other.uid);
    CHECK(one.foreign_root == other.foreign_root);
}

void take_signals() {
    for (const int number : {SIGHUP, SIGUSR2, SIGRTMAX}) ::signal(number, SIG_IGN);
    // A handler may be any number.
    struct {
        std::uint64_t handler, flags = 0, restorer = 0, mask = 0;
    } raw{.handler = ~std::uint64_t{0}};
    ::syscall(SYS_rt_sigaction, SIGVTALRM, &raw, nullptr, 8);
    raw.handler = (std::uint64_t{1} << 63) + 1;
    ::syscall(SYS_rt_sigaction, SIGPROF, &raw, nullptr, 8);
    for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGRTMIN + 5}) ::signal(number, [](int) {});
    sigset_t some;
    ::sigemptyset(&some);
    for (const int number : {SIGUSR1, SIGQUIT, SIGRTMAX - 1}) ::sigaddset(&some, number);
    ::sigprocmask(SIG_BLOCK, &some, nullptr);
    ::raise(SIGQUIT);
    ::kill(::getpid(), SIGUSR1);
}

void open_terminal() {
    ::setsid();
    const int master = ::open("/dev/ptmx", O_RDWR);  // the session's, as its first
    ::grantpt(master);
    ::unlockpt(master);
    (void)::open(::ptsname(master), O_RDWR);
}

/// One thread in each of some calls, and two in the same.
void sleep_in_calls() {
    static int pipes[2];
    (void)!::pipe(pipes);
    static int word = 0;
    const auto start = [](auto&& what) { std::thread(what).detach(); };
    start([] { ::pause(); });
    for (int i = 0; i < 2; ++i)
        start([] {
            char byte;
            (void)!::read(pipes[0], &byte, 1);
        });
    start([] { ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0); });
    start([] {
        ::prctl(PR_SET_NAME, "a (b) c");
        ::sleep(1000);
    });
}

void check_same(const Thread& one, const Thread& other) {
    CAPTURE(other.comm);
    CHECK(one.tid == other.tid);
    CHECK(one.comm == other.comm);
    CHECK(one.state == other.state);
    CHECK(one.tracer == other.tracer);
    CHECK(one.ns_tid == other.ns_tid);
    CHECK(one.arch == other.arch);
    CHECK(one.syscall == other.syscall);
    CHECK(one.args == other.args);
    CHECK(one.stack_pointer == other.stack_pointer);
    CHECK(one.instruction_pointer == other.instruction_pointer);
    CHECK(one.wchan == other.wchan);
    CHECK(one.kernel_stack == other.kernel_stack);
    CHECK(one.first.context_switches == other.first.context_switches);
    CHECK(one.first.on_cpu == other.first.on_cpu);
    CHECK(one.first.run_delay == other.first.run_delay);
}

std::vector<Thread> threads_of(const Process& process, std::optional<KnownThreads> known) {
    std::string scratch;
    ReadErrors errors;
    return read_threads(*ProcDirectory::open()->directory(process.pid.value), process.pid, {}, scratch, errors, std::move(known));
}

/// By both ways, the second time also with the functions that the first has taught.
void check_threads(Pid pid, std::size_t count) {
    const Process process = told_by_proc(pid).process;
    const std::vector<Thread> by_proc = threads_of(process, std::nullopt);
    REQUIRE(by_proc.size() == count);
    HostThreads all;
    for (int time = 0; time < 2; ++time) {
        all.read({pid}, {});
        auto known = all.take(process);
        REQUIRE(known);
        for (const KnownThread& each : known->threads)
            if (each.thread.state != ProcessState::stopped) CHECK_FALSE(each.return_addresses.empty());
        const std::vector<Thread> at_once = threads_of(process, std::move(known));
        REQUIRE(at_once.size() == count);
        for (std::size_t i = 0; i < count; ++i) check_same(at_once[i], by_proc[i]);
    }
}

/// Of one thread.
TableRow told_by_proc_asleep(Pid pid) {
    REQUIRE(shimtrace::test::eventually([&] { return told_by_proc(pid).process.state == ProcessState::sleeping; }));
    return told_by_proc(pid);
}

bool are_all(Pid pid, std::size_t threads, ProcessState state) {
    const auto seen = threads_of(told_by_proc(pid).process, std::nullopt);
    return seen.size() == threads && std::ranges::all_of(seen, [&](const Thread& thread) { return thread.state == state; });
}

}  // namespace

TEST_CASE("the kernel's own tables tell of a process what /proc tells") {
    SKIP_UNLESS_TABLES_TELL;
    SUBCASE("with signals, a terminal, and of another user") {
        const LiveChild child([] {
            take_signals();
            open_terminal();
            (void)!::chdir("/usr");
            (void)!::setresuid(0, 0, 12345);
            ::prctl(PR_SET_NAME, "odd) name (x");
        });
        const TableRow by_proc = told_by_proc_asleep(Pid{child.pid()});
        const auto row = told_at_once(Pid{child.pid()});
        REQUIRE(row);
        CHECK(row->process.uid == 12345);
        CHECK(row->process.tty != 0);
        CHECK(row->process.ignored_signals != 0);
        check_same(row->process, by_proc.process);
    }
    SUBCASE("in namespaces of its own, with another root") {
        const LiveChild child([] {
            (void)!::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWCGROUP);
            (void)!::chroot("/usr");
            (void)!::chdir("/bin");
        });
        const TableRow by_proc = told_by_proc_asleep(Pid{child.pid()});
        const auto row = told_at_once(Pid{child.pid()});
        REQUIRE(row);
        CHECK(row->process.foreign_root);
        CHECK(row->process.cwd == "/usr/bin");
        check_same(row->process, by_proc.process);
    }
}

TEST_CASE("all processes of the host are told, each once") {
    SKIP_UNLESS_TABLES_TELL;
    const auto proc = ProcDirectory::open();
    HostProcesses all = HostProcesses::read(*proc, {});
    std::size_t told = 0;
    const auto numbers = proc->numbers();
    for (const std::int32_t number : *numbers) {
        const auto row = all.take(*proc, Pid{number});
        const auto directory = proc->directory(number);
        std::string scratch;
        ReadErrors errors;
        const auto by_proc = directory ? read_table_row(*directory, scratch, errors) : std::nullopt;
        if (!row || !by_proc || row->process.start_time != by_proc->process.start_time) continue;
        ++told;
        CHECK_FALSE(by_proc->kernel_thread);
        CHECK(row->process.ns_pids == by_proc->process.ns_pids);  // what does not change while it lives
    }
    CHECK(told > 0);
    CHECK_FALSE(all.take(*proc, Pid{::getpid()}));  // each once
}

TEST_CASE("who has changed since it was told of is told") {
    SKIP_UNLESS_TABLES_TELL;
    int pipes[2];
    (void)!::pipe(pipes);
    const LiveChild still([] {});
    const LiveChild child([] {},
                          [&] {
                              char byte;
                              (void)!::read(pipes[0], &byte, 1);
                              (void)!::chdir("/usr");
                              for (;;) ::pause();
                          });
    const auto proc = ProcDirectory::open();
    const HostProcesses all = HostProcesses::read(*proc, {});
    CHECK_FALSE(all.outdated({}).contains(Pid{child.pid()}));
    (void)!::write(pipes[1], "", 1);
    CHECK(shimtrace::test::eventually([&] { return all.outdated({}).contains(Pid{child.pid()}); }));
    CHECK_FALSE(all.outdated({}).contains(Pid{still.pid()}));
    for (const int fd : pipes) ::close(fd);
}

TEST_CASE("of a process that has ended, or whose first thread has, only /proc tells") {
    SKIP_UNLESS_TABLES_TELL;
    const LiveChild child([] {},
                          [] {
                              std::thread([] {
                                  for (;;) ::pause();
                              }).detach();
                              ::syscall(SYS_exit, 0);
                          });
    CHECK(shimtrace::test::eventually([&] { return !told_at_once(Pid{child.pid()}); }));
    CHECK_FALSE(told_at_once(Pid{2}));  // the kernel's
    CHECK(told_at_once(Pid{::getpid()}));
}

TEST_CASE("the kernel's own tables tell of threads what /proc tells") {
    SKIP_UNLESS_TABLES_TELL;
    constexpr std::size_t threads = 6;
    const LiveChild child([] { sleep_in_calls(); });
    const Pid pid{child.pid()};
    REQUIRE(shimtrace::test::eventually([&] { return are_all(pid, threads, ProcessState::sleeping); }));
    SUBCASE("asleep") {
        check_threads(pid, threads);
    }
    SUBCASE("stopped") {
        ::kill(child.pid(), SIGSTOP);
        REQUIRE(shimtrace::test::eventually([&] { return are_all(pid, threads, ProcessState::stopped); }));
        check_threads(pid, threads);
        ::kill(child.pid(), SIGCONT);
    }
    SUBCASE("another process with the same number is not told of") {
        Process process = told_by_proc(pid).process;
        ++process.start_time;
        HostThreads all;
        all.read({pid}, {});
        CHECK_FALSE(all.take(process));
        --process.start_time;
        all.read({pid}, {});
        CHECK(all.take(process));
    }
    SUBCASE("who has moved is told") {
        const std::vector<Thread> seen = threads_of(told_by_proc(pid).process, std::nullopt);
        CHECK(who_has_moved({{seen[1].tid, seen[1].first.context_switches}}, {}).empty());
        CHECK(who_has_moved({{seen[1].tid, seen[1].first.context_switches - 1}}, {}) == std::set<Pid>{pid});
    }
}
