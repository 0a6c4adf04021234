// Pages of memory that a process gives when they are touched, instead of the kernel: userfaultfd(2).
#pragma once

#include <string_view>

namespace shimtrace::kernel {

/// What /proc/PID/fd shows of a userfaultfd (linux/fs/userfaultfd.c).
constexpr std::string_view userfaultfd_link = "anon_inode:[userfaultfd]";
/// The function in which a thread sleeps until its page has come.
constexpr std::string_view user_fault = "handle_userfault";

}  // namespace shimtrace::kernel
