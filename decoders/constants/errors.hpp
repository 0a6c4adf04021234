// Error numbers of the kernel: their names and what strerror says of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace shimtrace::decoders {

struct ErrorName {
    std::string_view name;  ///< empty: no such error
    std::string_view text;
};

/// `number` is positive: 2 for ENOENT. The kernel's own ERESTARTSYS and its like are among them.
ErrorName error_name(std::int64_t number);
/// A call that ended with one of these will be restarted: strace prints "?" for its result.
bool is_restart(std::int64_t number);

/// "SIGCHLD", "SIGRT_2"; empty: no such signal.
std::string_view signal_constant(std::int64_t signal);

}  // namespace shimtrace::decoders
