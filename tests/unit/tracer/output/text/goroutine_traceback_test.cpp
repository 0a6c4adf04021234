#include "tracer/output/text/goroutine_traceback.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;

namespace {

GoFrame frame(std::string function, std::uint64_t offset = 0x10) {
    return {.function = std::move(function), .file = "/src/x.go", .line = 5, .offset = offset};
}

GoProgram program(std::vector<GoFrame> stack, std::string version = "go1.24.4") {
    GoProgram result{.version = std::move(version)};
    Goroutine goroutine{
        .id = GoroutineId{16}, .state = GoState::waiting, .wait_reason = "IO wait", .stack = std::move(stack), .complete = true};
    result.goroutines.push_back(std::move(goroutine));
    return result;
}

std::string exact(const GoProgram& program) {
    return output::print_goroutines(program, {.exact = true});
}

}  // namespace

TEST_CASE("a goroutine reads as in Go's own dump: the runtime's frames hidden, inlined calls without an offset") {
    GoProgram go = program({frame("runtime.gopark"), frame("internal/poll.runtime_pollWait"), frame("main.inlined"), frame("main.main")});
    go.goroutines[0].stack[2].inlined = true;
    go.goroutines[0].waiting = std::chrono::seconds(301);
    go.goroutines[0].created_by = frame("main.start");
    go.goroutines[0].parent = GoroutineId{1};
    CHECK(exact(go) ==
          "goroutine 16 [IO wait, 5 minutes]:\n"
          "internal/poll.runtime_pollWait(...)\n\t/src/x.go:5 +0x10\n"
          "main.inlined(...)\n\t/src/x.go:5\n"
          "main.main(...)\n\t/src/x.go:5 +0x10\n"
          "created by main.start in goroutine 1\n\t/src/x.go:5 +0x10\n");
}

TEST_CASE("wrappers are hidden but for those that panicked, and a panic shows as one") {
    GoProgram go = program({frame("main.f"), frame("main.(*T).M"), frame("runtime.gopanic"), frame("main.(*T).N"), frame("main.main")});
    go.goroutines[0].stack[1].wrapper = true;
    go.goroutines[0].stack[3].wrapper = true;
    const std::string text = exact(go);
    CHECK(text.find("main.(*T).M(") == std::string::npos);
    CHECK(text.find("main.(*T).N(") != std::string::npos);
    CHECK(text.find("panic(...)") != std::string::npos);
}

TEST_CASE("type arguments are left out of generic functions' names") {
    CHECK(exact(program({frame("main.generic[go.shape.map[string]int]")})).find("main.generic[...](...)") != std::string::npos);
}

TEST_CASE("a deep stack is cut as the runtime cuts it") {
    std::vector<GoFrame> deep(301, frame("main.recurse"));
    CHECK(exact(program(deep)).find("...201 frames elided...\n") != std::string::npos);
    CHECK(exact(program(deep, "go1.19.8")).find("...additional frames elided...\n") != std::string::npos);
}

TEST_CASE("what it waits on and what it is for stand after the state, unless the bare format is asked for") {
    GoProgram go = program({frame("github.com/containerd/fifo.(*fifo).Write")});
    go.goroutines[0].wait = {.kind = GoWaitKind::fd_write, .fd = Fd{19}, .fd_path = "/run/c1-stdout\x1b[31m"};
    go.goroutines[0].purpose = {.what = "stdio copier", .detail = "stdout", .container = ContainerRef{"k8s.io", "c1"}};
    const std::string text = output::print_goroutines(go, {});
    CHECK(text.starts_with("goroutine 16 [IO wait, write fd 19 /run/c1-stdout\\x1b[31m, stdio copier stdout of k8s.io/c1]:\n"));
    CHECK(exact(go).starts_with("goroutine 16 [IO wait]:\n"));
}

TEST_CASE("equal stacks fold into groups, the biggest first") {
    GoProgram go = program({frame("main.many")});
    for (int i = 0; i < 2; ++i) go.goroutines.push_back(go.goroutines[0]);
    go.goroutines.push_back(program({frame("main.one")}).goroutines[0]);
    const std::string text = output::print_goroutine_groups(go, {});
    CHECK(text.starts_with("3 goroutines [IO wait]:"));
    CHECK(text.find("main.one") > text.find("main.many"));
    CHECK(output::print_folded(&go, nullptr, {}) == "main.many;[IO wait] 3\nmain.one;[IO wait] 1\n");
}
