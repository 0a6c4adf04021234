// i386's rows: those of x86-64, whose kinds are kept where the argument looks the same in 32 bits, and replaced where it does not.
#pragma once

#include "decoders/syscalls/row.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace shimtrace::decoders {

namespace kinds::compat {
// kinds_file.cpp
extern const Kind stat, stat64;
// kinds_futex.cpp
extern const Kind futex_timeout;
// kinds_number.cpp
extern const Kind low_high, high_low, user_id16;
// kinds_memory.cpp
extern const Kind page_offset;
// kinds_process.cpp
extern const Kind rusage, rlimit_in, rlimit_out;
// kinds_signal.cpp
extern const Kind sigaction_in, sigaction_out, signal_stack_in, signal_stack_out;
// kinds_system.cpp
extern const Kind sendfile_offset;
// kinds_value.cpp
extern const Kind out_address;
// kinds_time.cpp
extern const Kind timespec_in, timespec_out, timespec_remaining, timespec_left, timeval_left, utimes_pair, timeval_in, timeval_out,
    timeval_pair, itimerspec_in, itimerspec_out, itimerval_in, itimerval_out, times, utimbuf, time_out;
}  // namespace kinds::compat

/// What x86-64 calls the call that i386 calls `name`: "fcntl" for "fcntl64"; the name itself where none is known. `is_native`: whether
/// x86-64 has a call of a name.
std::string_view native_name(std::string_view name, const std::function<bool(std::string_view)>& is_native);

/// Whether the times that i386's `name` points to have 64 bits, as those of 64-bit programs.
bool has_wide_times(std::string_view name);

/// A row for `name` with so many arguments out of the one of native_name(name). nullopt: an argument is passed in another way, or of a kind
/// that nobody has looked at with 32 bits in mind.
std::optional<SyscallRow> compat_row(std::string_view name, unsigned arguments, const SyscallRow& native);

}  // namespace shimtrace::decoders
