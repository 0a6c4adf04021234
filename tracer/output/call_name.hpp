// What a system call and its error are called in every output.
#pragma once

#include <shimtrace/event.hpp>

#include <string>

namespace shimtrace::output {

/// "read"; "syscall_0x1c8" where the table has no such number.
std::string call_name(const Event& enter);
/// "ENOENT", "ERESTARTSYS"; "errno 999" where there is no such error. `exit` is an error.
std::string error_name(const Event& exit);

}  // namespace shimtrace::output
