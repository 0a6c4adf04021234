#include "tracer/output/call_name.hpp"

#include "decoders/constants/errors.hpp"
#include "decoders/syscalls/table.hpp"

#include <fmt/format.h>

namespace shimtrace::output {

std::string call_name(const Event& enter) {
    if (const auto name = decoders::syscall_name(enter.arch, enter.number)) return std::string(*name);
    return fmt::format("syscall_{:#x}", enter.number);
}

std::string error_name(const Event& exit) {
    // A recording may claim any result: the lowest has no positive.
    const auto number = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(exit.result));
    const auto name = decoders::error_name(number).name;
    return name.empty() ? fmt::format("errno {}", number) : std::string(name);
}

}  // namespace shimtrace::output
