// strace's -e expressions: which calls, signals, statuses.
#pragma once

#include "output/print_options.hpp"

#include <shimtrace/error.hpp>

#include <string_view>

namespace shimtrace::cli {

/// What the -e options of one command line have narrowed so far.
struct Expressions {
    output::CallFilter calls;
    std::bitset<65> signals = std::bitset<65>{}.set();
    std::uint8_t statuses = output::status_all;
    std::uint8_t quiet = 0;
    bool pid_comms = false, pid_namespaces = false;
    bool ttrpc_only = false;
};

/// One -e argument: "trace=read,write", "read", "!read", "%file", "/^open", "signal=!SIGCHLD", "status=failed", "quiet=exit",
/// "decode-pids=comm", "ttrpc". Errors name the word that is not known.
Result<void> apply_expression(Expressions& expressions, std::string_view text);

}  // namespace shimtrace::cli
