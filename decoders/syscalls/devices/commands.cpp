#include "decoders/syscalls/devices/commands.hpp"

#include <vector>

namespace shimtrace::decoders::devices {

namespace {

constexpr std::uint32_t size_bits = 0x3fff0000;

const std::span<const Command>* const all[] = {&block_commands, &btrfs_commands, &clock_commands,    &flash_commands,  &input_commands,
                                               &line_commands,  &loop_commands,  &machine_commands,  &memory_commands, &network_commands,
                                               &other_commands, &scsi_commands,  &terminal_commands, &video_commands};

/// An ioctl's row is asked for several times a call.
std::vector<const Command*> index() {
    std::vector<const Command*> rows;
    for (const std::span<const Command>* some : all)
        for (const Command& row : *some) rows.push_back(&row);
    std::ranges::stable_sort(rows, {}, &Command::command);
    return rows;
}

}  // namespace

const Command* find_command(std::uint32_t command) {
    static const std::vector<const Command*> by_number = index();
    const auto row = std::ranges::lower_bound(by_number, command, {}, &Command::command);
    return row != by_number.end() && (*row)->command == command ? *row : nullptr;
}

const Family* find_family(std::uint32_t command) {
    for (const Family& family : command_families)
        if ((command & ~(family.numbers | (family.any_size ? size_bits : 0))) == family.first.command) return &family;
    return nullptr;
}

}  // namespace shimtrace::decoders::devices
