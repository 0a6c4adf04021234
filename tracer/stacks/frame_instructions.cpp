#include "tracer/stacks/frame_instructions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace shimtrace::stacks {
namespace {

/// What follows each opcode (DWARF 5, 7.24; DWARF for the Arm 64-bit Architecture): a digit is as many bytes, n a LEB128 number, b a block
/// with its length before it, s one of aarch64's toggles, which nothing follows.
struct Instruction {
    unsigned opcode;
    std::string_view operands;
};
constexpr std::array instructions_known{
    Instruction{0x00, ""},    // nop
    Instruction{0x02, "1"},   // advance_loc1, 2, 4
    Instruction{0x03, "2"},   //
    Instruction{0x04, "4"},   //
    Instruction{0x05, "nn"},  // offset_extended
    Instruction{0x06, "n"},   // restore_extended
    Instruction{0x07, "n"},   // undefined
    Instruction{0x08, "n"},   // same_value
    Instruction{0x09, "nn"},  // register
    Instruction{0x0a, ""},    // remember_state
    Instruction{0x0b, ""},    // restore_state
    Instruction{0x0c, "nn"},  // def_cfa
    Instruction{0x0d, "n"},   // def_cfa_register
    Instruction{0x0e, "n"},   // def_cfa_offset
    Instruction{0x0f, "b"},   // def_cfa_expression
    Instruction{0x10, "nb"},  // expression
    Instruction{0x11, "nn"},  // offset_extended_sf
    Instruction{0x12, "nn"},  // def_cfa_sf
    Instruction{0x13, "n"},   // def_cfa_offset_sf
    Instruction{0x14, "nn"},  // val_offset
    Instruction{0x15, "nn"},  // val_offset_sf
    Instruction{0x16, "nb"},  // val_expression
    Instruction{0x2c, "s"},   // AARCH64_negate_ra_state_with_pc
    Instruction{0x2d, "s"},   // AARCH64_negate_ra_state
    Instruction{0x2e, "n"},   // GNU_args_size
    Instruction{0x2f, "nn"},  // GNU_negative_offset_extended
};

/// Past the number that begins at `at`; its value where 64 bits hold it.
std::optional<std::uint64_t> leb128(std::span<const std::byte> bytes, std::size_t& at) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; at < bytes.size(); shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(bytes[at++]);
        if (shift < 64) value |= (byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    return std::nullopt;
}

/// Past an instruction's operands; false where they are cut off.
bool pass(std::span<const std::byte> bytes, std::size_t& at, std::string_view operands) {
    for (const char operand : operands) {
        std::uint64_t more = 0;
        if (operand == 'n' || operand == 'b') {
            const auto number = leb128(bytes, at);
            if (!number) return false;
            if (operand == 'b') more = *number;
        } else if (operand != 's') {
            more = static_cast<std::uint64_t>(operand - '0');
        }
        if (more > bytes.size() - at) return false;
        at += more;
    }
    return true;
}

}  // namespace

std::vector<std::size_t> signature_toggles(std::span<const std::byte> instructions) {
    std::vector<std::size_t> result;
    for (std::size_t at = 0; at < instructions.size();) {
        const auto byte = std::to_integer<unsigned>(instructions[at++]);
        // advance_loc, offset (with a number) and restore have their first operand in the opcode.
        std::string_view operands = byte >> 6 == 2 ? "n" : "";
        if (byte >> 6 == 0) {
            const auto* known = std::ranges::find(instructions_known, byte, &Instruction::opcode);
            if (known == instructions_known.end()) break;
            operands = known->operands;
        }
        if (operands == "s") result.push_back(at - 1);
        if (!pass(instructions, at, operands)) break;
    }
    return result;
}

}  // namespace shimtrace::stacks
