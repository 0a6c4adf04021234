// The table of system calls: one row says a call's name, its arguments' names and types. What to capture and how to render
// both follow from the types.
#pragma once

#include <shimtrace/event.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace shimtrace::decoders {

/// strace's classes: -e trace=%file and its like. A call may be in several.
enum SyscallClass : std::uint32_t {
    class_file = 1 << 0,
    class_desc = 1 << 1,
    class_process = 1 << 2,
    class_network = 1 << 3,
    class_signal = 1 << 4,
    class_ipc = 1 << 5,
    class_memory = 1 << 6,
    class_creds = 1 << 7,
    class_clock = 1 << 8,
    class_stat = 1 << 9,
    class_lstat = 1 << 10,
    class_fstat = 1 << 11,
    class_stat_like = 1 << 12,
    class_statfs = 1 << 13,
    class_fstatfs = 1 << 14,
    class_statfs_like = 1 << 15,
    class_pure = 1 << 16,
};

struct SyscallRow;  // the whole of it: row.hpp, for the decoders alone

/// "read", "openat"; nullopt: the architecture has no such number.
std::optional<std::string_view> syscall_name(Arch arch, std::int64_t number);
std::optional<std::int64_t> syscall_number(Arch arch, std::string_view name);
/// Every number that the architecture names, rising.
std::vector<std::int64_t> syscall_numbers(Arch arch);
/// Bits of SyscallClass.
std::uint32_t syscall_classes(Arch arch, std::int64_t number);

}  // namespace shimtrace::decoders
