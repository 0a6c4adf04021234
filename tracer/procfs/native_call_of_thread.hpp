// The calls of 32-bit programs in the words of 64-bit ones: /proc tells a number without the table that it is of.
#pragma once

#include "tracer/procfs/proc_text.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace shimtrace::host {

/// Number and arguments by the 64-bit table; number -1 where that has no such call. `readable`: the thread, where memory may be read.
/// `read_auxv` gives its process's auxiliary vector, and is asked only where the thread stands where one of a 32-bit program has to: the
/// program's file would tell, too, but may be on a dead disk.
[[nodiscard]] SyscallText native(SyscallText call, std::optional<Tid> readable, const std::function<std::string_view()>& read_auxv);

}  // namespace shimtrace::host
