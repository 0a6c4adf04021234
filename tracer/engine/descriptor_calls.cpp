#include "engine/descriptor_calls.hpp"

#include "decoders_syscalls/table.hpp"

#include <array>
#include <string_view>

namespace shimtrace::engine {

namespace {

// Calls that merely return a new descriptor are not here, but for those that can put one where another was: a cache that saw
// the close has nothing stored for the number.
constexpr std::array<std::string_view, 29> names{
    "close",
    "close_range",
    "dup2",
    "dup3",
    "fcntl",
    "fcntl64",
    "execve",
    "execveat",
    "unshare",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "socketcall",
    "ioctl",
    "timerfd_settime",
    "epoll_ctl",
    // What a path or the working directory means.
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "chdir",
    "fchdir",
    "chroot",
    "pivot_root",
    "setns",
};

SyscallSet numbers(Arch arch) {
    SyscallSet set;
    for (const std::string_view name : names) {
        const auto number = decoders::syscall_number(arch, name);
        if (number && *number >= 0 && static_cast<std::size_t>(*number) < set.size()) set.set(static_cast<std::size_t>(*number));
    }
    return set;
}

}  // namespace

const SyscallSet& descriptor_calls(Arch arch) {
    static const SyscallSet native = numbers(Arch::x86_64);
    static const SyscallSet compat = numbers(Arch::i386);
    return arch == Arch::i386 ? compat : native;
}

}  // namespace shimtrace::engine
