// Sizes of huge pages: a logarithm in the flags of mmap (linux/mman.h, MAP_HUGE_SHIFT), shmget and memfd_create.
#pragma once

#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

constexpr std::uint32_t huge_shift = 26, huge_mask = 0x3f;

/// "21<<MAP_HUGE_SHIFT".
inline void print_huge(Printer& printer, std::uint32_t value, std::string_view shift_name) {
    printer.unsigned_decimal(value >> huge_shift & huge_mask);
    printer.text("<<");
    styled(printer, shift_name, [&] { printer.unsigned_decimal(huge_shift); });
}

}  // namespace shimtrace::decoders
