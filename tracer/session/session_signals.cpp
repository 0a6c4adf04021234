#include "tracer/session/session_signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace shimtrace::session {

namespace {

engine::StopRequest* interrupted_session = nullptr;  // a signal handler has no other way to its session
std::atomic<bool> command_has_ended = false;
std::atomic<int> stopping_signal = 0;

void on_signal(int signal) {
    stopping_signal = signal;
    if (interrupted_session != nullptr) interrupted_session->stop();
}

/// While the started command lives, a terminal's Ctrl-C is its own: it reaches the command as well, and the session ends when the
/// command does. What else is traced (`-p PID -- CMD`) may live on.
void on_interrupt(int signal) {
    if (command_has_ended) on_signal(signal);
}

/// Standard error for a signal's handler: it must not wait, least of all for a reader of the trace itself.
int unwaiting_stderr = -1;

/// A tracer that is stopped leaves whatever it is attached to stopped, each thread at its next call.
void on_suspend(int) {
    constexpr std::string_view text = "shimtrace: not suspended, as what is traced would stop as well; SIGTERM lets it go\n";
    const int former_errno = errno;
    [[maybe_unused]] const ssize_t written = ::write(unwaiting_stderr, text.data(), text.size());
    errno = former_errno;
}

}  // namespace

SessionSignals::SessionSignals(engine::StopRequest& stop, const Session& session) {
    interrupted_session = &stop;
    command_has_ended = false;
    stopping_signal = 0;
    struct sigaction action {};
    const auto nothing = [](int) {};
    action.sa_handler = session.interruptible ? on_signal : nothing;
    set(SIGTERM, action);
    set(SIGHUP, action);
    // A handler and not SIG_IGN: what is ignored here would stay ignored in the command (execve(2)).
    action.sa_handler = nothing;
    set(SIGPIPE, action);
    set(SIGXFSZ, action);
    if (session.attached) {
        // Opened anew: whoever shares the descriptor is not to find it non-blocking. A socket cannot be; then nothing is said.
        unwaiting_stderr = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC);
        action.sa_handler = on_suspend;
        action.sa_flags = SA_RESTART;
        set(SIGTSTP, action);
        action.sa_flags = 0;
        action.sa_handler = SIG_IGN;  // a terminal that stops writers in the background (stty tostop)
        if (!session.started_command) set(SIGTTOU, action);
    }
    action.sa_handler = !session.interruptible ? nothing : session.started_command ? on_interrupt : on_signal;
    set(SIGINT, action);
    set(SIGQUIT, action);
}

SessionSignals::~SessionSignals() {
    for (const auto& [signal, before] : before_) ::sigaction(signal, &before, nullptr);
    interrupted_session = nullptr;
    if (unwaiting_stderr >= 0) ::close(std::exchange(unwaiting_stderr, -1));
}

int SessionSignals::stopped_by() {
    return stopping_signal;
}

void SessionSignals::command_ended() {
    command_has_ended = true;
}

void SessionSignals::set(int signal, const struct sigaction& action) {
    struct sigaction before {};
    ::sigaction(signal, &action, &before);
    before_.emplace_back(signal, before);
    // Under nohup and its like. What asks us to end does so all the same.
    const bool ends_session = action.sa_handler == on_signal && signal != SIGHUP;
    if (!ends_session && before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);
}

}  // namespace shimtrace::session
