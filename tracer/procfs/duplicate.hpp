// Another process's open file under a descriptor of ours, to ask it something. Nothing is read from it or written to it.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/types.hpp>

#include <sys/syscall.h>

namespace shimtrace::host {

/// pidfd_getfd(2); needs what ptrace needs. Empty, with errno set: not permitted, or closed meanwhile. The caller checks by
/// fstat that it is what it was meant to be: the number may have been given away again. Close it at once.
inline OwnedFd duplicate(Pid pid, Fd fd) {
    const OwnedFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid.value, 0)));
    if (!process) return {};
    return OwnedFd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd.value, 0)));
}

}  // namespace shimtrace::host
