#include <shimtrace/in_parallel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include <pthread.h>
#include <signal.h>

using namespace shimtrace;

namespace {

/// While it lives no thread can be made, as where a cgroup's pids.max is reached: none has room for its stack.
class NoMoreThreads {
public:
    NoMoreThreads() {
        pthread_attr_init(&before_);
        pthread_getattr_default_np(&before_);
        pthread_attr_t huge;
        pthread_attr_init(&huge);
        pthread_attr_setstacksize(&huge, std::size_t{1} << 60);
        pthread_setattr_default_np(&huge);
        pthread_attr_destroy(&huge);
    }
    ~NoMoreThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }
    NoMoreThreads(const NoMoreThreads&) = delete;
    NoMoreThreads& operator=(const NoMoreThreads&) = delete;

private:
    pthread_attr_t before_;
};

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
