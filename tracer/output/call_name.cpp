#include "output/call_name.hpp"

#include "decoders_syscalls/table.hpp"

#include <fmt/format.h>

namespace shimtrace::output {

std::string call_name(const Event& enter) {
    if (const auto name = decoders::syscall_name(enter.arch, enter.number)) return std::string(*name);
    return fmt::format("syscall_{:#x}", enter.number);
}

}  // namespace shimtrace::output
