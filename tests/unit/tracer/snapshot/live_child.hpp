// A child process that is set up, says so, and then does what the test wants it to be found doing.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace shimtrace::test {

class LiveChild {
public:
    /// `set_up` runs in the child before the constructor returns, `then` after; the child ends when `then` returns.
    template <typename SetUp, typename Then>
    LiveChild(SetUp set_up, Then then) {
        int ready[2];
        if (::pipe(ready) != 0) std::abort();
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::close(ready[0]);
            set_up();
            (void)!::write(ready[1], "", 1);
            ::close(ready[1]);
            then();
            ::_exit(0);
        }
        ::close(ready[1]);
        char byte;
        (void)!::read(ready[0], &byte, 1);
        ::close(ready[0]);
    }
    template <typename SetUp>
    explicit LiveChild(SetUp set_up)
        : LiveChild(set_up, [] {
              for (;;) ::pause();
          }) {}
    LiveChild(const LiveChild&) = delete;
    LiveChild& operator=(const LiveChild&) = delete;
    ~LiveChild() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_ = 0;
};

/// Asks again until `condition` holds, for at most a minute.
template <typename Condition>
bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < end) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
}

}  // namespace shimtrace::test
