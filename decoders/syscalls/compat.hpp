// The rows of i386 and arm: those of 64-bit programs, whose types are kept where the argument looks the same in 32 bits, and replaced where
// it does not.
#pragma once

#include "decoders/syscalls/row.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace shimtrace::decoders {

/// What x86-64 calls the call that i386 calls `name`: "fcntl" for "fcntl64"; the name itself where none is known. `is_native`: whether
/// x86-64 has a call of a name.
std::string_view native_name(std::string_view name, const std::function<bool(std::string_view)>& is_native);

/// Whether the times that i386's `name` points to have 64 bits, as those of 64-bit programs.
bool has_wide_times(std::string_view name);

/// A row for `name` with so many arguments out of the one of native_name(name). nullopt: an argument is passed in another way, or of a type
/// that nobody has looked at with 32 bits in mind.
std::optional<SyscallRow> compat_row(Arch arch, std::string_view name, unsigned arguments, const SyscallRow& native);

}  // namespace shimtrace::decoders
