// Lines as strace 6.1 printed them, from the bytes that were in the tracee.
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shimtrace;
using namespace shimtrace::test;
using namespace std::string_literals;

TEST_CASE("a buffer is shown as far as the call filled it") {
    Traced traced;
    const auto buffer = traced.memory.put("hello\0\1\0012\377\n\" and what was there before"s);
    traced.call("read", {3, buffer, 100});
    CHECK(traced.returns(12) == R"(read(3, "hello\0\1\0012\377\n\"", 100) = 12)");
}

TEST_CASE("a long buffer is cut, and says so") {
    Traced traced;
    traced.call("write", {1, traced.memory.put(std::string(100, 'x')), 100});
    CHECK(traced.returns(100) == "write(1, \"" + std::string(32, 'x') + "\"..., 100) = 100");
    traced.style.string_limit = 5;
    CHECK(traced.returns(100) == R"(write(1, "xxxxx"..., 100) = 100)");
}

TEST_CASE("what the call did not fill is an address") {
    Traced traced;
    traced.call("read", {3, 0x7ffc00, 10});
    CHECK(traced.returns(-11) == "read(3, 0x7ffc00, 10) = -1 EAGAIN (Resource temporarily unavailable)");
}

TEST_CASE("hex strings: all of it, or where a byte is not ASCII") {
    Traced traced;
    traced.call("write", {1, traced.memory.put("a\n\xff"), 3});
    traced.style.hex = decoders::HexStrings::non_ascii;
    CHECK(traced.returns(3) == R"(write(1, "\x61\x0a\xff", 3) = 3)");
    Traced plain;
    plain.call("write", {1, plain.memory.put("a\n"), 2});
    plain.style.hex = decoders::HexStrings::non_ascii;
    CHECK(plain.returns(2) == R"(write(1, "a\n", 2) = 2)");
    plain.style.hex = decoders::HexStrings::all;
    CHECK(plain.returns(2) == R"(write(1, "\x61\x0a", 2) = 2)");
}

TEST_CASE("flags, modes, AT_FDCWD") {
    Traced traced;
    const auto path = traced.memory.put("/tmp/newf\0"s);
    traced.call("openat", {static_cast<std::uint32_t>(-100), path, 01102, 0640});
    CHECK(traced.returns(7) == R"(openat(AT_FDCWD, "/tmp/newf", O_RDWR|O_CREAT|O_TRUNC, 0640) = 7)");
    traced.style.constants = decoders::Constants::raw;
    CHECK(traced.returns(7) == R"(openat(-100, "/tmp/newf", 0x242, 0640) = 7)");
    Traced reading;
    reading.call("openat", {static_cast<std::uint32_t>(-100), reading.memory.put("/\0"s), 02200000, 0x7fff});
    CHECK(reading.returns(-2) == R"(openat(AT_FDCWD, "/", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = -1 ENOENT (No such file or directory))");
}

TEST_CASE("a value without a name is shown in hex with the set it is of") {
    Traced traced;
    traced.call("lseek", {3, 5, 99});
    CHECK(traced.returns(-22) == "lseek(3, 5, 0x63 /* SEEK_??? */) = -1 EINVAL (Invalid argument)");
}

TEST_CASE("a call that will be restarted has no result") {
    Traced traced;
    traced.call("pause", {});
    CHECK(traced.returns(-514) == "pause() = ? ERESTARTNOHAND (To be restarted if no handler)");
}

TEST_CASE("poll: what is asked at entry, what is ready with the result") {
    struct PollFd {
        std::int32_t fd;
        std::int16_t events, ready;
    };
    Traced traced;
    const std::array<PollFd, 3> before{{{3, 1, 0}, {4, 5, 0}, {-1, 1, 0}}}, after{{{3, 1, 1}, {4, 5, 4}, {-1, 1, 0}}};
    const auto address = traced.memory.put_value(before);
    traced.call("poll", {address, 3, 10});
    traced.memory.change(address, {reinterpret_cast<const char*>(&after), sizeof after});
    CHECK(traced.returns(2) ==
          "poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN|POLLOUT}, {fd=-1}], 3, 10) = 2 "
          "([{fd=3, revents=POLLIN}, {fd=4, revents=POLLOUT}])");
    std::vector<Fd> fds;
    decoders::descriptors(traced.enter, nullptr, fds);
    CHECK(fds == std::vector<Fd>{Fd{3}, Fd{4}});
}

TEST_CASE("poll that timed out says so") {
    Traced traced;
    traced.call("poll", {0, 0, 10});
    CHECK(traced.returns(0) == "poll(NULL, 0, 10) = 0 (Timeout)");
}

TEST_CASE("wait4 tells how the child ended") {
    Traced traced;
    const auto status = traced.memory.put_value(std::uint32_t{3 << 8});
    traced.call("wait4", {minus_one, status, 0, 0});
    CHECK(traced.returns(77) == "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 77");
    Traced killed;
    killed.call("wait4", {77, killed.memory.put_value(std::uint32_t{9 | 0x80}), 1, 0});
    CHECK(killed.returns(77) == "wait4(77, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL && WCOREDUMP(s)}], WNOHANG, NULL) = 77");
}

