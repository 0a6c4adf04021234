// How a command that goes on and on is ended.
#pragma once

namespace shimtrace::cli {

/// From now on Ctrl-C, SIGTERM and SIGHUP (but for nohup) ask for the end, instead of being it.
void listen_for_interruption();

/// Whether one of them has come.
bool interrupted();

}  // namespace shimtrace::cli
