#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace {

constexpr std::uint32_t size_bits = 0x3fff0000, direction_bits = 0xc0000000;

const std::span<const Command>* const all[] = {&block_commands, &clock_commands,    &flash_commands,  &input_commands,   &line_commands,
                                               &loop_commands,  &machine_commands,  &memory_commands, &network_commands, &other_commands,
                                               &scsi_commands,  &terminal_commands, &video_commands};

}  // namespace

const Command* find_command(std::uint32_t command) {
    for (const std::span<const Command>* rows : all) {
        const auto row = std::ranges::lower_bound(*rows, command, {}, &Command::command);
        if (row != rows->end() && row->command == command) return &*row;
    }
    return nullptr;
}

const Family* find_family(std::uint32_t command) {
    for (const Family& family : command_families)
        if ((command & ~(family.numbers | (family.any_size ? size_bits : 0))) == family.first.command) return &family;
    return nullptr;
}

}  // namespace shimtrace::decoders::devices
