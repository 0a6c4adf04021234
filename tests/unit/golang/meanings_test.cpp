#include "decoders_golang/meanings.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;

namespace {

GoMeaning meaning(std::string function, std::string path = {}) {
    Goroutine goroutine;
    goroutine.stack.push_back({.function = "internal/poll.runtime_pollWait"});
    goroutine.stack.push_back({.function = std::move(function)});
    goroutine.wait.fd_path = std::move(path);
    return golang::MeaningFinder().meaning_of(goroutine);
}

}  // namespace

TEST_CASE("the same goroutine has one meaning in every generation of containerd") {
    for (const char* function : {"github.com/containerd/containerd/pkg/process.copyPipes.func1.1",
                                 "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/process.copyPipes.func1.1"}) {
        CHECK(meaning(function).what == "stdio copier");
        CHECK(meaning(function).detail == "stdout");
    }
    for (const char* function : {"github.com/containerd/containerd/runtime/v2/runc/task.(*service).Start",
                                 "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/task.(*service).Start"}) {
        CHECK(meaning(function).what == "RPC handler");
        CHECK(meaning(function).detail == "Task.Start");
    }
    CHECK(meaning("github.com/containerd/containerd/runtime/v2/shim.(*RemoteEventsPublisher).processQueue").what == "event publisher");
    CHECK(meaning("github.com/containerd/containerd/pkg/oom/v1.(*epoller).Run").what == "OOM watcher");
    CHECK(meaning("github.com/containerd/console.(*Epoller).Wait").what == "console epoller");
}

TEST_CASE("the fifo's name tells the stream better than the code that copies it") {
    const GoMeaning stderr_copier =
        meaning("github.com/containerd/containerd/pkg/process.copyPipes.func1.1", "/run/containerd/fifo/1/c1-stderr");
    CHECK(stderr_copier.detail == "stderr");
}

TEST_CASE("containerd's calls to a shim carry a request, standing goroutines do not") {
    const GoMeaning call = meaning("github.com/containerd/containerd/api/runtime/task/v2.(*taskClient).Kill");
    CHECK(call.what == "RPC to a shim");
    CHECK(call.detail == "Task.Kill");
    CHECK(golang::carries_request(call));
    CHECK_FALSE(golang::carries_request(meaning("github.com/containerd/containerd/runtime/v2/shim.reap")));
    CHECK(meaning("main.main").what.empty());
}
