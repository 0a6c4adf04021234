// Numbers of system calls by architecture. x86-64, x32 and aarch64 share the rows; i386 and arm have their own of them (compat.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::decoders {

struct NumberedName {
    std::uint16_t number;
    std::string_view name;
};
struct Numbered32 {
    std::uint16_t number;
    std::string_view name;
    std::uint8_t arguments;
};

std::span<const NumberedName> x86_64_numbers();   ///< as of Linux 6.18
std::span<const NumberedName> x32_numbers();      ///< those that differ from x86-64's, without the x32 bit
std::span<const NumberedName> aarch64_numbers();  ///< as of Linux 6.18
std::span<const Numbered32> i386_numbers();       ///< as of Linux 6.18
std::span<const Numbered32> arm_numbers();        ///< of the EABI, as of Linux 6.18; without what only ARM's kernels have (cacheflush …)

}  // namespace shimtrace::decoders
