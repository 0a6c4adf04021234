// What a system call is called in every output.
#pragma once

#include <shimtrace/event.hpp>

#include <string>

namespace shimtrace::output {

/// "read"; "syscall_0x1c8" where the table has no such number.
std::string call_name(const Event& enter);

}  // namespace shimtrace::output
