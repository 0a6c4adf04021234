#include "tracer/output/text/trace_printer.hpp"

#include "tracer/output/text/resting_fold.hpp"

#include "decoders/syscalls/table.hpp"
#include "tests/unit/tracer/output/written_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace shimtrace;
using namespace shimtrace::output;
using namespace std::chrono_literals;

namespace {

Event make(EventKind kind, int tid, Nanoseconds at) {
    Event event;
    event.kind = kind;
    event.pid = Pid{10};
    event.tid = Tid{tid};
    event.time = MonotonicTime(at);
    return event;
}

Event enter(int tid, Nanoseconds at, std::string_view name, std::array<std::uint64_t, 6> args = {}) {
    Event event = make(EventKind::syscall_enter, tid, at);
    event.number = *decoders::syscall_number(Arch::x86_64, name);
    event.args = args;
    return event;
}

Event leave(int tid, Nanoseconds at, std::int64_t result) {
    Event event = make(EventKind::syscall_exit, tid, at);
    event.result = result;
    event.is_error = result < 0;
    return event;
}

/// A session of two threads, printed.
struct Session {
    test::WrittenText text;
    TracePrinter printer;

    explicit Session(PrintOptions options, int threads = 2)
        : printer((options.plain = true, options.quiet |= quiet_attach, options), text) {
        for (int i = 0; i < threads; ++i) printer.event(make(EventKind::attached, 10 + i, 0ns));
    }
    std::string feed(const std::vector<Event>& events) {
        for (const Event& event : events) printer.event(event);
        printer.end();
        return text.text;
    }
};

}  // namespace

TEST_CASE("calls that overlap are split into unfinished and resumed, as strace splits them") {
    Session session({});
    CHECK(session.feed({enter(10, 1us, "close", {3}), enter(11, 2us, "close", {4}), leave(10, 3us, 0), leave(11, 4us, -9)}) ==
          "[pid    10] close(3 <unfinished ...>\n"
          "[pid    11] close(4 <unfinished ...>\n"
          "[pid    10] <... close resumed>)        = 0\n"
          "[pid    11] <... close resumed>)        = -1 EBADF (Bad file descriptor)\n");
}

TEST_CASE("a thread's name moves no cursor and forges no line") {
    PrintOptions options;
    options.style.pid_comms = true;
    Session session(options);
    session.printer.task({.pid = Pid{10}, .tid = Tid{10}, .comm = "a\x1b[2J\n\xc2\x9b\xe2\x80\xae\xff>"});
    const std::string text = session.feed({enter(10, 1us, "close", {3}), leave(10, 3us, 0)});
    CHECK(std::ranges::count(text, '\n') == 1);
    CHECK(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c < '\x7f'); }));
    CHECK(text.starts_with("[pid    10<a\\33[2J\\n"));
}

TEST_CASE("being idle in the middle of a call changes no byte") {
    const std::vector<Event> events = {enter(10, 1us, "close", {3}), leave(10, 3us, 0)};
    Session quiet({}), interrupted({});
    interrupted.printer.event(events[0]);
    interrupted.printer.idle();
    interrupted.printer.event(events[1]);
    interrupted.printer.end();
    CHECK(interrupted.text.text == quiet.feed(events));
    CHECK(quiet.text.text == "[pid    10] close(3)                    = 0\n");
}

TEST_CASE("being idle while threads come and go changes no byte either") {
    Event detached = make(EventKind::detached, 11, 6us), exited = make(EventKind::exited, 12, 9us);
    const std::vector<Event> events = {enter(10, 1us, "vfork"),
                                       make(EventKind::attached, 11, 2us),
                                       leave(10, 3us, 11),
                                       enter(10, 4us, "close"),
                                       detached,
                                       leave(10, 7us, 0),
                                       enter(10, 8us, "vfork"),
                                       make(EventKind::attached, 12, 8us),
                                       leave(10, 8us, 12),
                                       enter(10, 9us, "close"),
                                       exited,
                                       leave(10, 10us, 0)};
    for (const bool quiet : {false, true}) {
        PrintOptions options;
        options.plain = true;
        if (quiet) options.quiet |= quiet_attach | quiet_exit;
        std::array<test::WrittenText, 2> texts;
        for (const bool idle : {false, true}) {
            TracePrinter printer(options, texts[idle]);
            printer.event(make(EventKind::attached, 10, 0ns));
            for (const Event& event : events) {
                printer.event(event);
                if (idle) printer.idle();
            }
            printer.end();
        }
        CHECK(texts[0].text == texts[1].text);
        CHECK(texts[0].text.find("\nvfork(") != std::string::npos);
    }
}

