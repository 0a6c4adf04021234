// The ioctl commands that are known: name, what the argument is, who fills it.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

enum class IoctlDirection : std::uint8_t { to_kernel, from_kernel };

/// What the third argument is, or what is behind its pointer.
enum class IoctlContent : std::uint8_t {
    none,    ///< the command has no argument
    number,  ///< the argument itself
    hex,
    fd,
    address,  ///< a pointer to something that is not decoded
    int_at,
    short_at,
    unsigned_at,
    pid_at,
    uint64_at,
    window_size,
    termios,
    termios2,
    seccomp_notification,
    seccomp_response,
    seccomp_addfd,
    clone_range,
    uint64_pair,
};

enum class IoctlResult : std::uint8_t { number, fd, ns_type };

struct IoctlCommand {
    std::uint32_t command;
    std::string_view name;
    IoctlContent content = IoctlContent::address;
    IoctlDirection direction = IoctlDirection::to_kernel;
    IoctlResult result = IoctlResult::number;
};

/// nullptr: not known.
const IoctlCommand* find_ioctl(std::uint32_t command);
/// Bytes behind the pointer; 0 where it is none, or not decoded.
std::size_t ioctl_size(IoctlContent content);
void print_ioctl_content(Printer& printer, IoctlContent content, std::span<const std::byte> bytes);

/// Does the command return a descriptor?
inline bool ioctl_returns_fd(std::uint32_t command) {
    const IoctlCommand* found = find_ioctl(command);
    return found && found->result == IoctlResult::fd;
}

}  // namespace shimtrace::decoders
