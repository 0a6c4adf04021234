// Clocks: rtc (linux/rtc.h), PTP (linux/ptp_clock.h), watchdogs.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders::devices {

namespace clocks {

using namespace values;

static constexpr Field date_fields[] = {{"tm_sec tm_min tm_hour tm_mday tm_mon tm_year tm_wday tm_yday tm_isdst", s32}};
static constexpr std::uint8_t brief_date = 6;
static constexpr Layout date{.fields = date_fields, .brief = brief_date};
static constexpr Field alarm_fields[] = {{"enabled pending", u8}, {"time", date}};
static constexpr Field pulse_fields[] = {{"pll_ctrl pll_value pll_max pll_min pll_posmult pll_negmult", s32}, {"pll_clock", s64}};
static constexpr Layout alarm{alarm_fields}, pulses{pulse_fields};

static constexpr Field features[] = {{"uvalue", at(8, flags64(rtc_features))}};
static constexpr Field correction[] = {{"svalue", at(8, s64)}};
static constexpr Field backup_mode[] = {{"uvalue", at(8, constant64(rtc_backup_modes))}};
static constexpr Field unknown_parameter[] = {{"uvalue", at(8, x64)}};
static constexpr OfNumber parameter_rows[] = {{0, features}, {1, correction}, {2, backup_mode}};
static constexpr ByNumber parameter_value{0, 8, parameter_rows, unknown_parameter};
static constexpr Value parameter_padding = when(Shown::if_set, at(20, x32));
static constexpr Field asked_parameter_fields[] = {
    {"param", constant64(rtc_parameters)}, {"index", at(16, u32)}, {"__pad", parameter_padding}};
static constexpr Field set_parameter_fields[] = {
    {"param", constant64(rtc_parameters)}, {"", parameter_value}, {"index", at(16, u32)}, {"__pad", parameter_padding}};
static constexpr Field told_parameter_fields[] = {{"", parameter_value}, {"__pad", parameter_padding}};
static constexpr Layout asked_parameter{asked_parameter_fields}, set_parameter{set_parameter_fields}, told_parameter{told_parameter_fields};

static constexpr Field instant_fields[] = {{"sec", s64}, {"nsec", u32}, {"reserved", when(Shown::if_set, x32)}};
static constexpr Layout span_of_time{instant_fields};

/// With its date.
static void print_instant(Printer& printer, const Region& region, Surroundings& around) {
    constexpr std::size_t nanoseconds_at = 8;
    print_fields(printer, span_of_time, region, around);
    if (printer.style().constants == Constants::raw) return;
    const std::string text =
        calendar_time(value_at<std::int64_t>(region.bytes, 0), value_at<std::uint32_t>(region.bytes, nanoseconds_at), 9);
    if (!text.empty()) printer.comment(text);
}
static constexpr std::uint8_t instant_size = 16;
static constexpr Value instant = of(print_instant, instant_size);

/// One behind the other, as many as `rows` by `columns`.
static void print_instants(Printer& printer, Region region, std::uint64_t rows, std::uint64_t columns, Surroundings& around) {
    printer.put('[');
    for (std::uint64_t row = 0; row < rows && region.readable(instant_size); ++row) {
        if (row != 0) printer.text(", ");
        if (columns > 1) printer.put('[');
        for (std::uint64_t column = 0; column < columns; ++column, region = region.from(instant_size)) {
            if (column != 0) printer.text(", ");
            print_value(printer, instant, region.first(instant_size), around);
        }
        if (columns > 1) printer.put(']');
    }
    printer.put(']');
}
static constexpr std::size_t samples_at = 16;
static constexpr std::uint32_t most_samples = 25;
static void print_samples(Printer& printer, const Region& whole, Surroundings& around) {
    const std::uint64_t count = std::min(value_at<std::uint32_t>(whole.bytes, 0), most_samples);
    print_instants(printer, whole.from(samples_at), 2 * count + 1, 1, around);
}
static void print_triples(Printer& printer, const Region& whole, Surroundings& around) {
    print_instants(printer, whole.from(samples_at), std::min(value_at<std::uint32_t>(whole.bytes, 0), most_samples), 3, around);
}

static constexpr Elements two_words{.element = x32, .count = 2}, three_words{.element = x32, .count = 3},
    four_words{.element = x32, .count = 4}, five_words{.element = x32, .count = 5}, twelve_words{.element = x32, .count = 12};
static constexpr Field capability_fields[] = {{"max_adj n_alarm n_ext_ts n_per_out pps n_pins cross_timestamping adjust_phase", s32},
                                              {"rsv", when(Shown::if_set, twelve_words)}};
static constexpr Field timestamp_fields[] = {{"index", u32}, {"flags", flags32(ptp_timestamp_flags)}};
static constexpr Field timestamp2_fields[] = {
    {"index", u32}, {"flags", flags32(ptp_timestamp_flags)}, {"rsv", when(Shown::if_set, two_words)}};

static constexpr Field output_start[] = {{"start", at(0, instant)}};
static constexpr Field output_phase[] = {{"phase", at(0, span_of_time)}};
static constexpr Field output_on[] = {{"on", at(40, span_of_time)}};
static constexpr Field output_reserved[] = {{"rsv", at(40, when(Shown::if_set, four_words))}};
static constexpr std::uint16_t output_flags_at = 36;
static constexpr OfNumber with_phase[] = {{4, output_phase}}, with_duty_cycle[] = {{2, output_on}};
static constexpr ByNumber output_begin{output_flags_at, 4, with_phase, output_start, 4},
    output_end{output_flags_at, 4, with_duty_cycle, {}, 2}, output_end2{output_flags_at, 4, with_duty_cycle, output_reserved, 2};
static constexpr Field output_fields[] = {
    {"", output_begin}, {"period", at(16, span_of_time)}, {"index", u32}, {"flags", flags32(ptp_output_flags)}, {"", output_end}};
static constexpr Field output2_fields[] = {
    {"", output_begin}, {"period", at(16, span_of_time)}, {"index", u32}, {"flags", flags32(ptp_output_flags)}, {"", output_end2}};

static constexpr Field samples_fields[] = {{"n_samples", u32}, {"rsv", when(Shown::if_set, three_words)}};
static constexpr Field told_samples_fields[] = {{"ts", at(0, of(print_samples, 0))}};
static constexpr Field told_triples_fields[] = {{"ts", at(0, of(print_triples, 0))}};
static constexpr Field precise_fields[] = {
    {"device sys_realtime", instant}, {"sys_monoraw", span_of_time}, {"rsv", when(Shown::if_set, four_words)}};
static constexpr Value pin_reserved = when(Shown::if_set, at(76, five_words));
static constexpr Field asked_pin_fields[] = {{"index", at(64, u32)}};
static constexpr Field asked_pin2_fields[] = {{"index", at(64, u32)}, {"rsv", pin_reserved}};
static constexpr Field told_pin_fields[] = {{"name", string(64)}, {"func", at(68, constant32(ptp_pin_functions))}, {"chan", u32}};
static constexpr Field set_pin_fields[] = {{"index", at(64, u32)}, {"func", constant32(ptp_pin_functions)}, {"chan", u32}};
static constexpr Field set_pin2_fields[] = {
    {"index", at(64, u32)}, {"func", constant32(ptp_pin_functions)}, {"chan", u32}, {"rsv", pin_reserved}};
static constexpr Layout capabilities{capability_fields}, timestamp{timestamp_fields}, timestamp2{timestamp2_fields}, output{output_fields},
    output2{output2_fields}, samples{samples_fields}, told_samples{told_samples_fields}, told_triples{told_triples_fields},
    precise{precise_fields}, asked_pin{asked_pin_fields}, asked_pin2{asked_pin2_fields}, told_pin{told_pin_fields}, set_pin{set_pin_fields},
    set_pin2{set_pin2_fields};

static constexpr Command rows[] = {
    {0x7001, Way::none},                                          // RTC_AIE_ON
    {0x7002, Way::none},                                          // RTC_AIE_OFF
    {0x7003, Way::none},                                          // RTC_UIE_ON
    {0x7004, Way::none},                                          // RTC_UIE_OFF
    {0x7005, Way::none},                                          // RTC_PIE_ON
    {0x7006, Way::none},                                          // RTC_PIE_OFF
    {0x700f, Way::none},                                          // RTC_WIE_ON
    {0x7010, Way::none},                                          // RTC_WIE_OFF
    {0x7014, Way::none},                                          // RTC_VL_CLR
    {0x40043d04, Way::number, x64},                               // PTP_ENABLE_PPS
    {0x40043d0d, Way::number, x64},                               // PTP_ENABLE_PPS2
    {0x4008700c, Way::number, u64},                               // RTC_IRQP_SET
    {0x4008700e, Way::number, u64},                               // RTC_EPOCH_SET
    {0x40103d02, Way::takes, timestamp},                          // PTP_EXTTS_REQUEST
    {0x40103d0b, Way::takes, timestamp2},                         // PTP_EXTTS_REQUEST2
    {0x40187013, Way::answers, asked_parameter, told_parameter},  // RTC_PARAM_GET
    {0x40187014, Way::takes, set_parameter},                      // RTC_PARAM_SET
    {0x40207012, Way::takes, pulses},                             // RTC_PLL_SET
    {0x40247007, Way::takes, date},                               // RTC_ALM_SET
    {0x4024700a, Way::takes, date},                               // RTC_SET_TIME
    {0x4028700f, Way::takes, alarm},                              // RTC_WKALM_SET
    {0x40383d03, Way::takes, output},                             // PTP_PEROUT_REQUEST
    {0x40383d0c, Way::takes, output2},                            // PTP_PEROUT_REQUEST2
    {0x40603d07, Way::takes, set_pin},                            // PTP_PIN_SETFUNC
    {0x40603d10, Way::takes, set_pin2},                           // PTP_PIN_SETFUNC2
    {0x43403d05, Way::completes, samples, told_samples},          // PTP_SYS_OFFSET
    {0x43403d0e, Way::completes, samples, told_samples},          // PTP_SYS_OFFSET2
    {0x80045705, Way::none},                                      // WDIOC_KEEPALIVE
    {0x80045707, Way::fills, s32},                                // WDIOC_GETTIMEOUT
    {0x80045709, Way::fills, s32},                                // WDIOC_GETPRETIMEOUT
    {0x8004570a, Way::fills, s32},                                // WDIOC_GETTIMELEFT
    {0x80047013, Way::fills, flags32(clock_voltages)},            // RTC_VL_READ
    {0x8008700b, Way::fills, u64},                                // RTC_IRQP_READ
    {0x8008700d, Way::fills, u64},                                // RTC_EPOCH_READ
    {0x80207011, Way::fills, pulses},                             // RTC_PLL_GET
    {0x80247008, Way::fills, date},                               // RTC_ALM_READ
    {0x80247009, Way::fills, date},                               // RTC_RD_TIME
    {0x80287010, Way::fills, alarm},                              // RTC_WKALM_RD
    {0x80503d01, Way::fills, capabilities},                       // PTP_CLOCK_GETCAPS
    {0x80503d0a, Way::fills, capabilities},                       // PTP_CLOCK_GETCAPS2
    {0xc0045706, Way::takes, s32},                                // WDIOC_SETTIMEOUT
    {0xc0045708, Way::takes, s32},                                // WDIOC_SETPRETIMEOUT
    {0xc0403d08, Way::fills, precise},                            // PTP_SYS_OFFSET_PRECISE
    {0xc0403d11, Way::fills, precise},                            // PTP_SYS_OFFSET_PRECISE2
    {0xc0603d06, Way::completes, asked_pin, told_pin},            // PTP_PIN_GETFUNC
    {0xc0603d0f, Way::completes, asked_pin2, told_pin},           // PTP_PIN_GETFUNC2
    {0xc4c03d09, Way::completes, samples, told_triples},          // PTP_SYS_OFFSET_EXTENDED
    {0xc4c03d12, Way::completes, samples, told_triples},          // PTP_SYS_OFFSET_EXTENDED2
};

}  // namespace clocks

constinit const std::span<const Command> clock_commands = clocks::rows;

}  // namespace shimtrace::decoders::devices
