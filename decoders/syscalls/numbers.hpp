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
    std::uint32_t number;
    std::string_view name;
    std::uint8_t arguments;
};

/// __ARM_NR_BASE (arch/arm/include/uapi/asm/unistd.h); there are 16 at most.
constexpr std::uint32_t arm_private_base = 0xf0000, arm_private_count = 16;

// Linux 6.18's. Each architecture has its own below 424 (and memfd_secret, which 32-bit ARM lacks), and shares what came later.
std::span<const NumberedName> x86_64_numbers();
std::span<const NumberedName> x32_numbers();  ///< those that differ from x86-64's, without the x32 bit
std::span<const NumberedName> aarch64_numbers();
std::span<const Numbered32> i386_numbers();
std::span<const Numbered32> arm_numbers();          ///< of the EABI
std::span<const Numbered32> arm_private_numbers();  ///< from arm_private_base on: what only ARM's kernels have
std::span<const Numbered32> time64_numbers();       ///< of i386 and arm: times of 64 bits
std::span<const Numbered32> shared_numbers();       ///< of every architecture

}  // namespace shimtrace::decoders
