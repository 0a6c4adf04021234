// Cameras and tuners: linux/videodev2.h.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders::devices {

namespace video {

using namespace values;

static constexpr Value format_code{Format::four_characters, 4, video_formats},
    radio_format_code{Format::four_characters, 4, video_radio_formats}, meta_format_code{Format::four_characters, 4, video_meta_formats},
    buffer_type = constant32(video_buffer_types), field = constant32(video_fields), memory = constant32(video_memories);

/// The name of a control; the class that it is of, and its number there, where it has none.
static void print_control(Printer& printer, std::uint32_t id) {
    constexpr std::uint32_t class_mask = 0xffff0000;
    if (printer.style().constants == Constants::raw) return printer.hex(id);
    const std::string_view name = video_controls.name_of(id), of_class = video_control_classes.name_of(id & class_mask);
    if (!name.empty() || of_class.empty()) return printer.constant(video_controls, id);
    std::string text(of_class);
    Printer numbered(text, printer.call(), printer.style(), printer.scope());
    numbered.put('+');
    numbered.hex(id & ~class_mask);
    styled(printer, text, [&] { printer.hex(id); });
}
static void print_control_id(Printer& printer, const Region& region, Surroundings&) {
    print_control(printer, value_at<std::uint32_t>(region.bytes, 0));
}
/// With the flags that ask for the next one.
static void print_asked_control(Printer& printer, const Region& region, Surroundings&) {
    constexpr std::uint32_t next = 0xc0000000;
    const auto id = value_at<std::uint32_t>(region.bytes, 0);
    if (printer.style().constants == Constants::raw || (id & next) == 0) return print_control(printer, id);
    printer.flags(video_next_flags, id & next);
    printer.put('|');
    print_control(printer, id & ~next);
}
static constexpr Value control_id = of(print_control_id, 4), asked_control_id = of(print_asked_control, 4);

static constexpr Field capability_fields[] = {{"driver", string(16)},
                                              {"card bus_info", string(32)},
                                              {"version", version},
                                              {"capabilities", flags32(video_capabilities)},
                                              {"device_caps", when(Shown::if_set, flags32(video_capabilities))}};
static constexpr Field asked_format_fields[] = {{"index", u32}, {"type", buffer_type}};
static constexpr Field told_format_fields[] = {
    {"flags", at(8, flags32(video_format_flags))}, {"description", string(32)}, {"pixelformat", format_code}};

// struct v4l2_format, by its type.

static constexpr Field rectangle_fields[] = {{"left top", s32}, {"width height", u32}};
static constexpr Layout rectangle{rectangle_fields};
static constexpr Field clip_fields[] = {{"c", rectangle}};
static constexpr Layout clip{.fields = clip_fields, .size = 24};
static constexpr Pointed clips{.value = clip, .counted_by = 32};
static constexpr Field plane_fields[] = {{"sizeimage bytesperline", u32}};
static constexpr Layout plane{.fields = plane_fields, .size = 20};
static constexpr Elements planes{.element = plane, .count = 8, .counted_by = 180, .counter = 1}, two_signed{.element = s32, .count = 2},
    two_unsigned{.element = u32, .count = 2}, field_lines{.element = x16, .count = 24};
static constexpr Elements service_lines{.element = field_lines, .count = 2};
static constexpr Field pixel_fields[] = {{"width height", u32},
                                         {"pixelformat", format_code},
                                         {"field", field},
                                         {"bytesperline sizeimage", u32},
                                         {"colorspace", constant32(video_colorspaces)}};
static constexpr Field planar_fields[] = {{"width height", u32}, {"pixelformat", format_code},
                                          {"field", field},      {"colorspace", constant32(video_colorspaces)},
                                          {"plane_fmt", planes}, {"num_planes", u8}};
static constexpr Field window_fields[] = {{"w", rectangle},
                                          {"field", field},
                                          {"chromakey", x32},
                                          {"clips", clips},
                                          {"clipcount", u32},
                                          {"bitmap", location},
                                          {"global_alpha", when(Shown::if_set, x8)}};
static constexpr Field raw_fields[] = {{"sampling_rate offset samples_per_line", u32},
                                       {"sample_format", format_code},
                                       {"start", two_signed},
                                       {"count", two_unsigned},
                                       {"flags", flags32(video_vbi_flags)}};
static constexpr Field sliced_fields[] = {{"service_set", flags16(video_sliced_flags)}, {"service_lines", service_lines}, {"io_size", u32}};
static constexpr Field radio_fields[] = {{"pixelformat", radio_format_code}, {"buffersize", when(Shown::if_set, u32)}};
static constexpr Field meta_fields[] = {{"dataformat", meta_format_code}, {"buffersize", u32}};
static constexpr Layout pixels{pixel_fields}, planar{planar_fields}, window{window_fields}, raw{raw_fields}, sliced{sliced_fields},
    radio{radio_fields}, meta{meta_fields};
static constexpr Field pixel_part[] = {{"fmt.pix", at(8, pixels)}}, planar_part[] = {{"fmt.pix_mp", at(8, planar)}},
                       window_part[] = {{"fmt.win", at(8, window)}}, raw_part[] = {{"fmt.vbi", at(8, raw)}},
                       sliced_part[] = {{"fmt.sliced", at(8, sliced)}}, radio_part[] = {{"fmt.sdr", at(8, radio)}},
                       meta_part[] = {{"fmt.meta", at(8, meta)}};
static constexpr OfNumber formats[] = {{1, pixel_part},  {2, pixel_part},  {3, window_part}, {4, raw_part},    {5, raw_part},
                                       {6, sliced_part}, {7, sliced_part}, {8, window_part}, {9, planar_part}, {10, planar_part},
                                       {11, radio_part}, {12, radio_part}, {13, meta_part},  {14, meta_part}};
static constexpr ByNumber format_of_type{0, 4, formats};
static constexpr Field typed_fields[] = {{"type", buffer_type}};
static constexpr Field whole_format_fields[] = {{"type", buffer_type}, {"", format_of_type}};
static constexpr Field format_fields[] = {{"", format_of_type}};
static constexpr Layout whole_format{.fields = whole_format_fields, .size = 208};

// Buffers.

static constexpr Field asked_buffers_fields[] = {{"type", at(4, buffer_type)}, {"memory", memory}, {"count", at(0, u32)}};
static constexpr Field told_buffers_fields[] = {{"", at(0, when(Shown::if_changed, u32))}};
static constexpr Field mapped_part[] = {{"m.offset", at(64, x32)}}, user_part[] = {{"m.userptr", at(64, location)}};
static constexpr OfNumber places[] = {{1, mapped_part}, {2, user_part}};
static constexpr ByNumber place{60, 4, places};
static constexpr Field asked_buffer_fields[] = {{"type", at(4, buffer_type)}, {"index", at(0, u32)}};
static constexpr Field taken_buffer_fields[] = {{"type", at(4, buffer_type)}};
static constexpr Field told_buffer_fields[] = {
    {"memory", at(60, memory)}, {"", place}, {"length", at(72, u32)}, {"bytesused", at(8, u32)}, {"flags", x32}};
static constexpr Field given_buffer_fields[] = {{"index", at(0, u32)},   {"memory", at(60, memory)}, {"", place},
                                                {"length", at(72, u32)}, {"bytesused", at(8, u32)},  {"flags", x32}};
static constexpr Field frame_buffer_fields[] = {{"capability flags", x32}, {"base", location}};
static constexpr Field created_fields[] = {{"count", at(4, u32)}, {"memory", memory}, {"format", at(16, whole_format)}};

// Parameters, standards, inputs, controls, tuners.

static constexpr Field capture_fields[] = {{"capability", flags32(video_streaming)},
                                           {"capturemode", flags32(video_capture_modes)},
                                           {"timeperframe", ratio},
                                           {"extendedmode", x32},
                                           {"readbuffers", u32}};
static constexpr Field output_fields[] = {{"capability", flags32(video_streaming)},
                                          {"outputmode", flags32(video_capture_modes)},
                                          {"timeperframe", ratio},
                                          {"extendedmode", x32},
                                          {"writebuffers", u32}};
static constexpr Layout capture{capture_fields}, output{output_fields};
static constexpr Field capture_part[] = {{"parm.capture", at(4, capture)}}, output_part[] = {{"parm.output", at(4, output)}};
static constexpr OfNumber parameter_kinds[] = {{1, capture_part}, {2, output_part}};
static constexpr ByNumber parameters_of_type{0, 4, parameter_kinds};
static constexpr Field set_parameters_fields[] = {{"type", buffer_type}, {"", parameters_of_type}};
static constexpr Field parameters_fields[] = {{"", parameters_of_type}};
static constexpr Field indexed_fields[] = {{"index", u32}};
static constexpr Field standard_fields[] = {{"name", at(16, string(24))}, {"frameperiod", ratio}, {"framelines", u32}};
static constexpr Field input_fields[] = {{"name", at(4, string(32))}, {"type", constant32(video_input_types)}};
static constexpr Field asked_value_fields[] = {{"id", control_id}};
static constexpr Field told_value_fields[] = {{"value", at(4, s32)}};
static constexpr Field set_value_fields[] = {{"id", control_id}, {"value", s32}};
static constexpr Field changed_value_fields[] = {{"", at(4, when(Shown::if_changed, s32))}};
static constexpr Field tuner_fields[] = {
    {"name", at(4, string(32))}, {"type", constant32(video_tuner_types)},       {"capability", flags32(video_tuner_capabilities)},
    {"rangelow rangehigh", u32}, {"rxsubchans", flags32(video_tuner_channels)}, {"audmode", constant32(video_tuner_modes)},
    {"signal afc", s32}};
static constexpr Field set_tuner_fields[] = {{"index", u32},
                                             {"name", string(32)},
                                             {"type", constant32(video_tuner_types)},
                                             {"capability", flags32(video_tuner_capabilities)},
                                             {"rangelow rangehigh", u32},
                                             {"rxsubchans", flags32(video_tuner_channels)},
                                             {"audmode", constant32(video_tuner_modes)},
                                             {"signal afc", s32}};
static constexpr Field asked_control_fields[] = {{"id", asked_control_id}};
static constexpr Elements two_words{.element = x32, .count = 2}, dimensions{.element = u32, .count = 4, .counted_by = 84};
static constexpr Field control_fields[] = {{"", when(Shown::if_changed, control_id)},
                                           {"type", constant32(video_control_types)},
                                           {"name", string(32)},
                                           {"minimum maximum step default_value", when(Shown::in_full, s32)},
                                           {"flags", when(Shown::in_full, flags32(video_control_flags))}};
static constexpr Field long_control_fields[] = {{"", when(Shown::if_changed, control_id)},
                                                {"type", constant32(video_control_types)},
                                                {"name", string(32)},
                                                {"minimum maximum step default_value", when(Shown::in_full, s64)},
                                                {"flags", when(Shown::in_full, flags32(video_control_flags))},
                                                {"elem_size elems nr_of_dims", when(Shown::in_full, u32)},
                                                {"dims", when(Shown::in_full, dimensions)}};
static constexpr Field crop_bounds_fields[] = {{"bounds defrect", at(4, rectangle)}, {"pixelaspect", ratio}};
static constexpr Field crop_part[] = {{"c", at(4, rectangle)}};
static constexpr Field set_crop_fields[] = {{"type", buffer_type}, {"c", rectangle}};

static constexpr Pointed control_string{.value = Format::buffer, .counted_by = 4};
static constexpr Field number_part[] = {{"value", at(12, s32)}, {"value64", at(12, s64)}},
                       string_part[] = {{"string", at(12, control_string)}};
static constexpr OfNumber no_string[] = {{0, number_part}};
static constexpr ByNumber number_or_string{4, 4, no_string, string_part};
static constexpr Field one_control_fields[] = {{"id", constant32(video_controls)}, {"size", u32}, {"", number_or_string}};
static constexpr Layout one_control{.fields = one_control_fields, .size = 20};
static constexpr Pointed controls{.value = one_control, .counted_by = 4};
static constexpr Field controls_part[] = {{"controls", at(24, controls)}},
                       told_controls_part[] = {{"controls", at(24, controls)}, {"error_idx", at(8, when(Shown::if_failed, u32))}};
static constexpr OfNumber none[] = {{0, {}}};
static constexpr ByNumber controls_if_any{4, 4, none, controls_part}, told_controls_if_any{4, 4, none, told_controls_part};
static constexpr Field asked_controls_fields[] = {{"ctrl_class", constant32(video_control_classes)}, {"count", u32}};
static constexpr Field set_controls_fields[] = {{"ctrl_class", constant32(video_control_classes)}, {"count", u32}, {"", controls_if_any}};
static constexpr Field told_controls_fields[] = {{"", told_controls_if_any}};

// Sizes and intervals of frames.

static constexpr Field size_fields[] = {{"width height", u32}},
                       stepped_size_fields[] = {{"min_width max_width step_width min_height max_height step_height", u32}},
                       stepped_interval_fields[] = {{"min max step", ratio}};
static constexpr Layout size{size_fields}, stepped_size{stepped_size_fields}, stepped_interval{stepped_interval_fields};
static constexpr Field size_part[] = {{"discrete", at(12, size)}}, stepped_size_part[] = {{"stepwise", at(12, stepped_size)}},
                       interval_part[] = {{"discrete", at(20, ratio)}}, stepped_interval_part[] = {{"stepwise", at(20, stepped_interval)}};
static constexpr OfNumber sizes[] = {{1, size_part}, {3, stepped_size_part}},
                          intervals[] = {{1, interval_part}, {2, stepped_interval_part}, {3, stepped_interval_part}};
static constexpr ByNumber size_of_type{8, 4, sizes}, interval_of_type{16, 4, intervals};
static constexpr Field asked_size_fields[] = {{"index", u32}, {"pixel_format", format_code}};
static constexpr Field told_size_fields[] = {{"type", at(8, constant32(video_size_types))}, {"", size_of_type}};
static constexpr Field asked_interval_fields[] = {{"index", u32}, {"pixel_format", format_code}, {"width height", u32}};
static constexpr Field told_interval_fields[] = {{"type", at(16, constant32(video_interval_types))}, {"", interval_of_type}};

static constexpr Layout capabilities{capability_fields}, asked_format{asked_format_fields}, told_format{told_format_fields},
    typed{typed_fields}, format{format_fields}, asked_buffers{asked_buffers_fields}, told_buffers{told_buffers_fields},
    asked_buffer{asked_buffer_fields}, taken_buffer{taken_buffer_fields}, told_buffer{told_buffer_fields},
    given_buffer{given_buffer_fields}, frame_buffer{frame_buffer_fields}, created{created_fields}, set_parameters{set_parameters_fields},
    parameters{parameters_fields}, indexed{indexed_fields}, standard{standard_fields}, input{input_fields}, asked_value{asked_value_fields},
    told_value{told_value_fields}, set_value{set_value_fields}, changed_value{changed_value_fields}, tuner{tuner_fields},
    set_tuner{set_tuner_fields}, asked_control{asked_control_fields}, control{control_fields}, long_control{long_control_fields},
    crop_bounds{crop_bounds_fields}, crop{crop_part}, set_crop{set_crop_fields}, asked_controls{asked_controls_fields},
    set_controls{set_controls_fields}, told_controls{told_controls_fields}, asked_size{asked_size_fields}, told_size{told_size_fields},
    asked_interval{asked_interval_fields}, told_interval{told_interval_fields};

static constexpr Command rows[] = {
    {0x40045612, Way::takes, buffer_type},                               // VIDIOC_STREAMON
    {0x40045613, Way::takes, buffer_type},                               // VIDIOC_STREAMOFF
    {0x40085618, Way::takes, x64},                                       // VIDIOC_S_STD
    {0x4014563c, Way::takes, set_crop},                                  // VIDIOC_S_CROP
    {0x4030560b, Way::takes, frame_buffer},                              // VIDIOC_S_FBUF
    {0x4054561e, Way::changes, set_tuner, tuner},                        // VIDIOC_S_TUNER
    {0x80045626, Way::fills, u32},                                       // VIDIOC_G_INPUT
    {0x80085617, Way::fills, x64},                                       // VIDIOC_G_STD
    {0x8030560a, Way::fills, frame_buffer},                              // VIDIOC_G_FBUF
    {0x80685600, Way::fills, capabilities},                              // VIDIOC_QUERYCAP
    {0xc0045627, Way::takes, u32},                                       // VIDIOC_S_INPUT
    {0xc008561b, Way::completes, asked_value, told_value},               // VIDIOC_G_CTRL
    {0xc008561c, Way::completes, set_value, changed_value},              // VIDIOC_S_CTRL
    {0xc0145608, Way::completes, asked_buffers, told_buffers},           // VIDIOC_REQBUFS
    {0xc014563b, Way::completes, typed, crop},                           // VIDIOC_G_CROP
    {0xc0205647, Way::completes_always, asked_controls, told_controls},  // VIDIOC_G_EXT_CTRLS
    {0xc0205648, Way::changes_always, set_controls, told_controls},      // VIDIOC_S_EXT_CTRLS
    {0xc0205649, Way::changes_always, set_controls, told_controls},      // VIDIOC_TRY_EXT_CTRLS
    {0xc02c563a, Way::completes, typed, crop_bounds},                    // VIDIOC_CROPCAP
    {0xc02c564a, Way::completes, asked_size, told_size},                 // VIDIOC_ENUM_FRAMESIZES
    {0xc034564b, Way::completes, asked_interval, told_interval},         // VIDIOC_ENUM_FRAMEINTERVALS
    {0xc0405602, Way::completes, asked_format, told_format},             // VIDIOC_ENUM_FMT
    {0xc0445624, Way::completes, asked_control, control},                // VIDIOC_QUERYCTRL
    {0xc0485619, Way::completes, indexed, standard},                     // VIDIOC_ENUMSTD
    {0xc050561a, Way::completes, indexed, input},                        // VIDIOC_ENUMINPUT
    {0xc054561d, Way::completes, indexed, tuner},                        // VIDIOC_G_TUNER
    {0xc0585609, Way::completes, asked_buffer, told_buffer},             // VIDIOC_QUERYBUF
    {0xc058560f, Way::completes, asked_buffer, told_buffer},             // VIDIOC_QBUF
    {0xc0585611, Way::completes, taken_buffer, given_buffer},            // VIDIOC_DQBUF
    {0xc0cc5615, Way::completes, typed, parameters},                     // VIDIOC_G_PARM
    {0xc0cc5616, Way::changes, set_parameters, parameters},              // VIDIOC_S_PARM
    {0xc0d05604, Way::completes, typed, format},                         // VIDIOC_G_FMT
    {0xc0d05605, Way::changes, whole_format, format},                    // VIDIOC_S_FMT
    {0xc0d05640, Way::changes, whole_format, format},                    // VIDIOC_TRY_FMT
    {0xc0e85667, Way::completes, asked_control, long_control},           // VIDIOC_QUERY_EXT_CTRL
    {0xc100565c, Way::takes, created},                                   // VIDIOC_CREATE_BUFS
};

}  // namespace video

constinit const std::span<const Command> video_commands = video::rows;

}  // namespace shimtrace::decoders::devices
