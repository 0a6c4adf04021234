// The calls of 32-bit programs in the words of 64-bit ones: /proc tells a number without the table that it is of.
#pragma once

#include "host/proc_text.hpp"

#include <optional>

namespace shimtrace::host {

/// Whether the thread stands where one of a 32-bit program has to; few others do. Then the process's auxv tells (is_auxv_of_32_bit), not
/// its program's file, which may be on a dead disk.
[[nodiscard]] bool may_be_32_bit(const SyscallText& call);

/// Number and arguments become those of the 64-bit table; -1 where that has no such call. `readable`: the process, where its memory may
/// be read.
void make_native(SyscallText& call, bool of_32_bit, std::optional<Pid> readable);

}  // namespace shimtrace::host