TEST_CASE("a single thread has no prefix; exit ends with a question mark") {
    Session session({}, 1);
    Event exited = make(EventKind::exited, 10, 9us);
    exited.result = 3;
    CHECK(session.feed({enter(10, 1us, "exit_group", {3}), exited}) ==
          "exit_group(3)                           = ?\n"
          "+++ exited with 3 +++\n");
}

TEST_CASE("a thread that ends inside a call leaves it unfinished") {
    Session session({}, 1);
    Event killed = make(EventKind::killed, 10, 9us);
    killed.number = 9;
    CHECK(session.feed({enter(10, 1us, "read", {0, 0x1000, 1}), killed}) ==
          "read(0,  <unfinished ...>)              = ?\n"
          "+++ killed by SIGKILL +++\n");
}

namespace {

/// Thread 11 executes a program while its leader, 10, waits in a call: it goes on as 10.
std::vector<Event> exec_by_other_thread() {
    Event exec = make(EventKind::exec, 10, 3us);
    exec.parent = Tid{11};
    return {enter(10, 1us, "pause"), enter(11, 2us, "execve"), exec, leave(10, 4us, 0), make(EventKind::exited, 10, 9us)};
}

}  // namespace

TEST_CASE("an exec by another thread than the leader begins under that thread's number and returns under the leader's, as in strace") {
    Session session({});
    CHECK(session.feed(exec_by_other_thread()) ==
          "[pid    10] pause( <unfinished ...>\n"
          "[pid    11] execve(NULL, NULL, NULL <unfinished ...>\n"
          "[pid    10] <... pause resumed>)        = ?\n"
          "+++ superseded by execve in pid 11 +++\n"
          "<... execve resumed>)                   = 0\n"
          "+++ exited with 0 +++\n");
}

TEST_CASE("the line of an exec that nothing interrupted says that its pid changes") {
    Session session({});
    std::vector<Event> events = exec_by_other_thread();
    events.erase(events.begin());
    CHECK(session.feed(events) ==
          "[pid    11] execve(NULL, NULL, NULL <pid changed to 10 ...>\n"
          "+++ superseded by execve in pid 11 +++\n"
          "<... execve resumed>)                   = 0\n"
          "+++ exited with 0 +++\n");
}

TEST_CASE("with a file for each thread the exec begins in its thread's, and returns in the leader's") {
    PrintOptions options;
    options.prefix = PidPrefix::none;
    Session session(options);
    CHECK(session.feed(exec_by_other_thread()) ==
          "execve(NULL, NULL, NULL <pid changed to 10 ...>\n"
          "pause()                                 = ?\n"
          "+++ superseded by execve in pid 11 +++\n"
          "<... execve resumed>)                   = 0\n"
          "+++ exited with 0 +++\n");
}

TEST_CASE("a line begins with what its thread was called then, and ends with what it is called now") {
    PrintOptions options;
    options.style.pid_comms = true;
    options.prefix = PidPrefix::column;
    Session session(options, 1);
    const auto named = [](std::string comm) {
        TaskInfo task;
        task.pid = Pid{10};
        task.tid = Tid{10};
        task.comm = std::move(comm);
        return task;
    };
    session.printer.task(named("sh"));
    session.printer.event(enter(10, 1us, "execve"));
    session.printer.task(named("ls"));
    session.printer.event(leave(10, 2us, 0));
    session.printer.event(enter(10, 3us, "close", {3}));
    session.printer.event(leave(10, 4us, 0));
    session.printer.end();
    CHECK(session.text.text ==
          "10<sh> execve(NULL, NULL, NULL)         = 0\n"
          "10<ls> close(3)                         = 0\n");
}

