// A thread that no signal reaches: those are for the thread that made it.
#pragma once

#include <signal.h>

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace shimtrace {

/// For as long as it lives, the calling thread gets no signals but those that its own accesses raise: blocked, such a one would end the
/// program instead of reaching its handler (a mapped file's lost pages do).
class SignalsBlocked {
public:
    SignalsBlocked();
    ~SignalsBlocked();
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

/// Throws std::system_error where no more threads may be made.
template <typename Run>
std::thread signal_free_thread(Run run) {
    const SignalsBlocked as_the_new_thread_has_them;
    return std::thread(std::move(run));
}

/// nullopt: no more threads may be made (pids.max, RLIMIT_NPROC), and this one has to do without.
template <typename Run>
std::optional<std::thread> try_signal_free_thread(Run run) {
    try {
        return signal_free_thread(std::move(run));
    } catch (const std::system_error&) {
        return std::nullopt;
    }
}

}  // namespace shimtrace
