// Times as strace writes them.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// {tv_sec=0, tv_nsec=100}; the fraction's name is tv_nsec or tv_usec.
void print_time(Printer& printer, std::int64_t seconds, std::int64_t fraction, std::string_view fraction_name);
/// 16 bytes of a timespec.
void print_timespec(Printer& printer, std::span<const std::byte> bytes);
/// 8 bytes: a timespec of a 32-bit program.
void print_narrow_timespec(Printer& printer, std::span<const std::byte> bytes);
/// 16 bytes of a timeval.
void print_timeval(Printer& printer, std::span<const std::byte> bytes);
/// 2023-11-14T22:13:20.000000000+0000, in UTC.
std::string calendar_time(std::int64_t seconds, std::int64_t nanoseconds, unsigned fraction_digits);

}  // namespace shimtrace::decoders
