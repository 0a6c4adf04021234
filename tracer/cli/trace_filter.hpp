// strace's -e expressions: which calls, signals, statuses.
#pragma once

#include "tracer/output/messages.hpp"
#include "tracer/output/print_options.hpp"

#include <shimtrace/error.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace shimtrace::cli {

/// What the -e options of one command line have narrowed so far.
struct Expressions {
    CallSet calls = CallSet::every(), abbreviated = CallSet::every(), dereferenced = CallSet::every();
    CallSet raw;
    output::FdFilter dump_read, dump_written;
    /// Bits of decoders::FdDetail; nullopt: -y and -yy say.
    std::optional<std::uint8_t> fd_details;
    std::bitset<65> signals = std::bitset<65>{}.set();
    std::uint8_t statuses = output::status_all;
    std::uint8_t quiet = 0;
    bool pid_comms = false, pid_namespaces = false;
    /// Bits of output::MessageProtocol: messages shown with their calls, and those asked for by themselves ("ttrpc", "grpc", "dbus").
    std::uint8_t messages = output::every_protocol, messages_alone = 0;
};

/// One -e argument: "trace=read,write", "read", "!read", "%file", "/^open", "signal=!SIGCHLD", "status=failed", "quiet=exit",
/// "decode-pids=comm", "decode-fds=socket", "raw=ioctl", "write=1,2", "ttrpc". Errors name the word that is not known.
Result<void> apply_expression(Expressions& expressions, std::string_view text);

/// Adds the calls that messages are read from.
void add_message_calls(CallSet& calls, Arch arch);

}  // namespace shimtrace::cli
