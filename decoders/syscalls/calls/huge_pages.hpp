// Sizes of huge pages: a logarithm in the flags of mmap (linux/mman.h, MAP_HUGE_SHIFT), shmget and memfd_create.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

constexpr std::uint32_t huge_shift = 26, huge_mask = 0x3f;

/// "|21<<MAP_HUGE_SHIFT"; nothing for a size that is not told.
inline void print_huge(Printer& printer, std::uint32_t value, std::string_view shift_name) {
    const std::uint32_t huge = value >> huge_shift & huge_mask;
    if (huge == 0) return;
    printer.put('|');
    printer.unsigned_decimal(huge);
    printer.text("<<");
    printer.text(shift_name);
}

}  // namespace shimtrace::decoders
