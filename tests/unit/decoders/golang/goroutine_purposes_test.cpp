#include "decoders/golang/goroutine_purposes.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;

namespace {

GoroutinePurpose purpose(std::string function, std::string path = {}) {
    Goroutine goroutine;
    goroutine.stack.push_back({.function = "internal/poll.runtime_pollWait"});
    goroutine.stack.push_back({.function = std::move(function)});
    goroutine.wait.fd_path = std::move(path);
    golang::Allowance allowance(std::size_t{1} << 20);
    return golang::MeaningFinder(allowance).meaning_of(goroutine);
}

}  // namespace

TEST_CASE("the same goroutine has one purpose in every generation of containerd") {
    for (const char* function : {"github.com/containerd/containerd/pkg/process.copyPipes.func1.1",
                                 "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/process.copyPipes.func1.1"}) {
        CHECK(purpose(function).what == "stdio copier");
        CHECK(purpose(function).detail == "stdout");
    }
    for (const char* function : {"github.com/containerd/containerd/runtime/v2/runc/task.(*service).Start",
                                 "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/task.(*service).Start"}) {
        CHECK(purpose(function).what == "RPC handler");
        CHECK(purpose(function).detail == "Task.Start");
    }
    CHECK(purpose("github.com/containerd/containerd/runtime/v2/shim.(*RemoteEventsPublisher).processQueue").what == "event publisher");
    CHECK(purpose("github.com/containerd/containerd/pkg/oom/v1.(*epoller).Run").what == "OOM watcher");
    CHECK(purpose("github.com/containerd/console.(*Epoller).Wait").what == "console epoller");
}

TEST_CASE("the fifo's name tells the stream better than the code that copies it") {
    const GoroutinePurpose stderr_copier =
        purpose("github.com/containerd/containerd/pkg/process.copyPipes.func1.1", "/run/containerd/fifo/1/c1-stderr");
    CHECK(stderr_copier.detail == "stderr");
}

TEST_CASE("containerd's calls to a shim carry a request, standing goroutines do not") {
    const GoroutinePurpose call = purpose("github.com/containerd/containerd/api/runtime/task/v2.(*taskClient).Kill");
    CHECK(call.what == "RPC to a shim");
    CHECK(call.detail == "Task.Kill");
    CHECK(golang::carries_request(call));
    CHECK_FALSE(golang::carries_request(purpose("github.com/containerd/containerd/runtime/v2/shim.reap")));
    CHECK(purpose("main.main").what.empty());
}
