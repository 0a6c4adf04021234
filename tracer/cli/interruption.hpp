// How a command that goes on and on is ended.
#pragma once

#include <shimtrace/types.hpp>

#include <string>

namespace shimtrace::cli {

/// From now on Ctrl-C, SIGTERM and SIGHUP (but for nohup) ask for the end, instead of being it. Who does not come to it soon is ended, by
/// `code_when_interrupted`.
void listen_for_interruption();

/// Who is ended in the midst of something removes that file, too. Of few.
void remove_when_ended(const std::string& path);

/// Not any more: it is gone, and whatever is called so next is another's.
void leave_when_ended(const std::string& path);

/// What the program then exits with; exit_done until it is said.
void set_code_when_interrupted(int code);

/// Whether one of them has come.
bool interrupted();

/// Returns when the time is over or one of them comes.
void rest_unless_interrupted(Nanoseconds time);

}  // namespace shimtrace::cli
