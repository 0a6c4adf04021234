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
    struct Session {
        bool started_command = false, attached = false, interruptible = true;
    };
    SessionSignals(engine::StopRequest& stop, const Session& session);
    ~SessionSignals();
    SessionSignals(const SessionSignals&) = delete;
    SessionSignals& operator=(const SessionSignals&) = delete;

    /// From now on Ctrl-C is no longer the command's alone.
    static void command_ended();
    /// The signal that ended the session; 0: none did.
    static int stopped_by();

private:
    void set(int signal, const struct sigaction& action);
    std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace shimtrace::session
