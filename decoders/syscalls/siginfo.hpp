// siginfo, as signals carry it and as waitid, rt_sigtimedwait and others return it.
#pragma once

#include "decoders/syscalls/printer.hpp"

#include <optional>

namespace shimtrace::decoders {

constexpr std::size_t siginfo_size = 128;

/// The descriptor that it is about, where it is about one.
std::optional<Fd> descriptor_of_siginfo(std::span<const std::byte> bytes);

/// {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=…}; {} where si_signo is 0.
void print_siginfo(Printer& printer, std::span<const std::byte> bytes);

}  // namespace shimtrace::decoders
