// Paths, strings, lists of strings, buffers and vectors of buffers.
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/netlink/netlink_message.hpp"
#include "decoders/syscalls/printer.hpp"

#include <charconv>

namespace shimtrace::decoders {

namespace {

/// What a buffer was filled with. MSG_TRUNC: a datagram's length is told, whatever there was room for.
std::uint64_t filled_bytes(const Call& call, const Slot& slot) {
    return std::min(call.returned_count(), call.argument(slot.index + 1));
}

void capture_path(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.path(slot.value);
}
/// The caller's own descriptor that a path leads to: /proc/self/fd/5 (runc init opens its exec.fifo so).
std::optional<Fd> own_descriptor(const Call& call, std::uint64_t address) {
    constexpr std::string_view directories[] = {"/proc/self/fd/", "/proc/thread-self/fd/", "/dev/fd/"};
    constexpr std::size_t longest = 32;
    const auto bytes = address ? call.bytes_at_entry(address, longest) : std::nullopt;
    if (!bytes) return std::nullopt;
    const std::string_view path(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    for (const std::string_view directory : directories) {
        if (!path.starts_with(directory)) continue;
        const std::string_view number = path.substr(directory.size(), path.find('\0') - directory.size());
        std::int32_t fd = -1;
        const auto end = std::from_chars(number.data(), number.data() + number.size(), fd).ptr;
        if (end == number.data() + number.size() && fd >= 0) return Fd{fd};
    }
    return std::nullopt;
}
void collect_path(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (const auto fd = own_descriptor(call, slot.value)) into.push_back(*fd);
}
void render_path(Printer& printer, const Slot& slot) {
    printer.path(slot.value);
    if (!printer.style().roles) return;
    if (const auto fd = own_descriptor(printer.call(), slot.value)) printer.target(*fd);
}
void capture_string(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.string(slot.value);
}
void render_string(Printer& printer, const Slot& slot) {
    printer.string(slot.value, printer.style().string_limit);
}

void capture_bounded(Capture& capture, const Slot& slot, int level) {
    if (level == 0)
        capture.text(slot.value, std::min<std::uint64_t>(std::uint64_t{capture.limits().payload_bytes} + 1, slot.argument.size));
}
void render_bounded(Printer& printer, const Slot& slot) {
    printer.bounded_string(slot.value, slot.argument.size);
}

/// Bytes that go through a descriptor: messages, where it is a netlink socket.
void print_moved(Printer& printer, std::uint64_t address, std::uint64_t length) {
    const netlink::Family* family = address != 0 && length != 0 ? netlink::family_of(printer) : nullptr;
    const auto bytes = family ? printer.call().bytes(address, length) : std::nullopt;
    bytes ? netlink::print_messages(printer, *family, {address, length, *bytes}) : printer.buffer(address, length);
}

/// A longer one than the call takes is not looked at.
bool is_too_long(const Call& call, const Slot& slot) {
    return slot.argument.size != 0 && call.argument32(slot.argument.other) > slot.argument.size;
}
void capture_buffer_in(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, capture.call().argument(slot.argument.other));
}
void render_buffer_in(Printer& printer, const Slot& slot) {
    if (is_too_long(printer.call(), slot)) return printer.address(slot.value);
    print_moved(printer, slot.value, printer.call().argument(slot.argument.other));
}
void capture_buffer_out(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, filled_bytes(capture.call(), slot));
}
void render_buffer_out(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    print_moved(printer, slot.value, filled_bytes(printer.call(), slot));
}
void capture_iovec_in(Capture& capture, const Slot& slot, int level) {
    capture_iovec(capture, slot.value, capture.call().argument(slot.argument.other), UINT64_MAX, level);
}
void render_iovec_in(Printer& printer, const Slot& slot) {
    print_iovec(printer, slot.value, printer.call().argument(slot.argument.other), IovecContents::all, 0);
}
void capture_iovec_out(Capture& capture, const Slot& slot, int level) {
    capture_iovec(capture, slot.value, capture.call().argument(slot.argument.other), capture.call().returned_count(), level);
}
void render_iovec_out(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    print_iovec(printer, slot.value, call.argument(slot.argument.other), call.failed() ? IovecContents::addresses : IovecContents::limited,
                call.returned_count());
}
}  // namespace

void capture_iovec(Capture& capture, std::uint64_t address, std::uint64_t count, std::uint64_t length, int level) {
    const std::uint64_t looked_at = std::min<std::uint64_t>(count, capture.limits().array_elements + std::uint64_t{1});
    const std::size_t size = capture.call().pointer_size(), element = 2 * size;
    if (level == 0) capture.bytes(address, looked_at * element);
    if (level != 1) return;
    const auto list = capture.call().bytes(address, looked_at * element);
    if (!list) return;
    for (std::size_t at = 0; at + element <= list->size() && length != 0; at += element) {
        const std::uint64_t here = std::min(pointer_at(*list, at + size, size), length);
        capture.payload(pointer_at(*list, at, size), here);
        if (length != UINT64_MAX) length -= here;
    }
}

void print_iovec(Printer& printer, std::uint64_t address, std::uint64_t count, IovecContents contents, std::uint64_t length) {
    const std::size_t width = printer.call().pointer_size();
    array(printer, address, count, 2 * width, printer.element_limit(), [&](std::span<const std::byte> bytes, std::uint64_t) {
        const auto base = pointer_at(bytes, 0, width), size = pointer_at(bytes, width, width);
        Fields fields(printer);
        fields("iov_base");
        if (contents == IovecContents::addresses) {
            printer.address(base);
        } else if (contents == IovecContents::all) {
            print_moved(printer, base, size);
        } else {
            print_moved(printer, base, std::min(size, length));
            length -= std::min(size, length);
        }
        fields("iov_len").unsigned_decimal(size);
    });
}

namespace types {

const ArgumentType path{.render = render_path, .capture = capture_path, .descriptors = collect_path, .is_text = true, .compat = &same};
const ArgumentType link_text{.render = render_path, .capture = capture_path, .descriptors = collect_path, .is_text = true, .compat = &same};
const ArgumentType string{.render = render_string, .capture = capture_string, .is_text = true, .compat = &same};
const ArgumentType bounded_string{.render = render_bounded, .capture = capture_bounded, .is_text = true, .compat = &same};
const ArgumentType in_buffer{.render = render_buffer_in, .capture = capture_buffer_in, .is_text = true, .compat = &same};
const ArgumentType out_buffer{
    .phase = Phase::exit, .render = render_buffer_out, .capture = capture_buffer_out, .is_text = true, .compat = &same};
const ArgumentType in_iovec{.render = render_iovec_in, .capture = capture_iovec_in, .compat = &same};
const ArgumentType out_iovec{.phase = Phase::exit_always, .render = render_iovec_out, .capture = capture_iovec_out, .compat = &same};

}  // namespace types

}  // namespace shimtrace::decoders
