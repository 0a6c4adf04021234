// Keyboards, mice, game controllers: linux/input.h.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::devices {

namespace input {

using namespace values;

static void print_key_code(Printer& printer, const Region& region, Surroundings&) {
    printer.put('[');
    printer.unsigned_decimal(value_at<std::uint32_t>(region.bytes, 0));
    printer.text(", ");
    printer.constant(input_keys, value_at<std::uint32_t>(region.bytes, 4));
    printer.put(']');
}
static constexpr Value key_code = of(print_key_code, 8);

static constexpr Elements pair{.element = u32, .count = 2}, scan_code{.element = x8, .count = 32};
static constexpr Field device_fields[] = {{"bustype vendor product version", u16}};
static constexpr Field key_map_fields[] = {{"flags len", u8}, {"index", u16}, {"keycode", constant32(input_keys)}, {"scancode", scan_code}};
static constexpr Layout device{device_fields}, key_map{.fields = key_map_fields, .brief = 2};

static constexpr Field envelope_fields[] = {{"attack_length attack_level fade_length", u16}, {"fade_level", x16}};
static constexpr Field trigger_fields[] = {{"button interval", u16}};
static constexpr Field replay_fields[] = {{"length delay", u16}};
static constexpr Layout envelope{envelope_fields}, trigger{trigger_fields}, replay{replay_fields};
static constexpr Field constant_fields[] = {{"level", s16}, {"envelope", envelope}};
static constexpr Field ramp_fields[] = {{"start_level end_level", s16}, {"envelope", envelope}};
static constexpr Field periodic_fields[] = {{"waveform period", u16}, {"magnitude offset", s16}, {"phase", u16},
                                            {"envelope", envelope},   {"custom_len", u32},       {"custom_data", location}};
static constexpr Field rumble_fields[] = {{"strong_magnitude weak_magnitude", u16}};
static constexpr Layout constant{constant_fields}, ramp{ramp_fields}, periodic{periodic_fields}, rumble{rumble_fields};
static constexpr std::uint16_t of_kind_at = 16;
static constexpr Field constant_part[] = {{"constant", at(of_kind_at, constant)}};
static constexpr Field ramp_part[] = {{"ramp", at(of_kind_at, ramp)}};
static constexpr Field periodic_part[] = {{"periodic", at(of_kind_at, periodic)}};
static constexpr Field rumble_part[] = {{"rumble", at(of_kind_at, rumble)}};
static constexpr OfNumber kinds[] = {{0x50, rumble_part}, {0x51, periodic_part}, {0x52, constant_part}, {0x57, ramp_part}};
static constexpr ByNumber of_kind{0, 2, kinds};
static constexpr Field effect_fields[] = {
    {"type", values::constant16(input_effects)}, {"id", s16}, {"direction", u16}, {"trigger", trigger}, {"replay", replay}, {"", of_kind}};
static constexpr Layout effect{.fields = effect_fields, .brief = 3};

static constexpr Command rows[] = {
    {0x40044581, Way::number, s32},      // EVIOCRMFF
    {0x40044590, Way::number, u64},      // EVIOCGRAB
    {0x40044591, Way::number, u64},      // EVIOCREVOKE
    {0x400445a0, Way::takes, u32},       // EVIOCSCLOCKID
    {0x40084503, Way::takes, pair},      // EVIOCSREP
    {0x40084504, Way::takes, key_code},  // EVIOCSKEYCODE
    {0x40284504, Way::takes, key_map},   // EVIOCSKEYCODE_V2
    {0x40304580, Way::takes, effect},    // EVIOCSFF
    {0x80044501, Way::fills, x32},       // EVIOCGVERSION
    {0x80044584, Way::fills, u32},       // EVIOCGEFFECTS
    {0x80084502, Way::fills, device},    // EVIOCGID
    {0x80084503, Way::fills, pair},      // EVIOCGREP
    {0x80084504, Way::fills, key_code},  // EVIOCGKEYCODE
    {0x80284504, Way::fills, key_map},   // EVIOCGKEYCODE_V2
};

}  // namespace input

constinit const std::span<const Command> input_commands = input::rows;

}  // namespace shimtrace::decoders::devices
