// ioctl, by its command: terminals, block devices, sockets, seccomp notifications, namespaces.
#include "decoders/constants/ioctl_names.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/terminal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/ioctl_commands.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/variants.hpp"

namespace shimtrace::decoders {

namespace {

/// _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff): asm-generic/ioctl.h.
void print_unknown(Printer& printer, std::uint32_t command) {
    printer.text("_IOC(");
    constexpr std::string_view directions[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};
    printer.text(directions[command >> 30]);
    printer.text(", ");
    printer.hex(command >> 8 & 0xff);
    printer.text(", ");
    printer.hex(command & 0xff);
    printer.text(", ");
    printer.hex(command >> 16 & 0x3fff);
    printer.put(')');
}

void render_command(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (printer.style().constants == Constants::raw) return printer.hex(value);
    std::string_view name = variant_name(printer.call());
    if (name.empty()) name = ioctl_name(value);
    if (printer.style().constants == Constants::verbose) {
        printer.hex(value);
        printer.text(" /* ");
        name.empty() ? print_unknown(printer, value) : printer.text(name);
        return printer.text(" */");
    }
    name.empty() ? print_unknown(printer, value) : printer.text(name);
}

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
    const std::string_view known = audit_architectures.name_of(arch);
    known.empty() ? value.hex(arch) : value.text(known);
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

/// What is behind the pointer.
struct Content {
    std::size_t size;
    PrintStruct print;
};
constexpr Content int_at{4, print_number<std::int32_t>};
constexpr Content short_at{2, print_number<std::uint16_t>};
constexpr Content unsigned_at{4, print_number<std::uint32_t>};
constexpr Content pid_at{4, print_pid};
constexpr Content uint64_at{8, print_number<std::uint64_t>};
constexpr Content window_size_at{8, print_window_size};
constexpr Content termios_at{36, print_termios};
constexpr Content termios2_at{44, print_termios};
constexpr Content notification_at{80, print_notification};
constexpr Content response_at{24, print_response};
constexpr Content addfd_at{24, print_addfd};
constexpr Content clone_range_at{32, print_clone_range};
constexpr Content pair_at{16, print_pair};

void namespace_type(Printer& printer) {
    printer.decimal(printer.call().result());
    printer.text(" (");
    printer.constant(setns_types, static_cast<std::uint64_t>(printer.call().result()));
    printer.put(')');
}

}  // namespace

namespace types {

static constexpr ArgumentType ioctl_command{.render = render_command};
template <const Content& content>
constexpr ArgumentType ioctl_in = in_32_bits(struct_in<content.size, content.print>, &address);
template <const Content& content>
constexpr ArgumentType ioctl_out = in_32_bits(struct_out<content.size, content.print>, &address);

}  // namespace types

using namespace arguments;

template <const Content& content>
static constexpr Argument takes = of("argp", types::ioctl_in<content>);
template <const Content& content>
static constexpr Argument fills = of("argp", types::ioctl_out<content>);

// A number that two drivers use has both names, as strace has it.
static constexpr Variant ioctl_variants[] = {
    {0x1, "FIBMAP", {address("argp")}},
    {0x2, "FIGETBSZ", {fills<int_at>}},
    {0x125d, "BLKROSET", {takes<int_at>}},
    {0x125e, "BLKROGET", {fills<int_at>}},
    {0x125f, "BLKRRPART", {}},
    {0x1260, "BLKGETSIZE", {fills<uint64_at>}},
    {0x1261, "BLKFLSBUF", {}},
    {0x1263, "BLKRAGET", {fills<uint64_at>}},
    {0x1268, "BLKSSZGET", {fills<int_at>}},
    {0x1277, "BLKDISCARD", {takes<pair_at>}},
    {0x1278, "BLKIOMIN", {fills<unsigned_at>}},
    {0x1279, "BLKIOOPT", {fills<unsigned_at>}},
    {0x127a, "BLKALIGNOFF", {fills<int_at>}},
    {0x127b, "BLKPBSZGET", {fills<unsigned_at>}},
    {0x127c, "BLKDISCARDZEROES", {fills<unsigned_at>}},
    {0x127d, "BLKSECDISCARD", {takes<pair_at>}},
    {0x127e, "BLKROTATIONAL", {fills<short_at>}},
    {0x127f, "BLKZEROOUT", {takes<pair_at>}},
    {0x2400, "PERF_EVENT_IOC_ENABLE", {number("argp")}},
    {0x2401, "PERF_EVENT_IOC_DISABLE", {number("argp")}},
    {0x4c00, "LOOP_SET_FD", {fd("argp")}},
    {0x4c01, "LOOP_CLR_FD", {}},
    {0x4c04, "LOOP_SET_STATUS64", {address("argp")}},
    {0x4c05, "LOOP_GET_STATUS64", {address("argp")}},
    {0x4c06, "LOOP_CHANGE_FD", {fd("argp")}},
    {0x4c07, "LOOP_SET_CAPACITY", {}},
    {0x4c08, "LOOP_SET_DIRECT_IO", {number("argp")}},
    {0x4c09, "LOOP_SET_BLOCK_SIZE", {number("argp")}},
    {0x4c0a, "LOOP_CONFIGURE", {address("argp")}},
    {0x4c80, "LOOP_CTL_ADD", {number("argp")}},
    {0x4c81, "LOOP_CTL_REMOVE", {number("argp")}},
    {0x4c82, "LOOP_CTL_GET_FREE", {}},
    {0x5401, "TCGETS", {fills<termios_at>}},
    {0x5402, "SNDCTL_TMR_START or TCSETS", {takes<termios_at>}},
    {0x5403, "SNDCTL_TMR_STOP or TCSETSW", {takes<termios_at>}},
    {0x5404, "SNDCTL_TMR_CONTINUE or TCSETSF", {takes<termios_at>}},
    {0x5405, "TCGETA", {address("argp")}},
    {0x5406, "TCSETA", {address("argp")}},
    {0x5407, "TCSETAW", {address("argp")}},
    {0x5408, "TCSETAF", {address("argp")}},
    {0x5409, "TCSBRK", {number("argp")}},
    {0x540a, "TCXONC", {number("argp")}},
    {0x540b, "TCFLSH", {number("argp")}},
    {0x540c, "TIOCEXCL", {}},
    {0x540d, "TIOCNXCL", {}},
    {0x540e, "TIOCSCTTY", {number("argp")}},
    {0x540f, "TIOCGPGRP", {fills<pid_at>}},
    {0x5410, "TIOCSPGRP", {takes<pid_at>}},
    {0x5411, "TIOCOUTQ", {fills<int_at>}},
    {0x5412, "TIOCSTI", {address("argp")}},
    {0x5413, "TIOCGWINSZ", {fills<window_size_at>}},
    {0x5414, "TIOCSWINSZ", {takes<window_size_at>}},
    {0x541b, "FIONREAD", {fills<int_at>}},
    {0x541c, "TIOCLINUX", {address("argp")}},
    {0x541d, "TIOCCONS", {}},
    {0x5420, "TIOCPKT", {takes<int_at>}},
    {0x5421, "FIONBIO", {takes<int_at>}},
    {0x5422, "TIOCNOTTY", {}},
    {0x5423, "TIOCSETD", {takes<int_at>}},
    {0x5424, "TIOCGETD", {fills<int_at>}},
    {0x5425, "TCSBRKP", {number("argp")}},
    {0x5427, "TIOCSBRK", {}},
    {0x5428, "TIOCCBRK", {}},
    {0x5429, "TIOCGSID", {fills<pid_at>}},
    {0x5437, "TIOCVHANGUP", {}},
    {0x5441, "TIOCGPTPEER", {hex("argp")}, results::fd},
    {0x5450, "FIONCLEX", {}},
    {0x5451, "FIOCLEX", {}},
    {0x5452, "FIOASYNC", {takes<int_at>}},
    {0x5460, "FIOQSIZE", {address("argp")}},
    {0x8901, "FIOSETOWN", {takes<pid_at>}},
    {0x8902, "SIOCSPGRP", {takes<pid_at>}},
    {0x8903, "FIOGETOWN", {fills<pid_at>}},
    {0x8904, "SIOCGPGRP", {fills<pid_at>}},
    {0x8905, "SIOCATMARK", {fills<int_at>}},
    {0x8906, "SIOCGSTAMP_OLD", {address("argp")}},
    {0x8907, "SIOCGSTAMPNS_OLD", {address("argp")}},
    {0x890b, "SIOCADDRT", {address("argp")}},
    {0x890c, "SIOCDELRT", {address("argp")}},
    {0x8910, "SIOCGIFNAME", {address("argp")}},
    {0x8912, "SIOCGIFCONF", {address("argp")}},
    {0x8913, "SIOCGIFFLAGS", {address("argp")}},
    {0x8914, "SIOCSIFFLAGS", {address("argp")}},
    {0x8915, "SIOCGIFADDR", {address("argp")}},
    {0x8916, "SIOCSIFADDR", {address("argp")}},
    {0x891b, "SIOCGIFNETMASK", {address("argp")}},
    {0x891c, "SIOCSIFNETMASK", {address("argp")}},
    {0x8921, "SIOCGIFMTU", {address("argp")}},
    {0x8922, "SIOCSIFMTU", {address("argp")}},
    {0x8924, "SIOCSIFHWADDR", {address("argp")}},
    {0x8927, "SIOCGIFHWADDR", {address("argp")}},
    {0x8933, "SIOCGIFINDEX", {address("argp")}},
    {0x8946, "SIOCETHTOOL", {address("argp")}},
    {0xab00, "NBD_SET_SOCK", {fd("argp")}},
    {0xb701, "NS_GET_USERNS", {}, results::fd},
    {0xb702, "NS_GET_PARENT", {}, results::fd},
    {0xb703, "NS_GET_NSTYPE", {}, namespace_type},
    {0xb704, "NS_GET_OWNER_UID", {fills<int_at>}},
    {0x40042408, "PERF_EVENT_IOC_SET_BPF", {fd("argp")}},
    {0x40045431, "TIOCSPTLCK", {takes<int_at>}},
    {0x40045436, "TIOCSIG", {number("argp")}},
    {0x400454ca, "TUNSETIFF", {address("argp")}},
    {0x400454cb, "TUNSETPERSIST", {number("argp")}},
    {0x40049409, "BTRFS_IOC_CLONE or FICLONE", {fd("argp")}},
    {0x40081271, "BLKBSZSET", {takes<int_at>}},
    {0x40082102, "SECCOMP_IOCTL_NOTIF_ID_VALID", {takes<uint64_at>}},
    {0x40182103, "SECCOMP_IOCTL_NOTIF_ADDFD", {takes<addfd_at>}},
    {0x4020940d, "BTRFS_IOC_CLONE_RANGE or FICLONERANGE", {takes<clone_range_at>}},
    {0x402c542b, "TCSETS2", {takes<termios2_at>}},
    {0x402c542c, "TCSETSW2", {takes<termios2_at>}},
    {0x402c542d, "TCSETSF2", {takes<termios2_at>}},
    {0x80045200, "RNDGETENTCNT", {fills<int_at>}},
    {0x80045430, "TIOCGPTN", {fills<int_at>}},
    {0x80045432, "TIOCGDEV", {address("argp")}},
    {0x80045438, "TIOCGPKT", {fills<int_at>}},
    {0x80045439, "TIOCGPTLCK", {fills<int_at>}},
    {0x80045440, "TIOCGEXCL", {fills<int_at>}},
    {0x80081270, "BLKBSZGET", {fills<int_at>}},
    {0x80081272, "BLKGETSIZE64", {fills<uint64_at>}},
    {0x80082407, "PERF_EVENT_IOC_ID", {fills<uint64_at>}},
    {0x80087601, "FS_IOC_GETVERSION", {fills<uint64_at>}},
    {0x802c542a, "TCGETS2", {fills<termios2_at>}},
    {0x81009431, "FS_IOC_GETFSLABEL", {address("argp")}},
    {0xc0045877, "FIFREEZE", {}},
    {0xc0045878, "FITHAW", {}},
    {0xc0182101, "SECCOMP_IOCTL_NOTIF_SEND", {takes<response_at>}},
    {0xc0189436, "BTRFS_IOC_FILE_EXTENT_SAME or FIDEDUPERANGE", {address("argp")}},
    {0xc018aa3f, "UFFDIO_API", {address("argp")}},
    {0xc020660b, "FS_IOC_FIEMAP", {address("argp")}},
    {0xc020aa00, "UFFDIO_REGISTER", {address("argp")}},
    {0xc028aa03, "UFFDIO_COPY", {address("argp")}},
    {0xc0502100, "SECCOMP_IOCTL_NOTIF_RECV", {fills<notification_at>}},
};
static constexpr VariantTable ioctl_by_command{ioctl_variants, "", 1};

static constexpr SyscallRow ioctl_table[] = {
    {"ioctl",
     class_desc,
     {fd("fd"), of("request", types::ioctl_command), of("argp", types::device_in), from(2, of("argp", types::device_out))},
     ioctl_by_command,
     {.effect = commands}},
};

constinit const std::span<const SyscallRow> ioctl_rows = ioctl_table;

}  // namespace shimtrace::decoders
