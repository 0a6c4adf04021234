// siginfo, as signals carry it and as waitid, rt_sigtimedwait and others return it.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

constexpr std::size_t siginfo_size = 128;

/// {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=…}; {} where si_signo is 0.
void print_siginfo(Printer& printer, std::span<const std::byte> bytes);

}  // namespace shimtrace::decoders
