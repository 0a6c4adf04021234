#include "tracer/threads/in_parallel.hpp"
#include "tests/unit/tracer/threads/no_more_threads.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include <pthread.h>
#include <signal.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

bool is_blocked(int signal) {
    sigset_t now;
    pthread_sigmask(SIG_SETMASK, nullptr, &now);
    return sigismember(&now, signal) == 1;
}

}  // namespace

TEST_CASE("everything is done once, be there more threads or none") {
    const auto times_each = [] {
        std::vector<std::atomic<int>> times(1000);
        in_parallel(times.size(), 1, [&](std::size_t at) { ++times[at]; });
        return std::ranges::all_of(times, [](const std::atomic<int>& one) { return one == 1; });
    };
    CHECK(times_each());
    const NoMoreThreads none;
    CHECK(times_each());
}

TEST_CASE("a thread that cannot be made is told of, and signals reach the one that asked as before") {
    const NoMoreThreads none;
    CHECK_FALSE(try_signal_free_thread([] {}));
    CHECK_THROWS(signal_free_thread([] {}));
    CHECK_FALSE(is_blocked(SIGTERM));
}

TEST_CASE("no signal reaches such a thread but what its own accesses raise") {
    bool sigterm = false, sigbus = true;
    signal_free_thread([&] {
        sigterm = is_blocked(SIGTERM);
        sigbus = is_blocked(SIGBUS) || is_blocked(SIGSEGV);
    }).join();
    CHECK(sigterm);
    CHECK_FALSE(sigbus);
    CHECK_FALSE(is_blocked(SIGTERM));
}
