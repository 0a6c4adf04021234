// mount's arguments, the new mount calls' attributes and options, file handles, extended attributes.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::uint64_t mount_magic = 0xc0ed0000, mount_magic_mask = 0xffff0000;

void render_mount_flags(Printer& printer, const Slot& slot) {
    if ((slot.value & mount_magic_mask) != mount_magic || printer.style().constants != Constants::abbrev)
        return printer.flags(mount_flags, slot.value);
    printer.text("MS_MGC_VAL");
    const std::uint64_t rest = slot.value & ~mount_magic_mask;
    if (rest == 0) return;
    printer.put('|');
    printer.flags(mount_flags, rest);
}

/// What the flags say: a bind, a move, a change of propagation or a remount has no type, and all but the last no data.
enum MountFlag : std::uint64_t {
    remount = 32,
    bind = 4096,
    move = 8192,
    unbindable = 1 << 17,
    make_private = 1 << 18,
    make_slave = 1 << 19,
    make_shared = 1 << 20
};
bool ignores_type(const Call& call) {
    return (call.argument(3) & (remount | bind | move | unbindable | make_private | make_slave | make_shared)) != 0;
}
bool ignores_data(const Call& call) {
    return (call.argument(3) & remount) == 0 &&
           (call.argument(3) & (bind | move | unbindable | make_private | make_slave | make_shared)) != 0;
}
void capture_source(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.path(slot.value);
}
void render_source(Printer& printer, const Slot& slot) {
    printer.path(slot.value);
}
void capture_type(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && !ignores_type(capture.call())) capture.string(slot.value);
}
void render_type(Printer& printer, const Slot& slot) {
    ignores_type(printer.call()) ? printer.address(slot.value) : printer.string(slot.value, printer.style().string_limit);
}
void capture_mount_data(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && !ignores_data(capture.call())) capture.string(slot.value);
}
void render_mount_data(Printer& printer, const Slot& slot) {
    ignores_data(printer.call()) ? printer.address(slot.value) : printer.string(slot.value, printer.style().string_limit);
}

// linux/mount.h: struct mount_attr

constexpr std::size_t mount_attributes_size = 32;
void capture_mount_attributes(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min<std::uint64_t>(capture.call().argument(slot.argument.other), mount_attributes_size));
}
void render_mount_attributes(Printer& printer, const Slot& slot) {
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, mount_attributes_size) : std::nullopt;
    if (!bytes || bytes->size() < mount_attributes_size) return printer.address(slot.value);
    Fields fields(printer);
    fields("attr_set").flags(mount_setattr_attributes, value_at<std::uint64_t>(*bytes, 0));
    fields("attr_clr").flags(mount_setattr_attributes, value_at<std::uint64_t>(*bytes, 8));
    // A propagation of 0 changes none: the set has no name for it.
    const auto propagation = value_at<std::uint64_t>(*bytes, 16);
    propagation == 0 ? fields("propagation").text("0 /* MS_??? */") : fields("propagation").flags(mount_flags, propagation);
    fields("userns_fd").fd(static_cast<std::int32_t>(value_at<std::uint64_t>(*bytes, 24)));
}

// fsconfig: linux/mount.h, enum fsconfig_command

enum Command : std::uint32_t { set_flag = 0, set_string = 1, set_binary = 2, set_path = 3, set_path_empty = 4, set_fd = 5 };

void capture_fsconfig_key(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && capture.call().argument32(1) <= set_fd) capture.string(slot.value);
}
void render_fsconfig_key(Printer& printer, const Slot& slot) {
    printer.call().argument32(1) <= set_fd ? printer.string(slot.value, printer.style().string_limit) : printer.address(slot.value);
}
void capture_fsconfig_value(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    switch (capture.call().argument32(1)) {
        case set_string:
            return capture.string(slot.value);
        case set_binary:
            return capture.payload(slot.value, capture.call().argument32(4));
        case set_path:
        case set_path_empty:
            return capture.path(slot.value);
        default:
            return;
    }
}
void render_fsconfig_value(Printer& printer, const Slot& slot) {
    switch (printer.call().argument32(1)) {
        case set_string:
            return printer.string(slot.value, printer.style().string_limit);
        case set_binary: {
            RenderStyle style = printer.style();
            style.hex = HexStrings::all;
            return Printer(printer.out(), printer.call(), style, printer.scope()).buffer(slot.value, printer.call().argument32(4));
        }
        case set_path:
        case set_path_empty:
            return printer.path(slot.value);
        default:
            return printer.address(slot.value);
    }
}
void render_aux(Printer& printer, const Slot& slot) {
    const auto number = static_cast<std::int32_t>(slot.value);
    switch (printer.call().argument32(1)) {
        case set_path:
        case set_path_empty:
            return printer.directory_fd(number);
        case set_fd:
            return printer.fd(number);
        default:
            return printer.decimal(number);
    }
}
void collect_aux(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (call.argument32(1) >= set_path && call.argument32(1) <= set_fd) into.push_back(Fd{static_cast<std::int32_t>(slot.value)});
}

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

std::uint64_t result_bytes(const Call& call, const Slot& slot) {
    const unsigned size_index = slot.argument.other ? slot.argument.other : slot.index + 1;
    return call.succeeded() && call.argument(size_index) != 0 && call.result() > 0 ? static_cast<std::uint64_t>(call.result()) : 0;
}
void capture_extended_attribute(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, result_bytes(capture.call(), slot));
}
/// Who stores text stores its end, too: one NUL at the end is left out.
void print_attribute_value(Printer& printer, std::uint64_t address, std::uint64_t length) {
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
    const std::uint64_t length = result_bytes(printer.call(), slot);
    length == 0 ? printer.address(slot.value) : printer.buffer(slot.value, length);
}

}  // namespace

namespace kinds {

const Kind mount_flags{.render = render_mount_flags};
const Kind mount_source{.render = render_source, .capture = capture_source};
const Kind mount_type{.render = render_type, .capture = capture_type};
const Kind mount_data{.render = render_mount_data, .capture = capture_mount_data};
const Kind mount_attributes_in{.render = render_mount_attributes, .capture = capture_mount_attributes};
const Kind fsconfig_key{.render = render_fsconfig_key, .capture = capture_fsconfig_key};
const Kind fsconfig_value{.render = render_fsconfig_value, .capture = capture_fsconfig_value};
const Kind fsconfig_aux{.render = render_aux, .descriptors = collect_aux};
const Kind file_handle_in{.render = render_handle_in, .capture = capture_handle};
const Kind file_handle_out{.phase = Phase::exit_always, .render = render_handle_out, .capture = capture_handle, .captured_at_both = true};
const Kind attribute_value_in{.render = render_attribute_value_in, .capture = capture_attribute_value_in};
const Kind attribute_value{.phase = Phase::exit, .render = render_attribute_value, .capture = capture_extended_attribute};
const Kind attribute_list{.phase = Phase::exit, .render = render_attribute_list, .capture = capture_extended_attribute};

}  // namespace kinds

}  // namespace shimtrace::decoders
