#include "decoders/syscalls/render.hpp"
#include "decoders/syscalls/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::decoders;

namespace {

std::string shown(const OpenFile& target, FdDecoding decoding, bool roles) {
    OpenFileDictionary targets;
    targets.define(OpenFileId{1}, target);
    RenderStyle style;
    style.fds = decoding;
    style.roles = roles;
    return render_fd(Fd{18}, OpenFileId{1}, style, {.targets = &targets, .task = {}});
}

}  // namespace

TEST_CASE("strace's -y and -yy") {
    OpenFile target{.kind = OpenFileKind::file, .path = "/tmp/x (deleted)"};
    CHECK(shown(target, FdDecoding::paths, false) == "18</tmp/x>(deleted)");
    target.called_deleted = true;
    CHECK(shown(target, FdDecoding::paths, false) == "18</tmp/x (deleted)>");
    OpenFile socket{.kind = OpenFileKind::unix_socket, .path = "socket:[7]"};
    socket.socket = SocketFacts{.protocol = "UNIX-STREAM", .local = "/run/s", .inode = Inode{7}, .peer_inode = Inode{8}};
    CHECK(shown(socket, FdDecoding::paths, false) == "18<socket:[7]>");
    CHECK(shown(socket, FdDecoding::all, false) == R"(18<UNIX-STREAM:[7->8,"/run/s"]>)");
    OpenFile device{.kind = OpenFileKind::char_device, .path = "/dev/null", .rdev = 0x103};
    CHECK(shown(device, FdDecoding::all, false) == "18</dev/null<char 1:3>>");
}

TEST_CASE("roles and holders stand behind the target") {
    OpenFile pipe{.kind = OpenFileKind::pipe, .path = "pipe:[8191]"};
    pipe.role = {OpenFileRole::stdout_stream, {"ns", "id"}, ""};
    CHECK(shown(pipe, FdDecoding::paths, true) == "18<pipe:[8191] stdout of ns/id>");
    CHECK(shown(pipe, FdDecoding::paths, false) == "18<pipe:[8191]>");

    OpenFile fifo{.kind = OpenFileKind::fifo, .path = "/run/id-stdout", .flags = 1};
    fifo.role = pipe.role;
    fifo.holders = {{.pid = Pid{5205}, .fd = Fd{9}, .comm = "ctr", .state = ProcessState::stopped, .reads = true}};
    CHECK(shown(fifo, FdDecoding::paths, true) == "18</run/id-stdout: stdout of ns/id, read by ctr[5205] (stopped)>");
    fifo.holders[0].state = ProcessState::traced;
    CHECK(shown(fifo, FdDecoding::paths, true) == "18</run/id-stdout: stdout of ns/id, read by ctr[5205] (traced)>");
    fifo.holders[0].reads = false;
    CHECK(shown(fifo, FdDecoding::paths, true) == "18</run/id-stdout: stdout of ns/id, nobody reads>");
}

TEST_CASE("an interest set names its members by their roles, else by what they are") {
    OpenFileDictionary targets;
    OpenFile out{.kind = OpenFileKind::fifo, .path = "/run/id-stdout", .flags = 1};
    out.role = {OpenFileRole::stdout_stream, {"ns", "id"}, ""};
    out.holders = {{.pid = Pid{5205}, .fd = Fd{9}, .comm = "ctr", .state = ProcessState::stopped, .reads = true}};
    targets.define(OpenFileId{2}, out);
    OpenFile set{.kind = OpenFileKind::eventpoll, .path = "anon_inode:[eventpoll]"};
    set.interest = {{.fd = Fd{7}, .path = out.path, .target = OpenFileId{2}}, {.fd = Fd{8}, .path = "socket:[5]"}};
    targets.define(OpenFileId{1}, set);
    RenderStyle style;
    style.roles = true;
    CHECK(render_fd(Fd{4}, OpenFileId{1}, style, {.targets = &targets, .task = {}}) ==
          "4<anon_inode:[eventpoll] waits for 7<stdout of ns/id, read by ctr[5205] (stopped)>, 8<socket:[5]>>");
}

TEST_CASE("a path can't speak to the terminal") {
    OpenFile target{.kind = OpenFileKind::file, .path = "/tmp/\x1b[2J>\n"};
    CHECK(shown(target, FdDecoding::paths, false) == "18</tmp/\\33[2J\\76\\n>");
}

TEST_CASE("a pid is who the caller means by it, in its pid namespace") {
    const std::vector<TaskInfo> tasks{
        {Pid{4700}, Tid{4700}, "unshare", {4700}, Inode{1}, {}},
        {Pid{4720}, Tid{4720}, "sh", {4720, 1}, Inode{2}, {}},
        {Pid{4721}, Tid{4721}, "true", {4721, 2}, Inode{2}, {}},
        {Pid{2}, Tid{2}, "kthreadd", {2}, Inode{1}, {}},
    };
    const auto find = [&](auto matches) {
        const auto found = std::ranges::find_if(tasks, matches);
        return found == tasks.end() ? nullptr : &*found;
    };
    RenderScope scope;
    scope.task = [&](Tid tid) { return find([&](const TaskInfo& task) { return task.tid == tid; }); };
    scope.task_within = [&](Inode space, std::int32_t number) {
        return find([&](const TaskInfo& task) { return has_number(task, space, number); });
    };
    const auto waits = [&](std::int32_t caller, std::int32_t child, bool comms) {
        Event enter, exit;
        enter.tid = Tid{caller};
        enter.number = *decoders::syscall_number(Arch::x86_64, "wait4");
        exit.result = child;
        RenderStyle style;
        style.pid_comms = comms;
        style.pid_namespaces = !comms;
        return decoders::render_call(enter, exit, style, scope).result;
    };
    CHECK(waits(4720, 2, true) == "2<true>");
    CHECK(waits(4720, 2, false) == "2 /* 4721 in strace's PID NS */");
    CHECK(waits(4700, 4720, true) == "4720<sh>");
    CHECK(waits(4700, 4720, false) == "4720");
    CHECK(waits(4720, 9, false) == "9");
}
