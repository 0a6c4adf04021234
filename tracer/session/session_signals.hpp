// The signals that end a live session, and those that must not stop it.
#pragma once

#include "tracer/engine/trace.hpp"

#include <csignal>
#include <utility>
#include <vector>

namespace shimtrace::session {

/// Ctrl-C, SIGTERM, SIGHUP (but for nohup) end the session; a closed pipe, a file that may not grow are errors of write(2); Ctrl-Z does not
/// suspend us where we are attached to others than the command that we start. Restored at the end of the scope. One at a time.
class SessionSignals {
public:
    SessionSignals(engine::StopRequest& stop, bool started_command, bool attached);
    ~SessionSignals();
    SessionSignals(const SessionSignals&) = delete;
    SessionSignals& operator=(const SessionSignals&) = delete;

    /// From now on Ctrl-C is no longer the command's alone.
    static void command_ended();

private:
    void set(int signal, const struct sigaction& action);
    std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace shimtrace::session