TEST_CASE("execve: arguments as strings, the environment as a count") {
    Traced traced;
    const auto program = traced.memory.put("/bin/true\0"s);
    const std::array<std::uint64_t, 3> argv{traced.memory.put("true\0"s), traced.memory.put("-x\0"s), 0};
    const std::array<std::uint64_t, 3> env{program, program, 0};
    traced.call("execve", {program, traced.memory.put_value(argv), traced.memory.put_value(env)});
    const std::string line = traced.returns(0);
    CHECK(line.starts_with(R"(execve("/bin/true", ["true", "-x"], 0x)"));
    CHECK(line.ends_with(" /* 2 vars */) = 0"));
}

TEST_CASE("clone's arguments are in strace's order, with their names") {
    Traced traced;
    traced.call("clone", {0x01200011, 0, 0, 0x7f0010, 0});
    CHECK(decoders::render_entry(traced.enter, traced.style, traced.scope).on_entry ==
          "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD");
    CHECK(traced.returns(5) == "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f0010) = 5");
}

TEST_CASE("clone3's results come with the exit") {
    Traced traced;
    const auto parent_tid = traced.memory.put_value(std::int32_t{0});
    constexpr std::uint64_t parent_settid = 0x100000;
    const std::array<std::uint64_t, 11> arguments{parent_settid, 0, 0, parent_tid, 17, 0x1000, 0x2000};
    traced.call("clone3", {traced.memory.put_value(arguments), sizeof arguments});
    const decoders::RenderedCall entry = decoders::render_entry(traced.enter, traced.style, traced.scope);
    CHECK(entry.on_entry.ends_with("exit_signal=SIGCHLD, stack=0x1000, stack_size=0x2000}"));
    CHECK(!entry.whole);
    const std::int32_t child = 42;
    traced.memory.change(parent_tid, {reinterpret_cast<const char*>(&child), sizeof child});
    CHECK(traced.returns(42).ends_with(" => {parent_tid=[42]}, 88) = 42"));
}

TEST_CASE("a call is whole at entry when the exit adds no argument") {
    Traced sends, reads;
    sends.call("kill", {77, 9});
    CHECK(decoders::render_entry(sends.enter, sends.style, sends.scope).whole);
    reads.call("read", {0, 0x1000, 10});
    CHECK(!decoders::render_entry(reads.enter, reads.style, reads.scope).whole);
}

TEST_CASE("a path to the caller's own descriptor has that descriptor's target") {
    Traced traced;
    traced.style.roles = true;
    OpenFileDictionary targets;
    targets.define(OpenFileId{1}, {.kind = OpenFileKind::fifo,
                                   .path = "/run/c1/exec.fifo",
                                   .flags = 010000000,
                                   .role = OpenFileRoleInfo{OpenFileRole::exec_fifo, {"ns", "c1"}, ""}});
    traced.scope.targets = &targets;
    traced.call("openat", {0xffffff9c, traced.memory.put("/proc/self/fd/5\0"s), 1});
    std::vector<Fd> fds;
    decoders::descriptors(traced.enter, nullptr, fds);
    REQUIRE(std::ranges::find(fds, Fd{5}) != fds.end());
    traced.enter.fds = {{Fd{5}, OpenFileId{1}}};
    CHECK(traced.returns(3).find(R"("/proc/self/fd/5"</run/c1/exec.fifo: exec.fifo of ns/c1>, O_WRONLY)") != std::string::npos);
}

TEST_CASE("semctl's last argument is what its command says") {
    Traced sets, asks;
    sets.call("semctl", {1, 0, 16, 3});
    CHECK(sets.returns(0) == "semctl(1, 0, SETVAL, 0x3) = 0");
    std::array<std::uint64_t, 15> status{};
    status[0] = 0x1234;
    status[10] = 2;
    asks.call("semctl", {1, 0, 2, asks.memory.put_value(status)});
    CHECK(asks.returns(0) ==
          "semctl(1, 0, IPC_STAT, {sem_perm={uid=0, gid=0, mode=000, key=0x1234, cuid=0, cgid=0}, sem_otime=0, "
          "sem_ctime=0, sem_nsems=2}) = 0");
}

TEST_CASE("an unknown call is shown by its number") {
    Event enter;
    enter.number = 2000;
    enter.args = {1, 0, 0x1b6};
    CHECK(decoders::render_entry(enter, {}, {}).on_entry.starts_with("syscall_0x7d0(0x1, 0, 0x1b6"));
}

TEST_CASE("counts and lengths of a tracee are not believed") {
    Traced traced;
    const auto iov = traced.memory.put(std::string(64, '\xff'));
    traced.call("writev", {1, iov, minus_one});
    CHECK(traced.returns(-22).size() < 2000);
    Traced names;
    names.call("sendmsg", {1, names.memory.put(std::string(56, '\x7f')), 0});
    CHECK(names.returns(-14).size() < 2000);
}
