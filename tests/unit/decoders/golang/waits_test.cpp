#include "decoders/golang/waits.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

/// Goroutines with made-up records: one is added at a time, then fill() tells what each waits on.
struct World {
    RuntimeState state;
    std::vector<Goroutine> goroutines;
    std::vector<UnwoundStack> stacks;
    std::vector<PolledDescriptor> polled;

    CapturedGoroutine& add(std::uint64_t id, std::string reason, std::vector<std::string> functions = {}) {
        Goroutine goroutine;
        goroutine.id = GoroutineId{id};
        goroutine.state = GoState::waiting;
        goroutine.wait_reason = std::move(reason);
        goroutines.push_back(std::move(goroutine));
        UnwoundStack stack;
        for (std::string& function : functions) stack.frames.push_back({.function = std::move(function)});
        stacks.push_back(std::move(stack));
        CapturedGoroutine g;
        g.address = 0xc000000000 + id * 0x100;
        g.id = id;
        g.status = g_waiting;
        state.goroutines.push_back(g);
        return state.goroutines.back();
    }
    const GoWait& fill(std::size_t which = 0) {
        fill_waits(state, polled, stacks, goroutines);
        return goroutines[which].wait;
    }
};

}  // namespace

TEST_CASE("the pollDesc's writer writes the descriptor, with its path") {
    World world;
    const std::uint64_t address = world.add(16, "IO wait").address;
    world.polled.push_back({Fd{19}, 0, "/run/fifo/c1-stdout"});
    world.state.polls.push_back({Fd{19}, 0, address});
    const GoWait& wait = world.fill();
    CHECK(wait.kind == GoWaitKind::fd_write);
    CHECK(wait.fd == Fd{19});
    CHECK(wait.fd_path == "/run/fifo/c1-stdout");
}

TEST_CASE("a lock of Go 1.19, which only says semacquire, is told by the stack") {
    World world;
    const std::uint64_t reader =
        world.add(1, "semacquire", {"runtime.gopark", "sync.runtime_SemacquireMutex", "sync.(*RWMutex).RLock", "main.f"}).address;
    world.state.semaphores[reader] = 0x5000 + 12;
    const std::uint64_t once =
        world.add(2, "semacquire", {"sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock", "sync.(*Once).doSlow", "main.g"}).address;
    world.state.semaphores[once] = 0x6004 + 4;
    world.fill();
    CHECK(world.goroutines[0].wait.kind == GoWaitKind::rwmutex_read);
    CHECK(world.goroutines[0].wait.object == RemoteAddress{0x5000});
    CHECK(world.goroutines[1].wait.kind == GoWaitKind::once);
    CHECK(world.goroutines[1].wait.object == RemoteAddress{0x6004});
}

TEST_CASE("a select shows all its cases, and those who wait on the same channels") {
    World world;
    CapturedGoroutine& select = world.add(1, "select");
    select.waiting = 0x100;
    const std::uint64_t selecting = select.address;
    CapturedGoroutine& receiver = world.add(2, "chan receive");
    receiver.waiting = 0x300;
    world.state.sudogs[0x100] = {.address = 0x100, .goroutine = selecting, .wait_link = 0x200, .channel = 0x1000, .sends = true};
    world.state.sudogs[0x200] = {.address = 0x200, .goroutine = selecting, .channel = 0x2000};
    world.state.sudogs[0x300] = {.address = 0x300, .goroutine = receiver.address, .channel = 0x2000};
    world.state.channels[0x1000] = {.length = 3, .capacity = 3};
    world.state.channels[0x2000] = {};
    const GoWait& wait = world.fill();
    REQUIRE(wait.cases.size() == 2);
    CHECK(wait.cases[0].send);
    CHECK(wait.cases[0].length == 3);
    CHECK_FALSE(wait.cases[1].send);
    CHECK(wait.others == std::vector{GoroutineId{2}});
    CHECK(world.goroutines[1].wait.object == RemoteAddress{0x2000});
}

TEST_CASE("links that loop, and queues of another goroutine, end the walk") {
    World world;
    CapturedGoroutine& g = world.add(1, "select");
    g.waiting = 0x100;
    world.state.sudogs[0x100] = {.address = 0x100, .goroutine = g.address, .wait_link = 0x100, .channel = 0x1000};
    CHECK(world.fill().cases.size() <= 65536);
    world.state.sudogs[0x100].goroutine = 0xdead;
    world.goroutines[0].wait = {};
    CHECK(world.fill().cases.empty());
}

TEST_CASE("a goroutine in a system call waits in it, with its descriptor") {
    World world;
    CapturedGoroutine& g = world.add(1, "");
    GoThread thread{.tid = Tid{7}, .syscall = 0, .args = {14}};
    g.status = g_syscall;
    g.thread = &thread;
    const GoWait& wait = world.fill();
    CHECK(wait.kind == GoWaitKind::syscall);
    CHECK(wait.syscall == 0);
    CHECK(wait.fd == Fd{14});
}
