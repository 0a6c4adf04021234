// The system calls that can wait, and what for: a row each.
#pragma once

#include <shimtrace/wait_graph.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::diagnosis {

struct WaitingCall {
    std::int64_t number;  ///< x86-64
    std::string_view name;
    WaitKind kind;
    int fd_argument;  ///< index of the descriptor; -1: it takes none, or several
};

/// nullptr: no call that is known to wait.
const WaitingCall* waiting_call(std::int64_t number);

}  // namespace shimtrace::diagnosis
