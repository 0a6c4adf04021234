#include "decoders/syscalls/table.hpp"
#include "tests/unit/tracer/output/written_text.hpp"
#include "tracer/output/text/trace_printer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::output;
using namespace std::chrono_literals;

namespace {

std::string frame(std::uint32_t stream, std::uint8_t type, std::string_view payload) {
    std::string text;
    for (const std::uint32_t number : {static_cast<std::uint32_t>(payload.size()), stream})
        for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> static_cast<unsigned>(shift));
    text += static_cast<char>(type);
    text += '\0';
    return text.append(payload);
}
std::string field(int number, std::string_view value) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(value.size())}.append(value);
}
std::string request(std::uint32_t stream, std::string_view method, std::string_view id) {
    return frame(stream, 1, field(1, "containerd.task.v2.Task") + field(2, method) + field(3, field(1, id)));
}
std::string reply(std::uint32_t stream) {
    return frame(stream, 2, "");
}

constexpr OpenFileId served{1}, asked{2}, file{3};

/// Calls of a process that answers on descriptor 5 and asks on descriptor 6; 7 is a file.
struct Session {
    test::WrittenText text;
    TracePrinter printer;

    explicit Session(PrintOptions options = {}) : printer(adjusted(options), text) {
        SessionInfo info;
        info.targets = {Tid{10}};
        printer.session(info);
        OpenFile target;
        target.kind = OpenFileKind::unix_socket;
        target.socket.emplace();
        target.role.edit().role = OpenFileRole::shim_ttrpc;
        target.inode = Inode{100};
        target.socket->local = "/run/containerd/s/0123";
        printer.target(served, target);
        target.inode = Inode{101};
        target.socket->local.clear();
        printer.target(asked, target);
        OpenFile plain;
        plain.kind = OpenFileKind::file;
        plain.inode = Inode{102};
        printer.target(file, plain);
    }
    static PrintOptions adjusted(PrintOptions options) {
        options.quiet |= quiet_attach;
        if (options.messages == 0 && options.messages_alone == 0) options.messages_alone = every_protocol;
        if (options.messages_alone != 0) {
            options.calls.of(Arch::x86_64).reset();
            options.messages = every_protocol;
        }
        return options;
    }

    Event enter_event(int tid, Nanoseconds at, std::string_view name, int fd, std::string_view bytes) {
        Event event;
        event.kind = EventKind::syscall_enter;
        event.pid = Pid{10};
        event.tid = Tid{tid};
        event.time = MonotonicTime(at);
        event.number = *decoders::syscall_number(Arch::x86_64, name);
        event.args = {static_cast<std::uint64_t>(fd), 0x1000, 4096};
        event.fds.push_back({Fd{fd}, fd == 5 ? served : fd == 6 ? asked : file});
        if (name == "write") {
            event.args[2] = bytes.size();
            event.memory.add(RemoteAddress{0x1000}, std::as_bytes(std::span(bytes)));
        }
        return event;
    }
    void enter(int tid, Nanoseconds at, std::string_view name, int fd, std::string_view bytes = {}) {
        printer.event(enter_event(tid, at, name, fd, bytes));
    }
    void leave(int tid, Nanoseconds at, std::int64_t result, std::string_view bytes = {}) {
        Event event;
        event.kind = EventKind::syscall_exit;
        event.pid = Pid{10};
        event.tid = Tid{tid};
        event.time = MonotonicTime(at);
        event.result = result;
        event.is_error = result < 0;
        if (!bytes.empty()) event.memory.add(RemoteAddress{0x1000}, std::as_bytes(std::span(bytes)));
        printer.event(event);
    }
    void reads(int tid, Nanoseconds at, int fd, std::string_view bytes) {
        enter(tid, at - 1us, "read", fd);
        leave(tid, at, static_cast<std::int64_t>(bytes.size()), bytes);
    }
    void writes(int tid, Nanoseconds at, int fd, std::string_view bytes) {
        enter(tid, at, "write", fd, bytes);
        leave(tid, at + 1us, static_cast<std::int64_t>(bytes.size()));
    }
    std::string end() {
        printer.end();
        return text.text;
    }
};

}  // namespace

TEST_CASE("messages alone: a request, split over reads and threads, and its reply with the time between") {
    Session session;
    const std::string call = request(7, "Kill", "c1");
    session.reads(10, 1ms, 5, std::string_view(call).substr(0, 4));
    session.reads(11, 2ms, 5, std::string_view(call).substr(4));
    session.writes(11, 3200us, 5, reply(7));
    session.writes(11, 4ms, 7, call);  // into a file: no message
    CHECK(session.end() ==
          "ttrpc → #7 Task.Kill{id:\"c1\"}\n"
          "ttrpc ← #7 ok 1.2ms\n");
}

TEST_CASE("messages come after the lines of the calls that carried them") {
    PrintOptions options;
    options.messages = every_protocol;
    options.column = 0;
    Session session(options);
    session.reads(10, 1ms, 5, request(7, "State", "c1"));
    const std::string text = session.end();
    const std::size_t call = text.find("read(5"), message = text.find("\nttrpc → #7 Task.State{id:\"c1\"}\n");
    CHECK(call == 0);
    CHECK(message != std::string::npos);
    CHECK(text.find("shimtrace: ttrpc #7 Task.State{id:\"c1\"} had no reply after 0.0 s\n") != std::string::npos);
}

