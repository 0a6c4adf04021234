// Extended attributes and file handles.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

// file handles: {u32 handle_bytes, i32 handle_type, bytes}

constexpr std::size_t handle_header = 8, most_handle = 128;
constexpr std::int64_t overflow = -75;

void capture_handle(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, handle_header);
    if (level != 1) return;
    if (const auto length = capture.call().value<std::uint32_t>(slot.value)) {
        // The header again, so that it and the bytes are one piece.
        capture.bytes(slot.value, handle_header + std::min<std::size_t>(*length, most_handle));
    }
}
void print_handle_bytes(Printer& printer, Fields& fields, std::uint64_t address, std::uint32_t length) {
    const auto bytes = printer.call().bytes(address, handle_header + std::min<std::size_t>(length, most_handle));
    if (!bytes || bytes->size() < handle_header) return;
    fields("handle_type").decimal(value_at<std::int32_t>(*bytes, 4));
    RenderStyle style = printer.style();
    style.hex = HexStrings::all;
    fields("f_handle");
    const auto handle = bytes->subspan(handle_header);
    Printer(printer.out(), printer.call(), style, printer.scope()).quoted(handle, handle.size(), most_handle);
}
void render_handle_in(Printer& printer, const Slot& slot) {
    const auto length = slot.value ? printer.call().value_at_entry<std::uint32_t>(slot.value) : std::nullopt;
    if (!length) return printer.address(slot.value);
    Fields fields(printer);
    fields("handle_bytes").unsigned_decimal(*length);
    print_handle_bytes(printer, fields, slot.value, *length);
}
void render_handle_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto before = slot.value ? call.value_at_entry<std::uint32_t>(slot.value) : std::nullopt;
    if (!before) return printer.address(slot.value);
    const auto after = call.exit()->memory.value<std::uint32_t>(RemoteAddress{slot.value});
    Fields fields(printer);
    fields("handle_bytes").unsigned_decimal(*before);
    if ((call.failed() && call.result() != overflow) || !after) return;
    if (*after != *before) {
        printer.text(" => ");
        printer.unsigned_decimal(*after);
    }
    if (call.succeeded()) print_handle_bytes(printer, fields, slot.value, *after);
}

// extended attributes: with a size of 0 only the length is asked for

unsigned size_index(const Slot& slot) {
    return slot.argument.other ? slot.argument.other : slot.index + 1;
}
std::uint64_t result_bytes(const Call& call, const Slot& slot) {
    return call.succeeded() && call.argument(size_index(slot)) != 0 && call.result() > 0 ? static_cast<std::uint64_t>(call.result()) : 0;
}
void capture_extended_attribute(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, result_bytes(capture.call(), slot));
}
/// Who stores text stores its end, too: one NUL at the end is left out. A longer one than there may be is not looked at.
void print_attribute_value(Printer& printer, std::uint64_t address, std::uint64_t length) {
    constexpr std::uint64_t most = 65536;  // XATTR_SIZE_MAX
    if (length > most) return printer.address(address);
    const auto bytes = printer.call().bytes(address, length);
    const bool ends = bytes && length != 0 && bytes->size() == length && bytes->back() == std::byte{0};
    printer.buffer(address, ends ? length - 1 : length);
}
void render_attribute_value_in(Printer& printer, const Slot& slot) {
    print_attribute_value(printer, slot.value, printer.call().argument(slot.argument.other));
}
void capture_attribute_value_in(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, capture.call().argument(slot.argument.other));
}
void render_attribute_value(Printer& printer, const Slot& slot) {
    const std::uint64_t length = result_bytes(printer.call(), slot);
    length == 0 ? printer.address(slot.value) : print_attribute_value(printer, slot.value, length);
}
void render_attribute_list(Printer& printer, const Slot& slot) {
    const bool filled = printer.call().succeeded() && printer.call().argument(size_index(slot)) != 0;
    filled ? printer.buffer(slot.value, result_bytes(printer.call(), slot)) : printer.address(slot.value);
}

}  // namespace

namespace types {

static constexpr ArgumentType file_handle_in{.render = render_handle_in, .capture = capture_handle, .compat = &same};
static constexpr ArgumentType file_handle_out{
    .phase = Phase::exit_always, .render = render_handle_out, .capture = capture_handle, .captured_at_both = true, .compat = &same};
static constexpr ArgumentType attribute_value{
    .phase = Phase::exit, .render = render_attribute_value, .capture = capture_extended_attribute, .compat = &same};
static constexpr ArgumentType attribute_list{
    .phase = Phase::exit, .render = render_attribute_list, .capture = capture_extended_attribute, .compat = &same};
static constexpr ArgumentType attribute_value_in{
    .render = render_attribute_value_in, .capture = capture_attribute_value_in, .is_text = true, .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow attributes_table[] = {
    {"name_to_handle_at",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), of("handle", types::file_handle_out), of("mount_id", types::out_int32),
      flags("flags", name_to_handle_flags)}},
    {"open_by_handle_at",
     class_desc,
     {directory_fd("mount_fd"), of("handle", types::file_handle_in), of("flags", types::open_flags)},
     results::fd},
    {"setxattr",
     class_file,
     {path("path"), string("name"), of("value", types::attribute_value_in, 3), size("size"), flags("flags", xattr_flags)}},
    {"lsetxattr",
     class_file,
     {path("path"), string("name"), of("value", types::attribute_value_in, 3), size("size"), flags("flags", xattr_flags)}},
    {"fsetxattr",
     class_desc,
     {fd("fd"), string("name"), of("value", types::attribute_value_in, 3), size("size"), flags("flags", xattr_flags)}},
    {"getxattr", class_file, {path("path"), string("name"), of("value", types::attribute_value), size("size")}},
    {"lgetxattr", class_file, {path("path"), string("name"), of("value", types::attribute_value), size("size")}},
    {"fgetxattr", class_desc, {fd("fd"), string("name"), of("value", types::attribute_value), size("size")}},
    {"listxattr", class_file, {path("path"), of("list", types::attribute_list, 2), size("size")}},
    {"llistxattr", class_file, {path("path"), of("list", types::attribute_list, 2), size("size")}},
    {"flistxattr", class_desc, {fd("fd"), of("list", types::attribute_list, 2), size("size")}},
    {"removexattr", class_file, {path("path"), string("name")}},
    {"lremovexattr", class_file, {path("path"), string("name")}},
    {"fremovexattr", class_desc, {fd("fd"), string("name")}},
    {"setxattrat",
     class_file | class_desc,
     {directory_fd("dfd"), path("pathname"), flags("at_flags", at_flags), string("name"), address("args"), size("size")}},
    {"getxattrat",
     class_file | class_desc,
     {directory_fd("dfd"), path("pathname"), flags("at_flags", at_flags), string("name"), address("args"), size("size")}},
    {"listxattrat",
     class_file | class_desc,
     {directory_fd("dfd"), path("pathname"), flags("at_flags", at_flags), of("list", types::attribute_list, 4), size("size")}},
    {"removexattrat", class_file | class_desc, {directory_fd("dfd"), path("pathname"), flags("at_flags", at_flags), string("name")}},
    {"file_getattr",
     class_file | class_desc,
     {directory_fd("dfd"), path("filename"), address("attr"), size("usize"), flags("at_flags", at_flags)}},
    {"file_setattr",
     class_file | class_desc,
     {directory_fd("dfd"), path("filename"), address("attr"), size("usize"), flags("at_flags", at_flags)}},
};

constinit const std::span<const SyscallRow> attributes_rows = attributes_table;

}  // namespace shimtrace::decoders