TEST_CASE("-z keeps only what succeeded, and whole lines") {
    PrintOptions options;
    options.statuses = status_successful;
    Session session(options);
    CHECK(session.feed({enter(10, 1us, "close", {3}), enter(11, 2us, "close", {4}), leave(10, 3us, 0), leave(11, 4us, -9)}) ==
          "[pid    10] close(3)                    = 0\n");
}

TEST_CASE("-r counts from line to line, -T inside the call, -n names numbers") {
    PrintOptions options;
    options.relative_times = true;
    options.durations = true;
    options.syscall_numbers = true;
    Session session(options, 1);
    CHECK(session.feed({enter(10, 1us, "close", {3}), leave(10, 5us, 0), enter(10, 2001us, "close", {3}), leave(10, 2002us, 0)}) ==
          "     0.000000 [   3] close(3)           = 0 <0.000004>\n"
          "     0.002000 [   3] close(3)           = 0 <0.000001>\n");
}

TEST_CASE("-c prints strace's table and no line") {
    PrintOptions options;
    options.summary = Summary::only;
    options.wall_clock = true;
    Session session(options, 1);
    const std::string text =
        session.feed({enter(10, 0us, "close", {3}), leave(10, 10us, 0), enter(10, 20us, "close", {3}), leave(10, 50us, -9)});
    CHECK(text.find("% time     seconds  usecs/call     calls    errors syscall\n") == 0);
    CHECK(text.find("100.00    0.000040          20         2         1 close\n") != std::string::npos);
}

TEST_CASE("the total is all of the time, also where that is none") {
    PrintOptions options;
    options.summary = Summary::only;
    options.wall_clock = true;
    Session session(options, 1);
    const std::string text = session.feed({enter(10, 0us, "close", {3}), leave(10, 0us, 0)});
    CHECK(text.find("  0.00    0.000000           0         1           close\n") != std::string::npos);
    CHECK(text.find("100.00    0.000000           0         1           total\n") != std::string::npos);
}

TEST_CASE("-U names the columns, the name is always one of them, and numbers stand at the right") {
    PrintOptions options;
    options.summary = Summary::only;
    options.wall_clock = true;
    options.columns = {SummaryColumn::calls, SummaryColumn::name, SummaryColumn::max_time};
    Session session(options, 1);
    CHECK(session.feed({enter(10, 0us, "close", {3}), leave(10, 10us, 0)}) ==
          "    calls syscall           longest\n"
          "--------- ---------------- --------\n"
          "        1 close            0.000010\n"
          "--------- ---------------- --------\n"
          "        1 total            0.000010\n");
}

TEST_CASE("a path that was asked for is looked for in descriptors, but not in the current directory") {
    PrintOptions options;
    options.paths = {"/tmp"};
    Session session(options, 1);
    OpenFile directory;
    directory.kind = OpenFileKind::directory;
    directory.path = "/tmp";
    session.printer.target(OpenFileId{1}, directory);
    Event elsewhere = enter(10, 1us, "openat", {static_cast<std::uint64_t>(-100), 0, 0});
    elsewhere.fds = {{Fd{-100}, OpenFileId{1}}};
    Event inside = enter(10, 3us, "fchdir", {3});
    inside.fds = {{Fd{3}, OpenFileId{1}}};
    CHECK(session.feed({elsewhere, leave(10, 2us, 4), inside, leave(10, 4us, 0)}) == "fchdir(3)                               = 0\n");
}

