// bpf, by its command: linux/bpf.h, union bpf_attr. And perf_event_open.
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/devices/perf_attributes.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

enum class FieldKind : std::uint8_t {
    number,
    fd,
    address,
    hex,
    path,
    text,
    name,
    map_type,
    program_type,
    attach_type,
    attach_flags,
    update_flags,
    version
};
struct FieldRow {
    std::string_view name;
    std::uint16_t offset;
    std::uint8_t size;
    FieldKind kind;
};

constexpr FieldRow map_create[] = {
    {"map_type", 0, 4, FieldKind::map_type},
    {"key_size", 4, 4, FieldKind::number},
    {"value_size", 8, 4, FieldKind::number},
    {"max_entries", 12, 4, FieldKind::number},
    {"map_flags", 16, 4, FieldKind::hex},
    {"inner_map_fd", 20, 4, FieldKind::fd},
    {"map_name", 28, 16, FieldKind::name},
    {"map_ifindex", 44, 4, FieldKind::number},
    {"btf_fd", 48, 4, FieldKind::fd},
    {"btf_key_type_id", 52, 4, FieldKind::number},
    {"btf_value_type_id", 56, 4, FieldKind::number},
    {"btf_vmlinux_value_type_id", 60, 4, FieldKind::number},
    {"map_extra", 64, 8, FieldKind::number},
};
constexpr FieldRow map_element[] = {{"map_fd", 0, 4, FieldKind::fd},
                                    {"key", 8, 8, FieldKind::address},
                                    {"value", 16, 8, FieldKind::address},
                                    {"flags", 24, 8, FieldKind::update_flags}};
constexpr FieldRow map_delete[] = {{"map_fd", 0, 4, FieldKind::fd}, {"key", 8, 8, FieldKind::address}};
constexpr FieldRow map_next_key[] = {
    {"map_fd", 0, 4, FieldKind::fd}, {"key", 8, 8, FieldKind::address}, {"next_key", 16, 8, FieldKind::address}};
constexpr FieldRow program_load[] = {
    {"prog_type", 0, 4, FieldKind::program_type},
    {"insn_cnt", 4, 4, FieldKind::number},
    {"insns", 8, 8, FieldKind::address},
    {"license", 16, 8, FieldKind::text},
    {"log_level", 24, 4, FieldKind::number},
    {"log_size", 28, 4, FieldKind::number},
    {"log_buf", 32, 8, FieldKind::text},
    {"kern_version", 40, 4, FieldKind::version},
    {"prog_flags", 44, 4, FieldKind::hex},
    {"prog_name", 48, 16, FieldKind::name},
    {"prog_ifindex", 64, 4, FieldKind::number},
    {"expected_attach_type", 68, 4, FieldKind::attach_type},
    {"prog_btf_fd", 72, 4, FieldKind::fd},
    {"func_info_rec_size", 76, 4, FieldKind::number},
    {"func_info", 80, 8, FieldKind::address},
    {"func_info_cnt", 88, 4, FieldKind::number},
    {"line_info_rec_size", 92, 4, FieldKind::number},
    {"line_info", 96, 8, FieldKind::address},
    {"line_info_cnt", 104, 4, FieldKind::number},
    {"attach_btf_id", 108, 4, FieldKind::number},
    {"attach_prog_fd", 112, 4, FieldKind::fd},
    {"fd_array", 120, 8, FieldKind::address},
};
constexpr FieldRow object[] = {{"pathname", 0, 8, FieldKind::path}, {"bpf_fd", 8, 4, FieldKind::fd}, {"file_flags", 12, 4, FieldKind::hex}};
constexpr FieldRow program_attach[] = {{"target_fd", 0, 4, FieldKind::fd},
                                       {"attach_bpf_fd", 4, 4, FieldKind::fd},
                                       {"attach_type", 8, 4, FieldKind::attach_type},
                                       {"attach_flags", 12, 4, FieldKind::attach_flags},
                                       {"replace_bpf_fd", 16, 4, FieldKind::fd}};
constexpr FieldRow program_detach[] = {
    {"target_fd", 0, 4, FieldKind::fd}, {"attach_bpf_fd", 4, 4, FieldKind::fd}, {"attach_type", 8, 4, FieldKind::attach_type}};
constexpr FieldRow program_by_id[] = {
    {"prog_id", 0, 4, FieldKind::number}, {"next_id", 4, 4, FieldKind::number}, {"open_flags", 8, 4, FieldKind::hex}};
constexpr FieldRow map_by_id[] = {
    {"map_id", 0, 4, FieldKind::number}, {"next_id", 4, 4, FieldKind::number}, {"open_flags", 8, 4, FieldKind::hex}};
