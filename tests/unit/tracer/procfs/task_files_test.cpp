#include "tracer/procfs/task_files.hpp"

#include <doctest/doctest.h>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace shimtrace;
using namespace shimtrace::host;

TEST_CASE("a thread's own files, and those of its process") {
    std::mutex mutex;
    std::condition_variable changed;
    Tid tid;
    bool done = false;
    std::jthread other([&] {
        std::unique_lock lock(mutex);
        tid = Tid{static_cast<std::int32_t>(::syscall(SYS_gettid))};
        changed.notify_all();
        changed.wait(lock, [&] { return done; });
    });
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return static_cast<bool>(tid); });
    }
    const Pid self{::getpid()};
    CHECK(std::ranges::count(threads_of(self), tid) == 1);
    CHECK(std::ranges::count(threads_of(self), leader(self)) == 1);
    CHECK(is_thread_of(self, tid));
    CHECK_FALSE(is_thread_of(self, leader(Pid{::getppid()})));
    CHECK(std::ranges::count(all_processes(), self) == 1);

    const auto status = task_status(tid);
    REQUIRE(status);
    CHECK(status->thread_group == self.value);
    CHECK(status->tracer == 0);
    const auto stat = task_stat(tid);
    REQUIRE(stat);
    CHECK(stat->id == tid.value);
    CHECK(stat->parent == ::getppid());
    CHECK(stat->cpu >= 0);
    CHECK_FALSE(has_ended(stat->state));
    CHECK(task_link(tid, "exe") == task_link(leader(self), "exe"));
    CHECK(std::ranges::count(task_numbers(leader(self), "fd"), 0) == 1);
    std::scoped_lock lock(mutex);
    done = true;
    changed.notify_all();
}

TEST_CASE("of who is gone there is nothing") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    CHECK_FALSE(task_stat(Tid{child}));
    CHECK_FALSE(task_status(Tid{child}));
    CHECK(task_file(Tid{child}, "status").empty());
    CHECK(task_link(Tid{child}, "exe").empty());
    CHECK(threads_of(Pid{child}).empty());
}