namespace {

constexpr OpenFileId poller{1};

OpenFile epoll_of(int size) {
    OpenFile set{.kind = OpenFileKind::eventpoll, .path = "anon_inode:[eventpoll]"};
    for (int fd = 5; fd < 5 + size; ++fd) set.interest.push_back({.fd = Fd{fd}, .path = "pipe:[1]"});
    return set;
}

Event polls(int tid, Nanoseconds at) {
    Event event = enter(tid, at, "epoll_wait", {4, 0x1000, 8, 0xffffffff});
    event.fds = {{Fd{4}, poller}};
    return event;
}

std::size_t count_of(const std::string& text, std::string_view word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("what an epoll descriptor waits for is told once, and again when it is another set") {
    PrintOptions options;
    options.style.roles = true;
    test::WrittenText text;
    TracePrinter printer(options, text);
    printer.target(poller, epoll_of(3));
    for (int i = 0; i < 3; ++i) {
        printer.event(polls(10, std::chrono::microseconds(10 * i)));
        printer.event(leave(10, std::chrono::microseconds(10 * i + 5), 0));
    }
    const OpenFileId other{2};
    printer.target(other, epoll_of(2));
    Event changed = polls(10, 100us);
    changed.fds = {{Fd{4}, other}};
    printer.event(changed);
    printer.event(leave(10, 101us, 0));
    printer.end();
    CAPTURE(text.text);
    CHECK(count_of(text.text, "waits for 5<pipe:[1]>, 6<pipe:[1]>, 7<pipe:[1]>") == 1);
    CHECK(count_of(text.text, "waits for the same 3") == 2);
    CHECK(count_of(text.text, "waits for 5<pipe:[1]>, 6<pipe:[1]>>") == 1);
}

namespace {

TaskInfo task_of(int tid, ProcessRole role, std::string comm) {
    return {.pid = Pid{10}, .tid = Tid{tid}, .comm = std::move(comm), .role = {.role = role}};
}

/// Two threads of a shim and one of a container's program, as an attached session shows them.
std::string folded(bool interesting) {
    PrintOptions options;
    options.interesting = interesting;
    test::WrittenText text;
    auto printer = std::make_unique<TracePrinter>(options, text);
    std::unique_ptr<EventSink> sink = std::move(printer);
    if (interesting) {
        auto again = std::make_unique<TracePrinter>(options, text);
        sink = std::make_unique<RestingFold>(std::move(again));
    }
    sink->task(task_of(10, ProcessRole::shim, "containerd-shim"));
    sink->task(task_of(11, ProcessRole::shim, "containerd-shim"));
    sink->task(task_of(12, ProcessRole::container_init, "app"));
    for (int tid = 10; tid < 13; ++tid) {
        sink->event(make(EventKind::attached, tid, 0ns));
        Event rests = enter(tid, 1us, "futex", {0x1000, 128, 0, 0});
        rests.at_attach = true;
        sink->event(rests);
    }
    sink->event(leave(10, 2us, 0));
    sink->event(enter(10, 3us, "write", {1, 0, 0}));
    sink->event(leave(10, 4us, 0));
    sink->event(enter(10, 5us, "futex", {0x1000, 128, 0, 0}));
    Event blocked = make(EventKind::still_blocked, 10, 6s);
    blocked.number = 202;
    blocked.since = MonotonicTime(5us);
    sink->event(blocked);
    sink->event(leave(10, 20s, 0));
    sink->event(enter(10, 21s, "write", {1, 0, 0}));
    sink->event(leave(10, 21s, 0));
    sink->end();
    return text.text;
}

}  // namespace

TEST_CASE("waits of a shim that rest are folded into a line; what a container's own program waits for never is") {
    const std::string all = folded(false), few = folded(true);
    CAPTURE(few);
    CHECK(count_of(all, "futex(") >= 4);
    CHECK(count_of(few, "[pid    12] futex(") == 1);
    CHECK(count_of(few, "futex(") == 1);
    CHECK(count_of(few, "2 threads are at rest, as Go's threads are (2 futex)") == 1);
    CHECK(count_of(few, "still blocked") == 0);
    CHECK(count_of(few, "write(1") == 2);
    CHECK(few.find("at rest, as") < few.find("write(1"));
    CHECK(count_of(few, "1 call of threads at rest in 21 s (1 futex)") == 1);
}
