// Priorities of input and output: linux/ioprio.h.
#pragma once

#include "decoders/constants/process.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4)
inline void print_priority(Printer& printer, std::uint32_t value) {
    printer.text("IOPRIO_PRIO_VALUE(");
    printer.constant(ioprio_classes, value >> 13);
    printer.text(", ");
    printer.unsigned_decimal(value & 0x1fff);
    printer.put(')');
}

/// Likewise, and its number as -X says.
inline void print_numbered_priority(Printer& printer, std::uint32_t value) {
    const Constants style = printer.style().constants;
    if (style != Constants::abbrev) printer.decimal(static_cast<std::int32_t>(value));
    if (style == Constants::raw) return;
    if (style == Constants::verbose) printer.text(" /* ");
    print_priority(printer, value);
    if (style == Constants::verbose) printer.text(" */");
}

}  // namespace shimtrace::decoders
