// General purpose lines (linux/gpio.h), counters (linux/counter.h).
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace lines {

using namespace values;

static constexpr std::uint8_t name_size = 32, most_lines = 64;

static constexpr Field chip_fields[] = {{"name label", string(name_size)}, {"lines", u32}};
static constexpr Field asked_line_fields[] = {{"line_offset", u32}};
static constexpr Field told_line_fields[] = {{"flags", at(4, flags32(gpio_line_flags))}, {"name consumer", string(name_size)}};
static constexpr Field unwatched_fields[] = {{"offset", u32}};
static constexpr Layout chip{chip_fields}, asked_line{asked_line_fields}, told_line{told_line_fields}, unwatched{unwatched_fields};

static constexpr std::uint16_t handle_lines_at = 356;
static constexpr Elements handle_offsets{.element = u32, .count = most_lines, .counted_by = handle_lines_at},
    handle_defaults{.element = u8, .count = most_lines, .counted_by = handle_lines_at},
    line_values{.element = u8, .count = most_lines, .cut = true};
static constexpr Field handle_fields[] = {{"lines", at(handle_lines_at, u32)},
                                          {"lineoffsets", at(0, handle_offsets)},
                                          {"flags", flags32(gpio_handle_flags)},
                                          {"default_values", handle_defaults},
                                          {"consumer_label", string(name_size)}};
static constexpr Field event_fields[] = {{"lineoffset", u32},
                                         {"handleflags", flags32(gpio_handle_flags)},
                                         {"eventflags", flags32(gpio_event_flags)},
                                         {"consumer_label", string(name_size)}};
static constexpr Field handle_descriptor_fields[] = {{"fd", at(360, descriptor)}};
static constexpr Field event_descriptor_fields[] = {{"fd", at(44, descriptor)}};
static constexpr Field value_fields[] = {{"values", line_values}};
static constexpr Field configuration_fields[] = {{"flags", flags32(gpio_handle_flags)}, {"default_values", line_values}};
static constexpr Layout handle{handle_fields}, event{event_fields}, handle_descriptor{handle_descriptor_fields},
    event_descriptor{event_descriptor_fields}, line_data{value_fields}, configuration{configuration_fields};

// The second version.

static constexpr Field attribute_flags[] = {{"flags", at(8, flags64(gpio_v2_flags))}};
static constexpr Field attribute_values[] = {{"values", at(8, x64)}};
static constexpr Field attribute_period[] = {{"debounce_period_us", at(8, u32)}};
static constexpr Field unknown_attribute_fields[] = {{"id", u32}, {"padding", when(Shown::if_set, x32)}, {"data", x64}};
static constexpr Layout unknown_attribute{unknown_attribute_fields};
static constexpr Field unknown_attribute_part[] = {{"attr", at(0, unknown_attribute)}};
static constexpr OfNumber attribute_kinds[] = {{1, attribute_flags}, {2, attribute_values}, {3, attribute_period}};
// Whatever stands in the padding behind the kind makes it an unknown one.
static constexpr ByNumber line_attribute_value{0, 8, attribute_kinds, unknown_attribute_fields},
    request_attribute_value{0, 8, attribute_kinds, unknown_attribute_part};
static constexpr Field line_attribute_fields[] = {{"", line_attribute_value}};
static constexpr Field request_attribute_fields[] = {{"", request_attribute_value}, {"mask", at(16, x64)}};
static constexpr Layout line_attribute{.fields = line_attribute_fields, .size = 16},
    request_attribute{.fields = request_attribute_fields, .size = 24};

static constexpr std::uint8_t most_attributes = 10;
static constexpr Elements line_attributes{.element = line_attribute, .count = most_attributes, .counted_by = 68},
    request_attributes{.element = request_attribute, .count = most_attributes, .counted_by = 8}, four_words{.element = x32, .count = 4},
    five_words{.element = x32, .count = 5}, offsets{.element = u32, .count = most_lines, .counted_by = 560};
static constexpr Field line_attributes_part[] = {{"attrs", at(80, line_attributes)}};
static constexpr Field request_attributes_part[] = {{"attrs", at(32, request_attributes)}};
static constexpr OfNumber nothing[] = {{0, {}}};
static constexpr ByNumber line_attributes_if_any{68, 4, nothing, line_attributes_part},
    request_attributes_if_any{8, 4, nothing, request_attributes_part};
static constexpr Field asked_line2_fields[] = {{"offset", at(64, u32)}};
static constexpr Field told_line2_fields[] = {{"name consumer", string(name_size)},
                                              {"flags", at(72, flags64(gpio_v2_flags))},
                                              {"num_attrs", at(68, u32)},
                                              {"", line_attributes_if_any},
                                              {"padding", when(Shown::if_set, at(240, four_words))}};
static constexpr Field configuration2_fields[] = {
    {"flags", flags64(gpio_v2_flags)}, {"num_attrs", u32}, {"padding", when(Shown::if_set, five_words)}, {"", request_attributes_if_any}};
static constexpr Layout configuration2{configuration2_fields};
static constexpr Field request_fields[] = {{"num_lines", at(560, u32)},
                                           {"offsets", at(0, offsets)},
                                           {"consumer", string(name_size)},
                                           {"config", configuration2},
                                           {"event_buffer_size", at(564, when(Shown::if_set, u32))},
                                           {"padding", when(Shown::if_set, five_words)}};
static constexpr Field request_descriptor_fields[] = {{"fd", at(588, descriptor)}};
static constexpr Field asked_values_fields[] = {{"mask", at(8, x64)}};
static constexpr Field told_values_fields[] = {{"bits", x64}};
static constexpr Field set_values_fields[] = {{"bits mask", x64}};
static constexpr Layout asked_line2{asked_line2_fields}, told_line2{told_line2_fields}, request{request_fields},
    request_descriptor{request_descriptor_fields}, asked_values{asked_values_fields}, told_values{told_values_fields},
    set_values{set_values_fields};

static constexpr Field component_fields[] = {
    {"type", constant8(counter_components)}, {"scope", constant8(counter_scopes)}, {"parent id", u8}};
static constexpr Layout component{component_fields};
static constexpr Field watch_fields[] = {{"component", component}, {"event", constant8(counter_events)}, {"channel", u8}};
static constexpr Layout watch{watch_fields};

static constexpr Command rows[] = {
    {0x3e01, Way::none},                                      // COUNTER_ENABLE_EVENTS_IOCTL
    {0x3e02, Way::none},                                      // COUNTER_DISABLE_EVENTS_IOCTL
    {0x40063e00, Way::takes, watch},                          // COUNTER_ADD_WATCH_IOCTL
    {0x8044b401, Way::fills, chip},                           // GPIO_GET_CHIPINFO_IOCTL
    {0xc004b40c, Way::takes, unwatched},                      // GPIO_GET_LINEINFO_UNWATCH_IOCTL
    {0xc010b40e, Way::changes, asked_values, told_values},    // GPIO_V2_LINE_GET_VALUES_IOCTL
    {0xc010b40f, Way::takes, set_values},                     // GPIO_V2_LINE_SET_VALUES_IOCTL
    {0xc030b404, Way::changes, event, event_descriptor},      // GPIO_GET_LINEEVENT_IOCTL
    {0xc040b408, Way::fills, line_data},                      // GPIOHANDLE_GET_LINE_VALUES_IOCTL
    {0xc040b409, Way::takes, line_data},                      // GPIOHANDLE_SET_LINE_VALUES_IOCTL
    {0xc048b402, Way::changes, asked_line, told_line},        // GPIO_GET_LINEINFO_IOCTL
    {0xc048b40b, Way::changes, asked_line, told_line},        // GPIO_GET_LINEINFO_WATCH_IOCTL
    {0xc054b40a, Way::takes, configuration},                  // GPIOHANDLE_SET_CONFIG_IOCTL
    {0xc100b405, Way::changes, asked_line2, told_line2},      // GPIO_V2_GET_LINEINFO_IOCTL
    {0xc100b406, Way::changes, asked_line2, told_line2},      // GPIO_V2_GET_LINEINFO_WATCH_IOCTL
    {0xc110b40d, Way::takes, configuration2},                 // GPIO_V2_LINE_SET_CONFIG_IOCTL
    {0xc16cb403, Way::changes, handle, handle_descriptor},    // GPIO_GET_LINEHANDLE_IOCTL
    {0xc250b407, Way::changes, request, request_descriptor},  // GPIO_V2_GET_LINE_IOCTL
};

}  // namespace lines

constinit const std::span<const Command> line_commands = lines::rows;

}  // namespace shimtrace::decoders::devices
