#include "decoders/golang/code.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace shimtrace::golang {
namespace {

void sort_once(std::vector<std::uint64_t>& addresses) {
    std::ranges::sort(addresses);
    addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
}

std::uint64_t displaced(std::uint64_t next, std::int32_t displacement) {
    return next + static_cast<std::uint64_t>(static_cast<std::int64_t>(displacement));
}

/// The low `bits` of `value`, with their sign.
constexpr std::int64_t with_sign(std::uint64_t value, unsigned bits) {
    const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
    return static_cast<std::int64_t>(((value & (2 * sign - 1)) ^ sign) - sign);
}

constexpr std::uint32_t field(std::uint32_t instruction, unsigned from, unsigned bits) {
    return instruction >> from & ((1U << bits) - 1);
}

/// An instruction that adds an immediate to an address in a register, which it computes or reads from: Arm's Architecture Reference Manual,
/// C4.1. `scale`: what the immediate counts is so many bits wide; signed ones have 7 bits at bit 15, unsigned ones 12 at bit 10.
struct Offset {
    std::uint32_t mask, value;
    unsigned scale;
    bool pair = false;
};
constexpr Offset offsets[] = {
    {0xffc00000, 0x91000000, 0},        // ADD (immediate)
    {0xffc00000, 0xf9400000, 3},        // LDR, 64 bits
    {0xffc00000, 0xf9000000, 3},        // STR
    {0xffc00000, 0xb9400000, 2},        // LDR, 32 bits
    {0xffc00000, 0xb9000000, 2},        // STR
    {0xffc00000, 0x39400000, 0},        // LDRB
    {0xffc00000, 0x39000000, 0},        // STRB
    {0xffc00000, 0xa9400000, 3, true},  // LDP, 64 bits
    {0xffc00000, 0xa9000000, 3, true},  // STP
};

/// Every page that an ADRP puts in a register, with every offset that is added to that register before another ADRP takes it; no jumps are
/// followed.
std::vector<std::uint64_t> arm_references(Bytes code, std::uint64_t address) {
    std::vector<std::uint64_t> found;
    std::array<std::optional<std::uint64_t>, 32> pages{};
    for (std::size_t i = 0; i + 4 <= code.size(); i += 4) {
        const std::uint32_t instruction = *load<std::uint32_t>(code, i);
        if ((instruction & 0x9f000000) == 0x90000000) {  // ADRP
            const std::uint64_t immediate = std::uint64_t{field(instruction, 5, 19)} << 2 | field(instruction, 29, 2);
            constexpr std::uint64_t page = 4096;
            pages[field(instruction, 0, 5)] = ((address + i) & ~(page - 1)) + static_cast<std::uint64_t>(with_sign(immediate, 21)) * page;
            continue;
        }
        for (const Offset& row : offsets) {
            const auto& page = pages[field(instruction, 5, 5)];
            if ((instruction & row.mask) != row.value || !page) continue;
            const std::int64_t immediate = row.pair ? with_sign(field(instruction, 15, 7), 7) : std::int64_t{field(instruction, 10, 12)};
            found.push_back(*page + (static_cast<std::uint64_t>(immediate) << row.scale));
            // What ADD has made is an address that later ones may add to.
            if (row.value == 0x91000000) pages[field(instruction, 0, 5)] = found.back();
        }
    }
    return found;
}

std::vector<std::uint64_t> x86_references(Bytes code, std::uint64_t address) {
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i + 5 <= code.size(); ++i) {
        if ((std::to_integer<unsigned>(code[i]) & 0xc7) != 5) continue;  // ModRM: mod 00, r/m 101
        const std::int32_t displacement = *load<std::int32_t>(code, i + 1);
        for (const std::uint64_t immediate : {0, 1, 4}) found.push_back(displaced(address + i + 5 + immediate, displacement));
    }
    return found;
}

}  // namespace

std::vector<std::uint64_t> referenced_addresses(Arch arch, Bytes code, std::uint64_t address) {
    std::vector<std::uint64_t> found = arch == Arch::aarch64 ? arm_references(code, address) : x86_references(code, address);
    sort_once(found);
    return found;
}

std::vector<DirectCall> direct_calls(Arch arch, Bytes code, std::uint64_t address) {
    std::vector<DirectCall> found;
    if (arch == Arch::aarch64) {
        for (std::size_t i = 0; i + 4 <= code.size(); i += 4) {
            const std::uint32_t instruction = *load<std::uint32_t>(code, i);
            if ((instruction & 0xfc000000) != 0x94000000) continue;  // BL
            found.push_back({address + i + static_cast<std::uint64_t>(with_sign(instruction, 26)) * 4, address + i + 4});
        }
    } else {
        for (std::size_t i = 0; i + 5 <= code.size(); ++i) {
            const std::uint64_t next = address + i + 5;
            if (code[i] == std::byte{0xe8}) found.push_back({displaced(next, *load<std::int32_t>(code, i + 1)), next});
        }
    }
    return found;
}

}  // namespace shimtrace::golang
