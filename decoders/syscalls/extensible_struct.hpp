// Structs that grow from one kernel to the next, whose caller says how long its own is: openat2's, clone3's, mount_setattr's.
#pragma once

#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// The kernel takes no more than a page of them (include/linux/uaccess.h, copy_struct_from_user's callers).
constexpr std::uint64_t most_extensible = 4096;

inline void capture_extensible(Capture& capture, std::uint64_t address, std::uint64_t length) {
    capture.bytes(address, std::min(length, most_extensible));
}

/// What its caller has behind the `known` bytes: /* bytes 24..31 */ "\x80…", nothing where that is zero, ??? where it could not be read.
/// True: `begin` was called, and something was written.
template <typename Begin>
bool print_unknown_fields(Printer& printer, std::uint64_t address, std::uint64_t known, std::uint64_t length, Begin begin) {
    length = std::min(length, most_extensible);
    if (length <= known) return false;
    const auto bytes = printer.call().bytes_at_entry(address, length);
    if (!bytes || bytes->size() < length) {
        begin();
        printer.text("???");
        return true;
    }
    const auto unknown = bytes->subspan(known);
    if (is_all_zero(unknown)) return false;
    begin();
    printer.text("/* bytes ");
    printer.unsigned_decimal(known);
    printer.text("..");
    printer.unsigned_decimal(length - 1);
    printer.text(" */ ");
    printer.all_hex(unknown, printer.style().string_limit);
    return true;
}

}  // namespace shimtrace::decoders