constexpr FieldRow info[] = {{"bpf_fd", 0, 4, FieldKind::fd}, {"info_len", 4, 4, FieldKind::number}, {"info", 8, 8, FieldKind::address}};
constexpr FieldRow raw_tracepoint[] = {{"name", 0, 8, FieldKind::text}, {"prog_fd", 8, 4, FieldKind::fd}};
constexpr FieldRow link_create[] = {{"prog_fd", 0, 4, FieldKind::fd},
                                    {"target_fd", 4, 4, FieldKind::fd},
                                    {"attach_type", 8, 4, FieldKind::attach_type},
                                    {"flags", 12, 4, FieldKind::hex}};

constexpr FieldRow query[] = {{"target_fd", 0, 4, FieldKind::fd},      {"attach_type", 4, 4, FieldKind::attach_type},
                              {"query_flags", 8, 4, FieldKind::hex},   {"attach_flags", 12, 4, FieldKind::attach_flags},
                              {"prog_ids", 16, 8, FieldKind::address}, {"prog_cnt", 24, 4, FieldKind::number}};

/// What is read of union bpf_attr for a command.
struct Attributes {
    std::span<const FieldRow> fields;
    std::string_view inside = {};  ///< the member of the union that holds the fields, where it has a name
    bool answers = false;          ///< the call writes into them: a number that it has changed is shown again
};
constexpr Attributes of_map_create{map_create}, of_map_element{map_element}, of_map_delete{map_delete}, of_map_next_key{map_next_key},
    of_program_load{program_load}, of_object{object}, of_program_attach{program_attach}, of_program_detach{program_detach},
    of_program_by_id{program_by_id}, of_map_by_id{map_by_id}, of_info{info, "info", true}, of_query{query, "query"},
    of_raw_tracepoint{raw_tracepoint, "raw_tracepoint"}, of_link_create{link_create, "link_create"};

constexpr std::size_t most_attribute = 128;
template <const Attributes& attributes>
void capture_bpf_attribute(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min<std::uint64_t>(capture.call().argument32(2), most_attribute));
    if (level != 1) return;
    for (const FieldRow& field : attributes.fields) {
        const auto pointer = capture.call().value<std::uint64_t>(slot.value + field.offset);
        if (!pointer) continue;
        if (field.kind == FieldKind::path) capture.path(*pointer);
        if (field.kind == FieldKind::text) capture.string(*pointer);
    }
}

void print_field(Printer& printer, const FieldRow& field, std::span<const std::byte> bytes) {
    const std::uint64_t value = field.size == 8 ? value_at<std::uint64_t>(bytes, 0) : value_at<std::uint32_t>(bytes, 0);
    switch (field.kind) {
        case FieldKind::number:
            return printer.unsigned_decimal(value);
        case FieldKind::fd:
            return printer.fd(static_cast<std::int32_t>(value));
        case FieldKind::address:
            return printer.address(value);
        case FieldKind::hex:
            return printer.hex(value);
        case FieldKind::path:
            return printer.path(value);
        case FieldKind::text:
            return printer.string(value, printer.style().string_limit);
        case FieldKind::name:
            return printer.field_text(bytes);
        case FieldKind::map_type:
            return printer.constant(bpf_map_types, value);
        case FieldKind::program_type:
            return printer.constant(bpf_program_types, value);
        case FieldKind::attach_type:
            return printer.constant(bpf_attach_types, value);
        case FieldKind::attach_flags:
            return value == 0 ? printer.put('0') : printer.flags(bpf_attach_flags, value);
        case FieldKind::update_flags: {
            constexpr std::string_view names[] = {"BPF_ANY", "BPF_NOEXIST", "BPF_EXIST"};
            return value < std::size(names) ? printer.text(names[value]) : printer.hex(value);
        }
        case FieldKind::version:
            return printer.kernel_version(value);
    }
}

/// `now`: after the call, where that is told.
void print_fields(Printer& printer, std::span<const FieldRow> rows, std::span<const std::byte> bytes, std::span<const std::byte> now) {
    Fields fields(printer);
    for (const FieldRow& field : rows) {
        if (field.offset + std::size_t{field.size} > bytes.size()) break;
        const auto value = bytes.subspan(field.offset, field.size);
        print_field(fields(field.name), field, value);
        if (field.kind != FieldKind::number || now.size() < bytes.size()) continue;
        const auto changed = now.subspan(field.offset, field.size);
        if (std::ranges::equal(value, changed)) continue;
        printer.text(" => ");
        print_field(printer, field, changed);
    }
}

