// Random numbers, infrared, inotify, seccomp's notifications, performance events.
#include "decoders/constants/device.hpp"
#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/devices/perf_attributes.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::devices {

namespace others {

using namespace values;

static constexpr Pointed random_bytes{.value = Format::buffer, .counted_by = 4, .here = true};
static constexpr Field entropy_fields[] = {{"entropy_count buf_size", s32}, {"buf", at(8, random_bytes)}};
static constexpr Layout entropy{entropy_fields};

// linux/seccomp.h: struct seccomp_notif, with seccomp_data inside.

struct Machine {
    std::uint32_t audit;
    Arch arch;
};
static constexpr Machine machines[] = {
    {0xc000003e, Arch::x86_64}, {0x40000003, Arch::i386}, {0xc00000b7, Arch::aarch64}, {0x40000028, Arch::arm}};

static void print_system_call(Printer& printer, const Region& region, Surroundings&) {
    const auto number = value_at<std::int32_t>(region.bytes, 0);
    const auto machine = value_at<std::uint32_t>(region.bytes, 4);
    const auto known = std::ranges::find(machines, machine, &Machine::audit);
    const auto name = known != std::end(machines) ? syscall_name(known->arch, number) : std::nullopt;
    if (!name) return printer.unsigned_decimal(static_cast<std::uint32_t>(number));
    printer.text("__NR_");
    printer.text(*name);
}
static constexpr Elements arguments{.element = x64, .count = 6};
static constexpr Field data_fields[] = {{"nr", at(0, of(print_system_call, 8))},
                                        {"arch", at(4, constant32(audit_architectures))},
                                        {"instruction_pointer", location},
                                        {"args", arguments}};
static constexpr Layout data{data_fields};
static constexpr Field notification_fields[] = {{"id", x64}, {"pid", process}, {"flags", x32}, {"data", data}};
static constexpr Field answer_fields[] = {
    {"id", x64}, {"val", s64}, {"error", of(Format::error, 4)}, {"flags", flags32(notification_answers)}};
static constexpr Field descriptor_fields[] = {
    {"id", x64}, {"flags", flags32(notification_descriptors)}, {"srcfd", descriptor}, {"newfd", s32}, {"newfd_flags", flags32(open_flags)}};
static constexpr Layout notification{notification_fields}, answer{answer_fields}, handed_descriptor{descriptor_fields};

// linux/perf_event.h: struct perf_event_query_bpf
static constexpr Pointed programs{.value = u32, .counted_by = 4, .here = true};
static constexpr Field query_fields[] = {{"ids_len", u32}};
static constexpr Field queried_fields[] = {{"prog_cnt", at(4, u32)}, {"ids", at(8, programs)}};
static constexpr Layout query{query_fields}, queried{queried_fields};

static constexpr Pointed filter{.value = text, .here = true};

static constexpr Command rows[] = {
    {0x2400, Way::number, flags32(perf_command_flags)},                           // PERF_EVENT_IOC_ENABLE
    {0x2401, Way::number, flags32(perf_command_flags)},                           // PERF_EVENT_IOC_DISABLE
    {0x2402, Way::number, s32},                                                   // PERF_EVENT_IOC_REFRESH
    {0x2403, Way::number, flags32(perf_command_flags)},                           // PERF_EVENT_IOC_RESET
    {0x2405, Way::number, descriptor},                                            // PERF_EVENT_IOC_SET_OUTPUT
    {0x5204, Way::none},                                                          // RNDZAPENTCNT
    {0x5206, Way::none},                                                          // RNDCLEARPOOL
    {0x5207, Way::none},                                                          // RNDRESEEDCRNG
    {0xb704, Way::fills, u32},                                                    // NS_GET_OWNER_UID
    {0x40042408, Way::number, descriptor},                                        // PERF_EVENT_IOC_SET_BPF
    {0x40042409, Way::number, u64},                                               // PERF_EVENT_IOC_PAUSE_OUTPUT
    {0x40044900, Way::number, s32},                                               // INOTIFY_IOC_SETNEXTWD
    {0x40045201, Way::takes, s32},                                                // RNDADDTOENTCNT
    {0x40046911, Way::takes, constant32(infrared_modes)},                         // LIRC_SET_SEND_MODE
    {0x40046912, Way::takes, constant32(infrared_modes)},                         // LIRC_SET_REC_MODE
    {0x40046913, Way::takes, u32},                                                // LIRC_SET_SEND_CARRIER
    {0x40046914, Way::takes, u32},                                                // LIRC_SET_REC_CARRIER
    {0x40046915, Way::takes, u32},                                                // LIRC_SET_SEND_DUTY_CYCLE
    {0x40046918, Way::takes, u32},                                                // LIRC_SET_REC_TIMEOUT
    {0x40046919, Way::takes, u32},                                                // LIRC_SET_REC_TIMEOUT_REPORTS
    {0x4004691d, Way::takes, u32},                                                // LIRC_SET_MEASURE_CARRIER_MODE
    {0x4004691f, Way::takes, u32},                                                // LIRC_SET_REC_CARRIER_RANGE
    {0x40046923, Way::takes, u32},                                                // LIRC_SET_WIDEBAND_RECEIVER
    {0x40082102, Way::takes, x64},                                                // SECCOMP_IOCTL_NOTIF_ID_VALID
    {0x40082404, Way::takes, u64},                                                // PERF_EVENT_IOC_PERIOD
    {0x40082406, Way::takes, filter},                                             // PERF_EVENT_IOC_SET_FILTER
    {0x4008240b, Way::takes, of(print_perf_attributes, brief_perf_attributes)},   // PERF_EVENT_IOC_MODIFY_ATTRIBUTES
    {0x40085203, Way::takes, entropy},                                            // RNDADDENTROPY
    {0x40182103, Way::takes, handed_descriptor},                                  // SECCOMP_IOCTL_NOTIF_ADDFD
    {0x80045200, Way::fills, s32},                                                // RNDGETENTCNT
    {0x80046900, Way::fills, flags32(infrared_features)},                         // LIRC_GET_FEATURES
    {0x80046901, Way::fills, constant32(infrared_modes)},                         // LIRC_GET_SEND_MODE
    {0x80046902, Way::fills, constant32(infrared_modes)},                         // LIRC_GET_REC_MODE
    {0x80046907, Way::fills, u32},                                                // LIRC_GET_REC_RESOLUTION
    {0x80046908, Way::fills, u32},                                                // LIRC_GET_MIN_TIMEOUT
    {0x80046909, Way::fills, u32},                                                // LIRC_GET_MAX_TIMEOUT
    {0x8004690f, Way::fills, u32},                                                // LIRC_GET_LENGTH
    {0x80046924, Way::fills, u32},                                                // LIRC_GET_REC_TIMEOUT
    {0x80082102, Way::takes, x64},                                                // SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR
    {0x80082407, Way::fills, u64},                                                // PERF_EVENT_IOC_ID
    {0xc008240a, Way::completes_or_more, query, queried},                         // PERF_EVENT_IOC_QUERY_BPF
    {0xc0182101, Way::takes, answer},                                             // SECCOMP_IOCTL_NOTIF_SEND
    {0xc0502100, Way::answers, when(Shown::if_set, notification), notification},  // SECCOMP_IOCTL_NOTIF_RECV
};

}  // namespace others

constinit const std::span<const Command> other_commands = others::rows;

}  // namespace shimtrace::decoders::devices
