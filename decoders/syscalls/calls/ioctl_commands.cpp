#include "decoders/syscalls/calls/ioctl_commands.hpp"

#include "decoders/constants/device.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/layout/struct_layout.hpp"
#include "decoders/syscalls/printer.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::decoders {

namespace {

namespace device_commands {

using namespace values;

enum class Way : std::uint8_t {
    none,    ///< the argument means nothing
    number,  ///< it is the value itself
    points,  ///< it leads somewhere
    takes,   ///< to a value that the command reads
    fills,   ///< to a place for one
};

struct Command {
    std::uint32_t command;
    Way way;
    Value value{};
};

constexpr Field set_attribute_fields[] = {{"fsx_xflags", flags32(file_extended_attributes)},
                                          {"fsx_extsize", u32},
                                          {"", of(Format::skipped, 4)},
                                          {"fsx_projid", x32},
                                          {"fsx_cowextsize", u32},
                                          {"", of(Format::skipped, 8)}};
constexpr Field get_attribute_fields[] = {{"fsx_xflags", flags32(file_extended_attributes)},
                                          {"fsx_extsize fsx_nextents", u32},
                                          {"fsx_projid", x32},
                                          {"fsx_cowextsize", u32},
                                          {"", of(Format::skipped, 8)}};
constexpr Field trim_fields[] = {{"start", x64}, {"len minlen", u64}};
constexpr Field time_fields[] = {{"tm_sec tm_min tm_hour tm_mday tm_mon tm_year tm_wday tm_yday tm_isdst", s32}};
constexpr std::uint8_t brief_time = 6;  // the date is enough
constexpr Layout set_attributes{set_attribute_fields}, get_attributes{get_attribute_fields}, trimmed{trim_fields},
    clock_time{.fields = time_fields, .brief = brief_time};
constexpr Field alarm_fields[] = {{"enabled pending", u8}, {"time", clock_time}};
constexpr Field pulse_fields[] = {{"pll_ctrl pll_value pll_max pll_min pll_posmult pll_negmult", s32}, {"pll_clock", s64}};
constexpr Layout alarm{alarm_fields}, pulses{pulse_fields};

constexpr Command rows[] = {
    {0x1262, Way::number, u64},                            // BLKRASET
    {0x1264, Way::number, u64},                            // BLKFRASET
    {0x1265, Way::fills, u64},                             // BLKFRAGET
    {0x1267, Way::fills, u16},                             // BLKSECTGET
    {0x1269, Way::points},                                 // BLKPG
    {0x1274, Way::none},                                   // BLKTRACESTART
    {0x1275, Way::none},                                   // BLKTRACESTOP
    {0x1276, Way::none},                                   // BLKTRACETEARDOWN
    {0x2201, Way::takes, s32},                             // SG_SET_TIMEOUT
    {0x2202, Way::none},                                   // SG_GET_TIMEOUT
    {0x2203, Way::fills, s32},                             // SG_EMULATED_HOST
    {0x2204, Way::number, x32},                            // SG_SET_TRANSFORM
    {0x2205, Way::fills, s32},                             // SG_GET_TRANSFORM
    {0x2270, Way::fills, s32},                             // SG_GET_COMMAND_Q
    {0x2271, Way::takes, s32},                             // SG_SET_COMMAND_Q
    {0x2272, Way::fills, s32},                             // SG_GET_RESERVED_SIZE
    {0x2275, Way::takes, s32},                             // SG_SET_RESERVED_SIZE
    {0x2276, Way::points},                                 // SG_GET_SCSI_ID
    {0x2279, Way::takes, s32},                             // SG_SET_FORCE_LOW_DMA
    {0x227a, Way::fills, s32},                             // SG_GET_LOW_DMA
    {0x227b, Way::takes, s32},                             // SG_SET_FORCE_PACK_ID
    {0x227c, Way::fills, s32},                             // SG_GET_PACK_ID
    {0x227d, Way::fills, s32},                             // SG_GET_NUM_WAITING
    {0x227e, Way::takes, s32},                             // SG_SET_DEBUG
    {0x227f, Way::fills, s32},                             // SG_GET_SG_TABLESIZE
    {0x2282, Way::fills, s32},                             // SG_GET_VERSION_NUM
    {0x2283, Way::takes, s32},                             // SG_NEXT_CMD_LEN
    {0x2284, Way::takes, constant32(scsi_resets)},         // SG_SCSI_RESET
    {0x2285, Way::points},                                 // SG_IO
    {0x2286, Way::points},                                 // SG_GET_REQUEST_TABLE
    {0x2287, Way::takes, s32},                             // SG_SET_KEEP_ORPHAN
    {0x2288, Way::fills, s32},                             // SG_GET_KEEP_ORPHAN
    {0x2289, Way::fills, s32},                             // SG_GET_ACCESS_COUNT
    {0x4c02, Way::points},                                 // LOOP_SET_STATUS
    {0x4c03, Way::points},                                 // LOOP_GET_STATUS
    {0x4f08, Way::none},                                   // UBI_IOCVOLRMBLK
    {0x5204, Way::none},                                   // RNDZAPENTCNT
    {0x5206, Way::none},                                   // RNDCLEARPOOL
    {0x5207, Way::none},                                   // RNDRESEEDCRNG
    {0x5415, Way::fills, flags32(modem_lines)},            // TIOCMGET
    {0x5416, Way::takes, flags32(modem_lines)},            // TIOCMBIS
    {0x5417, Way::takes, flags32(modem_lines)},            // TIOCMBIC
    {0x5418, Way::takes, flags32(modem_lines)},            // TIOCMSET
    {0x7001, Way::none},                                   // RTC_AIE_ON
    {0x7002, Way::none},                                   // RTC_AIE_OFF
    {0x7003, Way::none},                                   // RTC_UIE_ON
    {0x7004, Way::none},                                   // RTC_UIE_OFF
    {0x7005, Way::none},                                   // RTC_PIE_ON
    {0x7006, Way::none},                                   // RTC_PIE_OFF
    {0x700f, Way::none},                                   // RTC_WIE_ON
    {0x7010, Way::none},                                   // RTC_WIE_OFF
    {0x7014, Way::none},                                   // RTC_VL_CLR
    {0xab01, Way::number, u64},                            // NBD_SET_BLKSIZE
    {0xab02, Way::number, u64},                            // NBD_SET_SIZE
    {0xab03, Way::none},                                   // NBD_DO_IT
    {0xab04, Way::none},                                   // NBD_CLEAR_SOCK
    {0xab05, Way::none},                                   // NBD_CLEAR_QUE
    {0xab06, Way::none},                                   // NBD_PRINT_DEBUG
    {0xab07, Way::number, u64},                            // NBD_SET_SIZE_BLOCKS
    {0xab08, Way::none},                                   // NBD_DISCONNECT
    {0xab09, Way::number, u64},                            // NBD_SET_TIMEOUT
    {0xab0a, Way::number, flags32(network_disk_flags)},    // NBD_SET_FLAGS
    {0x40044900, Way::number, s32},                        // INOTIFY_IOC_SETNEXTWD
    {0x40044f01, Way::takes, s32},                         // UBI_IOCEBER
    {0x40044f04, Way::takes, s32},                         // UBI_IOCEBUNMAP
    {0x40045201, Way::takes, s32},                         // RNDADDTOENTCNT
    {0x40046602, Way::takes, flags32(file_attributes)},    // FS_IOC32_SETFLAGS
    {0x40046911, Way::takes, constant32(infrared_modes)},  // LIRC_SET_SEND_MODE
    {0x40046912, Way::takes, constant32(infrared_modes)},  // LIRC_SET_REC_MODE
    {0x40046913, Way::takes, u32},                         // LIRC_SET_SEND_CARRIER
    {0x40046914, Way::takes, u32},                         // LIRC_SET_REC_CARRIER
    {0x40046915, Way::takes, u32},                         // LIRC_SET_SEND_DUTY_CYCLE
    {0x40046918, Way::takes, u32},                         // LIRC_SET_REC_TIMEOUT
    {0x40046919, Way::takes, u32},                         // LIRC_SET_REC_TIMEOUT_REPORTS
    {0x4004691d, Way::takes, u32},                         // LIRC_SET_MEASURE_CARRIER_MODE
    {0x4004691f, Way::takes, u32},                         // LIRC_SET_REC_CARRIER_RANGE
    {0x40046923, Way::takes, u32},                         // LIRC_SET_WIDEBAND_RECEIVER
    {0x40046f01, Way::takes, s32},                         // UBI_IOCRMVOL
    {0x40046f04, Way::takes, s32},                         // UBI_IOCRPEB
    {0x40046f05, Way::takes, s32},                         // UBI_IOCSPEB
    {0x40046f41, Way::takes, s32},                         // UBI_IOCDET
    {0x40084f00, Way::takes, s64},                         // UBI_IOCVOLUP
    {0x40085203, Way::points},                             // RNDADDENTROPY
    {0x40086602, Way::takes, flags32(file_attributes)},    // FS_IOC_SETFLAGS
    {0x4008700c, Way::number, u64},                        // RTC_IRQP_SET
    {0x4008700e, Way::number, u64},                        // RTC_EPOCH_SET
    {0x40187013, Way::points},                             // RTC_PARAM_GET
    {0x40187014, Way::points},                             // RTC_PARAM_SET
    {0x401c5820, Way::takes, set_attributes},              // FS_IOC_FSSETXATTR
    {0x40207012, Way::takes, pulses},                      // RTC_PLL_SET
    {0x40247007, Way::takes, clock_time},                  // RTC_ALM_SET
    {0x4024700a, Way::takes, clock_time},                  // RTC_SET_TIME
    {0x4028700f, Way::takes, alarm},                       // RTC_WKALM_SET
    {0x40804f07, Way::none},                               // UBI_IOCVOLCRBLK
    {0x80044f05, Way::takes, s32},                         // UBI_IOCEBISMAP
    {0x80045705, Way::none},                               // WDIOC_KEEPALIVE
    {0x80045707, Way::fills, s32},                         // WDIOC_GETTIMEOUT
    {0x80045709, Way::fills, s32},                         // WDIOC_GETPRETIMEOUT
    {0x8004570a, Way::fills, s32},                         // WDIOC_GETTIMELEFT
    {0x80046601, Way::fills, flags32(file_attributes)},    // FS_IOC32_GETFLAGS
    {0x80046900, Way::fills, flags32(infrared_features)},  // LIRC_GET_FEATURES
    {0x80046901, Way::fills, constant32(infrared_modes)},  // LIRC_GET_SEND_MODE
    {0x80046902, Way::fills, constant32(infrared_modes)},  // LIRC_GET_REC_MODE
    {0x80046907, Way::fills, u32},                         // LIRC_GET_REC_RESOLUTION
    {0x80046908, Way::fills, u32},                         // LIRC_GET_MIN_TIMEOUT
    {0x80046909, Way::fills, u32},                         // LIRC_GET_MAX_TIMEOUT
    {0x8004690f, Way::fills, u32},                         // LIRC_GET_LENGTH
    {0x80046924, Way::fills, u32},                         // LIRC_GET_REC_TIMEOUT
    {0x80047013, Way::fills, flags32(clock_voltages)},     // RTC_VL_READ
    {0x80081280, Way::fills, u64},                         // BLKGETDISKSEQ
    {0x80086601, Way::fills, flags32(file_attributes)},    // FS_IOC_GETFLAGS
    {0x8008700b, Way::fills, u64},                         // RTC_IRQP_READ
    {0x8008700d, Way::fills, u64},                         // RTC_EPOCH_READ
    {0x801c581f, Way::fills, get_attributes},              // FS_IOC_FSGETXATTR
    {0x80207011, Way::fills, pulses},                      // RTC_PLL_GET
    {0x80247008, Way::fills, clock_time},                  // RTC_ALM_READ
    {0x80247009, Way::fills, clock_time},                  // RTC_RD_TIME
    {0x80287010, Way::fills, alarm},                       // RTC_WKALM_RD
    {0xc0045706, Way::takes, s32},                         // WDIOC_SETTIMEOUT
    {0xc0045708, Way::takes, s32},                         // WDIOC_SETPRETIMEOUT
    {0xc0185879, Way::takes, trimmed},                     // FITRIM
};

const Command* find(const Call& call) {
    const std::uint32_t command = call.argument32(1);
    const auto* const row = std::ranges::lower_bound(rows, command, {}, &Command::command);
    return row != std::end(rows) && row->command == command ? row : nullptr;
}

bool is_shown_at_entry(const Call& call, const Slot&) {
    const Command* row = find(call);
    return !row || (row->way != Way::none && row->way != Way::fills);
}
bool is_filled(const Call& call, const Slot&) {
    const Command* row = find(call);
    return row && row->way == Way::fills;
}

void capture(Capture& capture, const Slot& slot, int level) {
    const Command* row = find(capture.call());
    if (level == 0 && row && (row->way == Way::takes || row->way == Way::fills)) capture.bytes(slot.value, size_of(row->value));
}

void print(Printer& printer, const Value& value, const Region& region) {
    const bool is_scalar = value.format != Format::layout;
    if (!region.readable(region.length)) return printer.address(region.address);
    Surroundings around;
    if (is_scalar) printer.put('[');
    print_value(printer, value, region, around);
    if (is_scalar) printer.put(']');
}

void render_in(Printer& printer, const Slot& slot) {
    const Command* row = find(printer.call());
    if (!row) return types::hex_number.render(printer, slot);
    if (row->way == Way::points) return printer.address(slot.value);
    const std::size_t size = size_of(row->value);
    Surroundings around;
    if (row->way == Way::number)
        return print_value(printer, row->value, {0, size, std::as_bytes(std::span(&slot.value, 1)).first(size)}, around);
    print(printer, row->value, {slot.value, size, printer.call().bytes_at_entry(slot.value, size).value_or(std::span<const std::byte>{})});
}

void render_out(Printer& printer, const Slot& slot) {
    const Command* row = find(printer.call());
    if (!row || slot.value == 0 || printer.call().failed()) return printer.address(slot.value);
    const std::size_t size = size_of(row->value);
    print(printer, row->value, {slot.value, size, printer.call().bytes(slot.value, size).value_or(std::span<const std::byte>{})});
}

bool is_never_there(const Call&, const Slot&) {
    return false;
}

constexpr ArgumentType absent{.render = render_in, .present = is_never_there};

}  // namespace device_commands

}  // namespace

namespace types {

const ArgumentType device_in{.render = device_commands::render_in,
                             .capture = device_commands::capture,
                             .present = device_commands::is_shown_at_entry,
                             .compat = &hex_number};
const ArgumentType device_out{.phase = Phase::exit,
                              .render = device_commands::render_out,
                              .capture = device_commands::capture,
                              .present = device_commands::is_filled,
                              .compat = &device_commands::absent};

}  // namespace types

}  // namespace shimtrace::decoders