TEST_CASE("a call that wrote in part is counted for what it wrote") {
    Session session;
    const std::string call = request(7, "Kill", "c1");
    session.enter(10, 1ms, "write", 6, call);
    session.leave(10, 2ms, 10);
    session.enter(10, 3ms, "write", 6, call.substr(10));
    session.leave(10, 4ms, static_cast<std::int64_t>(call.size() - 10));
    session.reads(11, 6ms, 6, reply(7));
    CHECK(session.end() ==
          "ttrpc → #7 Task.Kill{id:\"c1\"}\n"
          "ttrpc ← #7 ok 3.0ms\n");
}

TEST_CASE("a reply that is read before the request's own write has returned is its reply all the same") {
    Session session;
    session.enter(10, 1ms, "write", 6, request(7, "Kill", "c1"));
    session.reads(11, 2ms, 6, reply(7));
    session.leave(10, 3ms, static_cast<std::int64_t>(request(7, "Kill", "c1").size()));
    CHECK(session.end() ==
          "ttrpc → #7 Task.Kill{id:\"c1\"}\n"
          "ttrpc ← #7 ok 1.0ms\n");
}

TEST_CASE("what waits for its reply is spoken of again and again, and at the end; a Wait only then") {
    PrintOptions options;
    options.overdue_after = 5s;
    Session session(options);
    session.reads(10, 1s, 5, request(7, "Kill", "c1") + request(9, "Wait", "c1"));
    for (int second = 2; second < 30; ++second) session.writes(10, std::chrono::seconds(second), 7, "x");
    CHECK(session.end() ==
          "ttrpc → #7 Task.Kill{id:\"c1\"}\n"
          "ttrpc → #9 Task.Wait{id:\"c1\"}\n"
          "ttrpc #7 Task.Kill{id:\"c1\"} still without a reply after 5.0 s\n"
          "ttrpc #7 Task.Kill{id:\"c1\"} still without a reply after 10.0 s\n"
          "ttrpc #7 Task.Kill{id:\"c1\"} still without a reply after 20.0 s\n"
          "shimtrace: ttrpc #7 Task.Kill{id:\"c1\"} had no reply after 28.0 s\n"
          "shimtrace: ttrpc #9 Task.Wait{id:\"c1\"} had no reply after 28.0 s, as usual while the process lives\n");
}

TEST_CASE("a connection that ends says what it left unanswered") {
    Session session;
    session.writes(10, 1ms, 6, request(7, "Kill", "c1"));
    session.enter(10, 2ms, "read", 6);
    session.leave(10, 3ms, 0);
    CHECK(session.end() ==
          "ttrpc → #7 Task.Kill{id:\"c1\"}\n"
          "ttrpc ? ended by its other side without a reply to ttrpc #7 Task.Kill{id:\"c1\"}\n");
}

TEST_CASE("contents that were not kept are said to be so, once") {
    Session session;
    for (int n = 0; n < 3; ++n) {
        session.enter(10, 1ms, "read", 5);
        session.leave(10, 2ms, 40);
    }
    CHECK(session.end() == "ttrpc ? what goes over this socket was not kept (--redact, --payload)\n");
}

TEST_CASE("replies that took long, or failed, alone") {
    PrintOptions options;
    options.slow_messages = 100ms;
    Session slow(options);
    slow.reads(10, 1s, 5, request(7, "Kill", "c1") + request(9, "State", "c1"));
    slow.writes(10, 1010ms, 5, reply(9));
    slow.writes(10, 1200ms, 5, reply(7));
    CHECK(slow.end() == "ttrpc ← #7 ok 200.0ms\n");
    PrintOptions failing;
    failing.failed_messages = true;
    Session failed(failing);
    failed.reads(10, 1s, 5, request(7, "Kill", "c1") + request(9, "State", "c1"));
    failed.writes(10, 1010ms, 5, reply(9));
    failed.writes(10, 1200ms, 5, frame(7, 2, field(1, std::string("\x08\x05") + field(2, "no such process"))));
    CHECK(failed.end() == "ttrpc ← #7 NOT_FOUND \"no such process\" 200.0ms\n");
}

TEST_CASE("calls under way before the session, as goroutines tell") {
    Snapshot snapshot;
    Process shim;
    shim.pid = Pid{10};
    shim.comm = "containerd-shim";
    shim.role = {ProcessRole::shim, {"default", "c1"}, "", ""};
    shim.go.emplace();
    Goroutine handler;
    handler.id = GoroutineId{21};
    handler.wait_reason = "chan receive";
    handler.waiting = 3min;
    handler.purpose = {"RPC handler", "Task.Kill", ContainerRef{"", "c1"}, ""};
    shim.go->goroutines.push_back(handler);
    snapshot.processes.push_back(shim);
    shim.pid = Pid{11};  // another one, which is not traced: a recording's snapshot is of the whole host
    snapshot.processes.push_back(shim);
    Session session;
    session.printer.snapshot(snapshot);
    session.reads(10, 1ms, 7, "x");
    CHECK(session.end() ==
          "shimtrace: ttrpc Task.Kill of default/c1 is under way in containerd-shim[10], goroutine 21: chan receive, for at least 3 min\n");
}
