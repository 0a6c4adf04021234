// What is said of daemons when everything is asked about.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

TEST_CASE("a call about no container, at a plugin that is silent: the first look cannot tell, and says so; a later one does") {
    Host host;
    Process& containerd = host.add(10, 1, "containerd");
    containerd.role.role = ProcessRole::containerd;
    containerd.go = GoProgram{.pid = Pid{10}, .version = "go1.24.4"};
    Goroutine& pulls = containerd.go->goroutines.emplace_back();
    pulls.id = GoroutineId{7};
    pulls.state = GoState::waiting;
    pulls.serves.edit().service = "ImageService";
    pulls.serves.edit().method = "PullImage";
    pulls.wait.kind = GoWaitKind::select;
    pulls.wait.reply = {.protocol = "gRPC", .method = "content.Info", .connections = {Fd{9}}, .tied = true};
    host.add(300, 1, "store");
    OpenFile& own = Host::fd(containerd, 9, OpenFileKind::unix_socket, 900, read_write);
    own.socket = SocketFacts{.local = "a", .remote = "b", .inode = Inode{900}, .peer_inode = Inode{901}};
    own.holders = {{.pid = Pid{300}, .fd = Fd{3}, .reads = true, .writes = true}};
    CHECK(diagnosis::diagnose(host.build(), {}).empty());
    CHECK(diagnosis::daemons_are_unsettled(host.build(), {}));
    CHECK_FALSE(diagnosis::daemons_are_unsettled(host.build(), {.containers = {}, .pids = {Pid{1}}, .shims = {}}));
    host.resample(5200ms);
    pulls.waiting = 5200ms;
    const auto verdicts = diagnosis::diagnose(host.build(), {});
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts.front().cause == "plugin-unresponsive");
    CHECK(blamed(verdicts.front()) == std::vector{300});
    own.kind = OpenFileKind::pipe;  // closed meanwhile, and opened as something else
    own.socket.reset();
    for (const Diagnosis& one : diagnosis::diagnose(host.build(), {})) CHECK(one.culprits.empty());
}
