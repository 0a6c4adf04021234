// A session as a story: a shim, runc, and a container that is stopped in the end. Every kind of event and of definition occurs; nothing
// is of any real host. The golden recordings hold it, and tests of exporters feed on it.
#pragma once

#include "decoders/syscalls/table.hpp"

#include <shimtrace/event_sink.hpp>

#include <array>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::test {

using namespace std::chrono_literals;

class MadeUpSession {
public:
    static constexpr Nanoseconds start = 5000s;  ///< CLOCK_MONOTONIC when the session begins
    static constexpr std::int32_t shim = 4700, runc = 4710, init = 4720;

    explicit MadeUpSession(EventSink& sink) : sink_(sink) {}

    void tell() {
        begin();
        shim_waits();
        runc_works();
        container_runs();
        end();
    }

private:
    struct Bytes {
        std::uint64_t address;
        std::string bytes;
    };

    Event at(EventKind kind, std::int32_t pid, std::int32_t tid, Nanoseconds after) const {
        Event event;
        event.kind = kind;
        event.pid = Pid{pid};
        event.tid = Tid{tid};
        event.time = MonotonicTime(start + after);
        return event;
    }

    static void add(Event& event, std::initializer_list<Bytes> memory, std::initializer_list<std::pair<int, std::uint32_t>> fds) {
        for (const Bytes& piece : memory) event.memory.add(RemoteAddress{piece.address}, std::as_bytes(std::span(piece.bytes)));
        for (const auto& [fd, target] : fds) event.fds.push_back({Fd{fd}, OpenFileId{target}});
    }

    void enter(std::int32_t pid, std::int32_t tid, Nanoseconds after, std::string_view name, std::array<std::uint64_t, 6> args,
               std::initializer_list<Bytes> memory = {}, std::initializer_list<std::pair<int, std::uint32_t>> fds = {}) {
        Event event = at(EventKind::syscall_enter, pid, tid, after);
        event.number = *decoders::syscall_number(Arch::x86_64, name);
        event.args = args;
        add(event, memory, fds);
        sink_.event(event);
    }
    void leave(std::int32_t pid, std::int32_t tid, Nanoseconds after, std::int64_t result, std::initializer_list<Bytes> memory = {},
               std::initializer_list<std::pair<int, std::uint32_t>> fds = {}) {
        Event event = at(EventKind::syscall_exit, pid, tid, after);
        event.result = result;
        event.is_error = result < 0;
        add(event, memory, fds);
        sink_.event(event);
    }
    void happen(EventKind kind, std::int32_t pid, std::int32_t tid, Nanoseconds after, std::int64_t number = -1, std::int64_t result = 0) {
        Event event = at(kind, pid, tid, after);
        event.number = number;
        event.result = result;
        sink_.event(event);
    }
    template <typename T>
    static std::string raw(const T& value) {
        return {reinterpret_cast<const char*>(&value), sizeof value};
    }

    static ContainerRef container() { return {"default", "c1"}; }

    void define(std::int32_t pid, std::int32_t tid, std::string comm, ProcessRoleInfo role, std::vector<std::int32_t> ns_tids) {
        sink_.task({Pid{pid}, Tid{tid}, std::move(comm), std::move(ns_tids), Inode{4026531836}, std::move(role)});
    }

