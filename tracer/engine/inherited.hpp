// What this program was started with and a command that it starts is to find again: how it would have been without us in between.
#pragma once

#include <csignal>
#include <vector>

namespace shimtrace::engine {

struct Inherited {
    std::vector<int> ignored_signals;  ///< stay ignored in what is executed (execve(2)): nohup's SIGHUP
    std::vector<int> descriptors;      ///< open, and not closed by an exec
};

/// To be asked for before any signal is handled and any file is opened.
Inherited inherited_now();

/// Once the command has them: a reader of a pipe sees its end when the command is through with it, not when we are. Standard input and
/// output lead to /dev/null then; standard error stays, for what we have to say; the others are closed.
void hand_over(const std::vector<int>& descriptors);

}  // namespace shimtrace::engine