template <const Attributes& attributes>
void render_bpf_attribute(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t length = std::min<std::uint64_t>(call.argument32(2), most_attribute);
    const auto bytes = slot.value && length ? call.bytes_at_entry(slot.value, length) : std::nullopt;
    if (!bytes) return printer.address(slot.value);
    const auto now = attributes.answers && call.succeeded() ? call.bytes(slot.value, length) : std::nullopt;
    std::optional<Fields> outer;
    if (!attributes.inside.empty()) outer.emplace(printer)(attributes.inside);
    print_fields(printer, attributes.fields, *bytes, now.value_or(std::span<const std::byte>{}));
}
template <const Attributes& attributes>
void collect_descriptors(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    for (const FieldRow& field : attributes.fields)
        if (field.kind == FieldKind::fd)
            if (const auto fd = call.value_at_entry<std::int32_t>(slot.value + field.offset); fd && *fd >= 0) into.push_back(Fd{*fd});
}

}  // namespace

namespace types {

template <const Attributes& attributes>
constexpr ArgumentType bpf_attributes{.phase = attributes.answers ? Phase::exit_always : Phase::entry,
                                      .render = render_bpf_attribute<attributes>,
                                      .capture = capture_bpf_attribute<attributes>,
                                      .descriptors = collect_descriptors<attributes>,
                                      .captured_at_both = attributes.answers,
                                      .compat = &address};

}  // namespace types

using namespace arguments;

template <const Attributes& of_command>
static constexpr Argument bpf_attributes = of("attr", types::bpf_attributes<of_command>);

static constexpr Variant bpf_variants[] = {
    {0, "BPF_MAP_CREATE", {bpf_attributes<of_map_create>, count("size")}, results::fd},
    {1, "BPF_MAP_LOOKUP_ELEM", {bpf_attributes<of_map_element>, count("size")}},
    {2, "BPF_MAP_UPDATE_ELEM", {bpf_attributes<of_map_element>, count("size")}},
    {3, "BPF_MAP_DELETE_ELEM", {bpf_attributes<of_map_delete>, count("size")}},
    {4, "BPF_MAP_GET_NEXT_KEY", {bpf_attributes<of_map_next_key>, count("size")}},
    {5, "BPF_PROG_LOAD", {bpf_attributes<of_program_load>, count("size")}, results::fd},
    {6, "BPF_OBJ_PIN", {bpf_attributes<of_object>, count("size")}},
    {7, "BPF_OBJ_GET", {bpf_attributes<of_object>, count("size")}, results::fd},
    {8, "BPF_PROG_ATTACH", {bpf_attributes<of_program_attach>, count("size")}},
    {9, "BPF_PROG_DETACH", {bpf_attributes<of_program_detach>, count("size")}},
    {10, "BPF_PROG_TEST_RUN"},
    {11, "BPF_PROG_GET_NEXT_ID"},
    {12, "BPF_MAP_GET_NEXT_ID"},
    {13, "BPF_PROG_GET_FD_BY_ID", {bpf_attributes<of_program_by_id>, count("size")}, results::fd},
    {14, "BPF_MAP_GET_FD_BY_ID", {bpf_attributes<of_map_by_id>, count("size")}, results::fd},
    {15, "BPF_OBJ_GET_INFO_BY_FD", {bpf_attributes<of_info>, count("size")}},
    {16, "BPF_PROG_QUERY", {bpf_attributes<of_query>, count("size")}},
    {17, "BPF_RAW_TRACEPOINT_OPEN", {bpf_attributes<of_raw_tracepoint>, count("size")}, results::fd},
    {18, "BPF_BTF_LOAD"},
    {19, "BPF_BTF_GET_FD_BY_ID"},
    {20, "BPF_TASK_FD_QUERY"},
    {21, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"},
    {22, "BPF_MAP_FREEZE"},
    {23, "BPF_BTF_GET_NEXT_ID"},
    {24, "BPF_MAP_LOOKUP_BATCH"},
    {25, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"},
    {26, "BPF_MAP_UPDATE_BATCH"},
    {27, "BPF_MAP_DELETE_BATCH"},
    {28, "BPF_LINK_CREATE", {bpf_attributes<of_link_create>, count("size")}, results::fd},
    {29, "BPF_LINK_UPDATE"},
    {30, "BPF_LINK_GET_FD_BY_ID"},
    {31, "BPF_LINK_GET_NEXT_ID"},
    {32, "BPF_ENABLE_STATS"},
    {33, "BPF_ITER_CREATE"},
    {34, "BPF_LINK_DETACH"},
    {35, "BPF_PROG_BIND_MAP"},
    {36, "BPF_TOKEN_CREATE"},
    {37, "BPF_PROG_STREAM_READ_BY_FD"},
};
static constexpr VariantTable bpf_by_command{bpf_variants, "BPF_???", 0};

static constexpr SyscallRow bpf_table[] = {
    {"bpf", class_desc, {selector("cmd"), address("attr"), count("size")}, bpf_by_command},
    {"perf_event_open",
     class_desc,
     {of("attr", types::perf_attributes), pid("pid"), number("cpu"), fd("group_fd"), flags64("flags", perf_flags)},
     results::fd},
};

constinit const std::span<const SyscallRow> bpf_rows = bpf_table;

}  // namespace shimtrace::decoders
