// The call that a thread is in: /proc tells a number without the table that it is of.
#pragma once

#include "decoders/syscalls/unwrapped_call.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <functional>
#include <string_view>

namespace shimtrace::host {

/// Number -1 where it is in none, or in one whose arguments cannot be read. `memory`: the
/// thread's; nullptr where it may not be read.
/// `read_auxv` gives its process's auxiliary vector, and is asked only where the thread stands where one of a 32-bit program has to: the
/// program's file would tell, too, but may be on a dead disk.
[[nodiscard]] decoders::KnownCall call_of_thread(const SyscallText& text, const Memory* memory,
                                                 const std::function<std::string_view()>& read_auxv);

}  // namespace shimtrace::host
