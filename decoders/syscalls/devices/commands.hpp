// Commands of ioctl whose argument is a number or leads to a value: a row each, by what they are sent to.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::decoders::devices {

enum class Way : std::uint8_t {
    none,               ///< the argument means nothing
    number,             ///< it is the value itself
    points,             ///< it leads somewhere
    takes,              ///< to a value that the command reads
    fills,              ///< to a place for one
    completes,          ///< to a struct of which it reads one part and fills another: {index=0, name="a"}
    completes_or_more,  ///< likewise, "..." where it failed
    changes,            ///< to a value that it reads, and another one that it leaves there: {offset=0} => {name="a"}
    answers,            ///< likewise; the address where it failed
    completes_always,   ///< what it fills is shown after an error too
    changes_always,     ///< likewise, where all that it reads could be read
};

struct Command {
    std::uint32_t command;
    Way way;
    Value value{};  ///< what it is, or reads; the size of a struct is that in the command, where it says one
    Value after{};  ///< what it fills besides; of `completes` a Layout

    /// Bytes as such are nobody's answer.
    [[nodiscard]] constexpr bool has_answer() const { return after.format != Format::bytes; }
};

/// Commands of many numbers, or of any size: EVIOCGABS(ABS_X), EVIOCGNAME(256), MIXER_READ(3).
struct Family {
    Command first;
    std::uint32_t numbers;  ///< the bits that differ besides the size
    std::string_view name;
    const FlagSet* names = nullptr;  ///< of those numbers
    bool any_size = true;
};

/// By type of device, each rising.
extern const std::span<const Command> block_commands, btrfs_commands, clock_commands, flash_commands, input_commands, line_commands,
    loop_commands, machine_commands, memory_commands, network_commands, other_commands, scsi_commands, terminal_commands, video_commands;
extern const std::span<const Family> command_families;

/// asm-generic/ioctl.h: of the struct that it takes, where it says that.
constexpr std::uint32_t size_of_command(std::uint32_t command) {
    return command >> 16 & 0x3fff;
}

const Command* find_command(std::uint32_t command);
const Family* find_family(std::uint32_t command);

}  // namespace shimtrace::decoders::devices