    void begin() {
        SessionInfo session;
        session.host = {"node", "6.1.0", "00000000-0000-4000-8000-000000000000", "1.6.20", "1.1.5"};
        session.real_anchor = RealTime(1'700'000'000s);
        session.monotonic_anchor = MonotonicTime(start);
        session.writer = "shimtrace 0";
        session.targets = {Tid{shim}, Tid{shim + 1}};
        session.follows = true;
        sink_.session(session);
        define(shim, shim, "containerd-shim", {ProcessRole::shim, container(), {}, {}}, {shim});
        define(shim, shim + 1, "containerd-shim", {ProcessRole::shim, container(), {}, {}}, {shim + 1});

        OpenFile stdout_fifo{.kind = OpenFileKind::fifo, .path = "/run/containerd/fifo/1/c1-stdout", .inode = Inode{901}, .device = 24};
        stdout_fifo.role = {OpenFileRole::stdout_stream, container(), {}};
        stdout_fifo.holders = {{Pid{5205}, Fd{7}, "ctr", ProcessState::sleeping, true, false}};
        sink_.target(OpenFileId{1}, stdout_fifo);
        sink_.target(OpenFileId{2}, {.kind = OpenFileKind::pipe, .path = "pipe:[8191]", .inode = Inode{8191}, .device = 13});
        sink_.target(OpenFileId{3}, {.kind = OpenFileKind::file, .path = "/run/containerd/runc/default/c1/state.json", .inode = Inode{77}});
        OpenFile ttrpc{.kind = OpenFileKind::unix_socket, .path = "socket:[3001]", .inode = Inode{3001}};
        ttrpc.role.edit().role = OpenFileRole::shim_ttrpc;
        ttrpc.socket = SocketFacts{.protocol = "UNIX-STREAM", .local = "/run/containerd/s/1", .state = "ESTABLISHED", .inode = Inode{3001}};
        sink_.target(OpenFileId{4}, ttrpc);
        OpenFile epoll{.kind = OpenFileKind::eventpoll, .path = "anon_inode:[eventpoll]"};
        epoll.interest = {{Fd{9}, 1, 9, "socket:[3001]", OpenFileId{4}}};
        sink_.target(OpenFileId{5}, epoll);
        sink_.snapshot(snapshot(5ms, ProcessState::sleeping));
    }

    void shim_waits() {
        happen(EventKind::attached, shim, shim, 0ms);
        happen(EventKind::attached, shim, shim + 1, 0ms);
        Event waiting = at(EventKind::syscall_enter, shim, shim, 1ms);
        waiting.number = *decoders::syscall_number(Arch::x86_64, "epoll_wait");
        waiting.args = {4, 0xc000010000, 128, 0xffffffff, 0, 0};
        waiting.at_attach = true;
        waiting.since = MonotonicTime(start - 2s);
        add(waiting, {}, {{4, 5}});
        sink_.event(waiting);
        enter(shim, shim + 1, 2ms, "read", {12, 0xc000020000, 32768, 0, 0, 0}, {}, {{12, 2}});
        const std::array<std::uint32_t, 3> ready{1, 9, 0};
        leave(shim, shim, 10ms, 1, {{0xc000010000, raw(ready)}});
        enter(shim, shim, 11ms, "openat", {0xffffff9c, 0xc000030000, 0x80000, 0, 0, 0}, {{0xc000030000, std::string("/absent\0", 8)}});
        leave(shim, shim, 11200us, -2);
        enter(shim, shim, 12ms, "clone", {SIGCHLD, 0, 0, 0, 0, 0});
        define(runc, runc, "runc", {ProcessRole::runtime, container(), {}, "start"}, {runc});
        Event born = at(EventKind::attached, runc, runc, 12100us);
        born.parent = Tid{shim};
        sink_.event(born);
        leave(shim, shim, 12300us, runc);
        enter(shim, shim, 13ms, "wait4", {runc, 0xc000040000, 0, 0, 0, 0});
    }

    void runc_works() {
        const std::array<std::uint64_t, 4> argv{0x7ffc00002000, 0x7ffc00002010, 0x7ffc00002020, 0};
        enter(runc, runc, 14ms, "execve", {0x7ffc00001000, 0x7ffc00003000, 0, 0, 0, 0},
              {{0x7ffc00001000, std::string("/usr/sbin/runc\0", 15)},
               {0x7ffc00003000, raw(argv)},
               {0x7ffc00002000, std::string("runc\0", 5)},
               {0x7ffc00002010, std::string("start\0", 6)},
               {0x7ffc00002020, std::string("c1\0", 3)}});
        happen(EventKind::exec, runc, runc, 15ms);
        leave(runc, runc, 15100us, 0);
        enter(runc, runc, 16ms, "openat", {0xffffff9c, 0x7ffc00001000, 0x80000, 0, 0, 0},
              {{0x7ffc00001000, std::string("/run/containerd/runc/default/c1/state.json\0", 43)}});
        leave(runc, runc, 16100us, 5, {}, {{5, 3}});
        enter(runc, runc, 17ms, "read", {5, 0xc000020000, 512, 0, 0, 0}, {}, {{5, 3}});
        leave(runc, runc, 17030us, 12, {{0xc000020000, "{\"id\":\"c1\"}\n"}});
        enter(runc, runc, 18ms, "write", {13, 0xc000020000, 3, 0, 0, 0}, {{0xc000020000, "go\n"}}, {{13, 2}});
        leave(runc, runc, 18010us, 3);
        leave(shim, shim + 1, 18050us, 3, {{0xc000020000, "go\n"}});
        happen(EventKind::exited, runc, runc, 20ms, -1, 0);
        siginfo_t child{};
        child.si_signo = SIGCHLD;
        child.si_code = CLD_EXITED;
        child.si_pid = runc;
        child.si_status = 0;
        Event signal = at(EventKind::signal, shim, shim, 21ms);
        signal.number = SIGCHLD;
        add(signal, {{0, raw(child)}}, {});
        sink_.event(signal);
        leave(shim, shim, 21100us, runc, {{0xc000040000, raw(std::int32_t{0})}});
    }

    void container_runs() {
        define(init, init, "sh", {ProcessRole::container_init, container(), {}, {}}, {init, 1});
        Event born = at(EventKind::attached, init, init, 22ms);
        born.parent = Tid{shim};
        sink_.event(born);
        enter(init, init, 23ms, "write", {1, 0x7ffc00001000, 20, 0, 0, 0}, {{0x7ffc00001000, "hello from \x1b[31mc1\x1b[0m\n"}}, {{1, 1}});
        Event blocked = at(EventKind::still_blocked, init, init, 5023ms);
        blocked.number = *decoders::syscall_number(Arch::x86_64, "write");
        blocked.args = {1, 0x7ffc00001000, 20, 0, 0, 0};
        blocked.since = MonotonicTime(start + 23ms);
        blocked.note = "read by ctr[5205] (stopped)";
        add(blocked, {}, {{1, 1}});
        sink_.event(blocked);
        leave(init, init, 5100ms, 20);
        happen(EventKind::lost, 0, 0, 5101ms, -1, 3);
        for (int i = 0; i < 5; ++i) {
            const Nanoseconds begun = 5110ms + i * 2ms;
            enter(init, init, begun, "getpid", {});
            leave(init, init, begun + 1us + i * 100us, 1);
        }
        happen(EventKind::group_stop, init, init, 5200ms, SIGSTOP);
        enter(shim, shim, 5201ms, "futex", {0xc000050000, 128, 0, 0, 0, 0});
        sink_.snapshot(snapshot(5250ms, ProcessState::stopped));
    }

    void end() {
        happen(EventKind::detached, init, init, 5300ms);
        happen(EventKind::killed, shim, shim + 1, 5301ms, SIGKILL, 0);
        sink_.end();
    }

    static Thread thread(std::int32_t tid, std::string comm, ProcessState state) {
        Thread thread;
        thread.tid = Tid{tid};
        thread.comm = std::move(comm);
        thread.state = state;
        thread.kernel_stack = {state == ProcessState::stopped ? "do_signal_stop" : "futex_wait_queue"};
        thread.first = {MonotonicTime(start), 10, 1};
        thread.second = Progress{MonotonicTime(start + 1s), 10, 1};
        return thread;
    }

    /// The shim with a goroutine, and the container's init in `state`.
    static Snapshot snapshot(Nanoseconds after, ProcessState state) {
        Snapshot snapshot;
        snapshot.host = {"node", "6.1.0", "00000000-0000-4000-8000-000000000000", "1.6.20", "1.1.5"};
        snapshot.taken = RealTime(1'700'000'000s + after);
        snapshot.taken_monotonic = MonotonicTime(start + after);
        snapshot.targets = {Pid{shim}};
        snapshot.asked = {container()};
        Process serving;
        serving.pid = Pid{shim};
        serving.parent = Pid{1};
        serving.start_time = 400'000;
        serving.comm = "containerd-shim";
        serving.command_line = {"/usr/bin/containerd-shim-runc-v2", "-namespace", "default", "-id", "c1"};
        serving.state = ProcessState::sleeping;
        serving.ns_pids = {shim};
        serving.role = {ProcessRole::shim, container(), {}, {}};
        serving.threads = {thread(shim, "containerd-shim", ProcessState::sleeping)};
        serving.fds_known = true;
        GoProgram go;
        go.pid = Pid{shim};
        go.version = "go1.19.8";
        Goroutine goroutine;
        goroutine.id = GoroutineId{1};
        goroutine.state = GoState::waiting;
        goroutine.wait_reason = "select";
        goroutine.complete = true;
        GoFrame frame;
        frame.function = std::string("main.serve");
        frame.file = std::string("/src/main.go");
        frame.line = 42;
        goroutine.stack = {frame};
        go.goroutines = {goroutine};
        serving.go = go;
        Process first;
        first.pid = Pid{init};
        first.parent = Pid{shim};
        first.start_time = 400'100;
        first.comm = "sh";
        first.state = state;
        first.ns_pids = {init, 1};
        first.role = {ProcessRole::container_init, container(), {}, {}};
        first.threads = {thread(init, "sh", state)};
        first.fds_known = true;
        snapshot.processes = {serving, first};
        ContainerFiles files;
        files.container = container();
        files.bundle = "/run/containerd/io.containerd.runtime.v2.task/default/c1";
        files.bundle_exists = true;
        files.init_pid = files.state_init_pid = Pid{init};
        files.state_init_start = 400'100;
        files.state_json_exists = true;
        files.sandbox_shim = Pid{shim};
        snapshot.containers = {files};
        return snapshot;
    }

    EventSink& sink_;
};

}  // namespace shimtrace::test
