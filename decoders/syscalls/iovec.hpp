// Vectors of buffers: readv, writev, and the bodies of messages.
#pragma once

#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// The vector (level 0), and up to `length` bytes of its buffers (level 1).
void capture_iovec(Capture& capture, std::uint64_t address, std::uint64_t count, std::uint64_t length, int level);

enum class IovecContents : std::uint8_t { addresses, all, limited };
/// [{iov_base="abc", iov_len=3}]; `length` bytes in all where the contents are limited.
void print_iovec(Printer& printer, std::uint64_t address, std::uint64_t count, IovecContents contents, std::uint64_t length);

}  // namespace shimtrace::decoders
