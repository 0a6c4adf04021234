// What is behind the pointers of ioctl commands: terminals, sizes, seccomp notifications, ranges.
#include "decoders/constants/terminal.hpp"

#include "decoders/syscalls/ioctl_commands.hpp"

namespace shimtrace::decoders {

namespace {

template <typename Number>
void print_number(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    if constexpr (std::is_signed_v<Number>)
        printer.decimal(value_at<Number>(bytes, 0));
    else
        printer.unsigned_decimal(value_at<Number>(bytes, 0));
    printer.put(']');
}

void print_pid(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.pid(value_at<std::int32_t>(bytes, 0));
    printer.put(']');
}

void print_window_size(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::string_view names[] = {"ws_row", "ws_col", "ws_xpixel", "ws_ypixel"};
    Fields fields(printer);
    for (std::size_t i = 0; i < std::size(names); ++i) fields(names[i]).unsigned_decimal(value_at<std::uint16_t>(bytes, i * 2));
}

/// Fields of several bits, each named, then the set of single bits.
struct BitField {
    std::uint32_t mask;
    const FlagSet* names;
};
void print_bits(Printer& printer, std::uint32_t value, std::span<const BitField> parts, const FlagSet& set) {
    std::uint32_t covered = 0;
    for (const BitField& part : parts) {
        if (covered != 0) printer.put('|');
        printer.constant(*part.names, value & part.mask);
        covered |= part.mask;
    }
    if ((value & ~covered) == 0) return;
    printer.put('|');
    printer.flags(set, value & ~covered);
}

// asm-generic/termbits.h: four words of flags, the line discipline, control characters, and in termios2 two speeds.
void print_termios(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::size_t control_characters = 19, local_canonical = 2, minimum = 6, time = 5;
    static const BitField output[] = {{0x100, &terminal_newline_delays},   {0x600, &terminal_return_delays},
                                      {0x1800, &terminal_tab_delays},      {0x2000, &terminal_backspace_delays},
                                      {0x4000, &terminal_vertical_delays}, {0x8000, &terminal_feed_delays}};
    static const BitField control[] = {{0x100f, &terminal_speeds}, {0x30, &terminal_sizes}};
    const auto local = value_at<std::uint32_t>(bytes, 12);
    Fields fields(printer);
    fields("c_iflag").flags(terminal_input_flags, value_at<std::uint32_t>(bytes, 0));
    print_bits(fields("c_oflag"), value_at<std::uint32_t>(bytes, 4), output, terminal_output_flags);
    print_bits(fields("c_cflag"), value_at<std::uint32_t>(bytes, 8), control, terminal_control_flags);
    fields("c_lflag").flags(terminal_local_flags, local);
    if (printer.abbreviate()) return fields.more();
    fields("c_line").constant(terminal_disciplines, value_at<std::uint8_t>(bytes, 16));
    const auto characters = bytes.subspan(17, control_characters);
    if (!(local & local_canonical)) {
        fields("c_cc[VMIN]").unsigned_decimal(value_at<std::uint8_t>(characters, minimum));
        fields("c_cc[VTIME]").unsigned_decimal(value_at<std::uint8_t>(characters, time));
    }
    RenderStyle style = printer.style();
    style.hex = HexStrings::all;
    fields("c_cc");
    Printer(printer.out(), printer.call(), style, printer.scope()).quoted(characters, control_characters, control_characters);
    if (bytes.size() < 44) return;
    fields("c_ispeed").unsigned_decimal(value_at<std::uint32_t>(bytes, 36));
    fields("c_ospeed").unsigned_decimal(value_at<std::uint32_t>(bytes, 40));
}

// linux/seccomp.h: struct seccomp_notif, with seccomp_data inside.
void print_notification(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("id").hex(value_at<std::uint64_t>(bytes, 0));
    fields("pid").pid(value_at<std::int32_t>(bytes, 8));
    fields("flags").hex(value_at<std::uint32_t>(bytes, 12));
    Fields data(fields("data"));
    const auto number = value_at<std::int32_t>(bytes, 16);
    Printer& call = data("nr");
    const auto name = syscall_name(printer.call().enter().arch, number);
    name ? (call.text("__NR_"), call.text(*name)) : call.decimal(number);
    const auto arch = value_at<std::uint32_t>(bytes, 20);
    Printer& value = data("arch");
    arch == 0xc000003e ? value.text("AUDIT_ARCH_X86_64") : arch == 0x40000003 ? value.text("AUDIT_ARCH_I386") : value.hex(arch);
    data("instruction_pointer").address(value_at<std::uint64_t>(bytes, 24));
    Printer& arguments = data("args");
    arguments.put('[');
    for (std::size_t i = 0; i < 6; ++i) {
        if (i != 0) arguments.text(", ");
        arguments.hex(value_at<std::uint64_t>(bytes, 32 + i * 8));
    }
    arguments.put(']');
}

void print_response(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("id").hex(value_at<std::uint64_t>(bytes, 0));
    fields("val").decimal(value_at<std::int64_t>(bytes, 8));
    const auto error = value_at<std::int32_t>(bytes, 16);
    Printer& value = fields("error");
    if (error < 0) value.put('-');
    error == 0 ? value.put('0') : value.error(error < 0 ? -std::int64_t{error} : error);
    const auto flags = value_at<std::uint32_t>(bytes, 20);
    Printer& shown = fields("flags");
    flags == 1 ? shown.text("SECCOMP_USER_NOTIF_FLAG_CONTINUE") : shown.hex(flags);
}

void print_addfd(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("id").hex(value_at<std::uint64_t>(bytes, 0));
    fields("flags").hex(value_at<std::uint32_t>(bytes, 8));
    fields("srcfd").fd(value_at<std::int32_t>(bytes, 12));
    fields("newfd").decimal(value_at<std::int32_t>(bytes, 16));
    fields("newfd_flags").open_flags(value_at<std::uint32_t>(bytes, 20));
}

void print_clone_range(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("src_fd").fd(static_cast<std::int32_t>(value_at<std::int64_t>(bytes, 0)));
    fields("src_offset").unsigned_decimal(value_at<std::uint64_t>(bytes, 8));
    fields("src_length").unsigned_decimal(value_at<std::uint64_t>(bytes, 16));
    fields("dest_offset").unsigned_decimal(value_at<std::uint64_t>(bytes, 24));
}

void print_pair(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.unsigned_decimal(value_at<std::uint64_t>(bytes, 0));
    printer.text(", ");
    printer.unsigned_decimal(value_at<std::uint64_t>(bytes, 8));
    printer.put(']');
}

struct ContentRow {
    IoctlContent content;
    std::size_t size;
    void (*print)(Printer&, std::span<const std::byte>);
};
constexpr ContentRow contents[] = {
    {IoctlContent::int_at, 4, print_number<std::int32_t>},
    {IoctlContent::short_at, 2, print_number<std::uint16_t>},
    {IoctlContent::unsigned_at, 4, print_number<std::uint32_t>},
    {IoctlContent::pid_at, 4, print_pid},
    {IoctlContent::uint64_at, 8, print_number<std::uint64_t>},
    {IoctlContent::window_size, 8, print_window_size},
    {IoctlContent::termios, 36, print_termios},
    {IoctlContent::termios2, 44, print_termios},
    {IoctlContent::seccomp_notification, 80, print_notification},
    {IoctlContent::seccomp_response, 24, print_response},
    {IoctlContent::seccomp_addfd, 24, print_addfd},
    {IoctlContent::clone_range, 32, print_clone_range},
    {IoctlContent::uint64_pair, 16, print_pair},
};

const ContentRow* find_content(IoctlContent content) {
    for (const ContentRow& row : contents)
        if (row.content == content) return &row;
    return nullptr;
}

}  // namespace

std::size_t ioctl_size(IoctlContent content) {
    const ContentRow* row = find_content(content);
    return row ? row->size : 0;
}

void print_ioctl_content(Printer& printer, IoctlContent content, std::span<const std::byte> bytes) {
    if (const ContentRow* row = find_content(content); row && bytes.size() >= row->size) row->print(printer, bytes.first(row->size));
}

}  // namespace shimtrace::decoders
