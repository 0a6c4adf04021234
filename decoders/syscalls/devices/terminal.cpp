// Terminals: asm-generic/termbits.h.
#include "decoders/constants/terminal.hpp"
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/layout/field_walk.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::devices {

namespace terminal {

using namespace values;

namespace {

/// Fields of several bits, each named, then the set of single bits.
struct BitField {
    std::uint32_t mask;
    const FlagSet* names;
};
constexpr BitField output_parts[] = {{0x100, &terminal_newline_delays},   {0x600, &terminal_return_delays},
                                     {0x1800, &terminal_tab_delays},      {0x2000, &terminal_backspace_delays},
                                     {0x4000, &terminal_vertical_delays}, {0x8000, &terminal_feed_delays}};
constexpr std::uint32_t speed_mask = 0x100f, size_mask = 0x30, input_speed_mask = speed_mask << 16;

void print_rest(Printer& printer, const FlagSet& set, std::uint32_t rest) {
    if (rest != 0) printer.flags(set, rest);
}

void print_output_flags(Printer& printer, const Region& region, Surroundings&) {
    auto value = static_cast<std::uint32_t>(number_at(region, 0, 4));
    for (const BitField& part : output_parts) {
        printer.constant(*part.names, value & part.mask);
        value &= ~part.mask;
        if (value != 0 || &part != std::end(output_parts) - 1) printer.put('|');
    }
    print_rest(printer, terminal_output_flags, value);
}

void print_control_flags(Printer& printer, const Region& region, Surroundings&) {
    auto value = static_cast<std::uint32_t>(number_at(region, 0, 4));
    printer.constant(terminal_speeds, value & speed_mask);
    printer.put('|');
    if ((value & input_speed_mask) != 0) {
        printer.constant(terminal_speeds, (value & input_speed_mask) >> 16);
        printer.text("<<IBSHIFT|");
    }
    printer.constant(terminal_sizes, value & size_mask);
    value &= ~(speed_mask | input_speed_mask | size_mask);
    if (value != 0) printer.put('|');
    print_rest(printer, terminal_control_flags, value);
}

constexpr Elements characters{.element = x8, .indexes = &terminal_characters, .count = 19},
    few_characters{.element = x8, .indexes = &terminal_characters, .count = 8};
constexpr Field settings2_fields[] = {{"c_iflag", flags32(terminal_input_flags)},
                                      {"c_oflag", of(print_output_flags, 4)},
                                      {"c_cflag", of(print_control_flags, 4)},
                                      {"c_lflag", flags32(terminal_local_flags)},
                                      {"c_line", constant8(terminal_disciplines)},
                                      {"c_cc", characters},
                                      {"c_ispeed c_ospeed", u32}};
constexpr Field old_settings_fields[] = {{"c_iflag", flags16(terminal_input_flags)},
                                         {"c_oflag", of(print_output_flags, 2)},
                                         {"c_cflag", of(print_control_flags, 2)},
                                         {"c_lflag", flags16(terminal_local_flags)},
                                         {"c_line", constant8(terminal_disciplines)},
                                         {"c_cc", few_characters},
                                         {"", skipped(1)}};
constexpr std::uint8_t flags_alone = 4;
constexpr Layout settings{.fields = std::span(settings2_fields).first(6), .brief = flags_alone},
    settings2{.fields = settings2_fields, .brief = flags_alone}, old_settings{.fields = old_settings_fields, .brief = flags_alone};
constexpr Field window_fields[] = {{"ws_row ws_col ws_xpixel ws_ypixel", u16}};
constexpr Layout window{window_fields};
constexpr Pointed one_character{.value = Format::buffer, .counted_by = 1, .counter = 0, .here = true};

}  // namespace

static constexpr Command rows[] = {
    {0x5401, Way::fills, settings},                       // TCGETS
    {0x5402, Way::takes, settings},                       // TCSETS
    {0x5403, Way::takes, settings},                       // TCSETSW
    {0x5404, Way::takes, settings},                       // TCSETSF
    {0x5405, Way::fills, old_settings},                   // TCGETA
    {0x5406, Way::takes, old_settings},                   // TCSETA
    {0x5407, Way::takes, old_settings},                   // TCSETAW
    {0x5408, Way::takes, old_settings},                   // TCSETAF
    {0x5409, Way::number, s32},                           // TCSBRK
    {0x540a, Way::number, constant64(terminal_flow)},     // TCXONC
    {0x540b, Way::number, constant64(terminal_flushes)},  // TCFLSH
    {0x540c, Way::none},                                  // TIOCEXCL
    {0x540d, Way::none},                                  // TIOCNXCL
    {0x540e, Way::number, s32},                           // TIOCSCTTY
    {0x540f, Way::fills, process},                        // TIOCGPGRP
    {0x5410, Way::takes, process},                        // TIOCSPGRP
    {0x5411, Way::fills, s32},                            // TIOCOUTQ
    {0x5412, Way::takes, one_character},                  // TIOCSTI
    {0x5413, Way::fills, window},                         // TIOCGWINSZ
    {0x5414, Way::takes, window},                         // TIOCSWINSZ
    {0x5415, Way::fills, flags32(modem_lines)},           // TIOCMGET
    {0x5416, Way::takes, flags32(modem_lines)},           // TIOCMBIS
    {0x5417, Way::takes, flags32(modem_lines)},           // TIOCMBIC
    {0x5418, Way::takes, flags32(modem_lines)},           // TIOCMSET
    {0x541b, Way::fills, s32},                            // FIONREAD
    {0x541c, Way::points},                                // TIOCLINUX
    {0x541d, Way::none},                                  // TIOCCONS
    {0x5420, Way::takes, s32},                            // TIOCPKT
    {0x5421, Way::takes, s32},                            // FIONBIO
    {0x5422, Way::none},                                  // TIOCNOTTY
    {0x5423, Way::takes, s32},                            // TIOCSETD
    {0x5424, Way::fills, s32},                            // TIOCGETD
    {0x5425, Way::number, s32},                           // TCSBRKP
    {0x5427, Way::none},                                  // TIOCSBRK
    {0x5428, Way::none},                                  // TIOCCBRK
    {0x5429, Way::fills, process},                        // TIOCGSID
    {0x5437, Way::none},                                  // TIOCVHANGUP
    {0x5450, Way::none},                                  // FIONCLEX
    {0x5451, Way::none},                                  // FIOCLEX
    {0x5452, Way::takes, s32},                            // FIOASYNC
    {0x5456, Way::fills, settings},                       // TIOCGLCKTRMIOS
    {0x5457, Way::takes, settings},                       // TIOCSLCKTRMIOS
    {0x5460, Way::points},                                // FIOQSIZE
    {0x40045431, Way::takes, s32},                        // TIOCSPTLCK
    {0x40045436, Way::number, s32},                       // TIOCSIG
    {0x402c542b, Way::takes, settings2},                  // TCSETS2
    {0x402c542c, Way::takes, settings2},                  // TCSETSW2
    {0x402c542d, Way::takes, settings2},                  // TCSETSF2
    {0x80045430, Way::fills, s32},                        // TIOCGPTN
    {0x80045432, Way::fills, s32},                        // TIOCGDEV
    {0x80045438, Way::fills, s32},                        // TIOCGPKT
    {0x80045439, Way::fills, s32},                        // TIOCGPTLCK
    {0x80045440, Way::fills, s32},                        // TIOCGEXCL
    {0x802c542a, Way::fills, settings2},                  // TCGETS2
};

}  // namespace terminal

constinit const std::span<const Command> terminal_commands = terminal::rows;

}  // namespace shimtrace::decoders::devices
