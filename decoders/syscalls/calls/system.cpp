// The machine (uname, sysinfo), logs, modules, and what is left.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::uint16_t most_host_name = 64;
constexpr std::size_t uname_field_size = most_host_name + 1, uname_size = 6 * uname_field_size;
void print_uname(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::string_view names[] = {"sysname", "nodename", "release", "version", "machine", "domainname"};
    Fields fields(printer);
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (printer.abbreviate() && i == 2) return fields.more();
        fields(names[i]).field_text(bytes.subspan(i * uname_field_size, uname_field_size));
    }
}

constexpr std::size_t sysinfo_size = 112;
void print_sysinfo(Printer& printer, std::span<const std::byte> bytes) {
    const auto u64 = [&](std::size_t offset) { return value_at<std::uint64_t>(bytes, offset); };
    Fields fields(printer);
    fields("uptime").decimal(value_at<std::int64_t>(bytes, 0));
    Printer& loads = fields("loads");
    loads.put('[');
    for (std::size_t i = 0; i < 3; ++i) {
        if (i != 0) loads.text(", ");
        loads.unsigned_decimal(u64(8 + i * 8));
    }
    loads.put(']');
    constexpr std::string_view names[] = {"totalram", "freeram", "sharedram", "bufferram", "totalswap", "freeswap"};
    for (std::size_t i = 0; i < std::size(names); ++i) fields(names[i]).unsigned_decimal(u64(32 + i * 8));
    fields("procs").unsigned_decimal(value_at<std::uint16_t>(bytes, 80));
    fields("totalhigh").unsigned_decimal(u64(88));
    fields("freehigh").unsigned_decimal(u64(96));
    fields("mem_unit").unsigned_decimal(value_at<std::uint32_t>(bytes, 104));
}

// syslog: which actions have a buffer

constexpr std::uint32_t console_level = 8;

bool has_log_buffer(const Call& call, const Slot&) {
    constexpr std::uint32_t read = 2, read_clear = 4, last = 10;
    const std::uint32_t action = call.argument32(0);
    return (action >= read && action <= read_clear) || action > last || action == console_level;
}
void print_named_number(Printer& printer, const Slot& slot, const FlagSet& names) {
    printer.decimal(static_cast<std::int32_t>(slot.value));
    const std::string_view name = names.name_of(static_cast<std::uint32_t>(slot.value));
    printer.comment(name.empty() ? names.unknown : name);
}
void render_log_length(Printer& printer, const Slot& slot) {
    if (printer.call().argument32(0) == console_level) return print_named_number(printer, slot, log_levels);
    printer.decimal(static_cast<std::int32_t>(slot.value));
}

void render_log_action(Printer& printer, const Slot& slot) {
    print_named_number(printer, slot, syslog_actions);
}
bool fills_log(const Call& call) {
    return call.succeeded() && call.argument32(0) < console_level;
}
void capture_log(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && fills_log(capture.call()) && capture.call().result() > 0)
        capture.payload(slot.value, static_cast<std::uint64_t>(capture.call().result()));
}
void render_log(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (!fills_log(call)) return printer.address(slot.value);
    printer.buffer(slot.value, static_cast<std::uint64_t>(std::max<std::int64_t>(call.result(), 0)));
}

constexpr std::uint16_t most_reboot_argument = 255;

bool restarts_with_command(const Call& call, const Slot&) {
    constexpr std::uint32_t restart2 = 0xa1b2c3d4;
    return call.argument32(2) == restart2;
}
void capture_reboot_argument(Capture& capture, const Slot& slot, int level) {
    types::bounded_string.capture(capture, slot, level);
}
void render_reboot_argument(Printer& printer, const Slot& slot) {
    types::bounded_string.render(printer, slot);
}

constexpr std::uint64_t most_segments = 16;

void capture_segments(Capture& capture, const Slot& slot, int level) {
    const std::uint64_t count = capture.call().argument(1);
    if (level == 0 && count <= most_segments) capture.bytes(slot.value, count * 4 * capture.call().pointer_size());
}
void render_segments(Printer& printer, const Slot& slot) {
    const std::uint64_t count = printer.call().argument(1);
    const std::size_t size = printer.call().pointer_size();
    if (count > most_segments) return printer.address(slot.value);
    array(printer, slot.value, count, 4 * size, printer.element_limit(), [&](std::span<const std::byte> bytes, std::uint64_t) {
        Fields fields(printer);
        fields("buf").address(pointer_at(bytes, 0, size));
        fields("bufsz").unsigned_decimal(pointer_at(bytes, size, size));
        fields("mem").address(pointer_at(bytes, 2 * size, size));
        fields("memsz").unsigned_decimal(pointer_at(bytes, 3 * size, size));
    });
}
void render_kexec_flags(Printer& printer, const Slot& slot) {
    printer.constant(kexec_architectures, slot.value & 0xffff0000);
    if ((slot.value & ~0xffff0000ull) == 0) return;
    printer.put('|');
    printer.flags(kexec_flags, slot.value & ~0xffff0000ull);
}

// linux/sysctl.h: struct __sysctl_args

constexpr std::size_t sysctl_size = 48;

void print_sysctl(Printer& printer, std::span<const std::byte> bytes) {
    const auto pointer = [&](std::size_t offset) { return value_at<std::uint64_t>(bytes, offset); };
    Fields fields(printer);
    fields("name").address(pointer(0));
    fields("nlen").decimal(value_at<std::int32_t>(bytes, 8));
    fields("oldval").address(pointer(16));
    fields("oldlenp").address(pointer(24));
    fields("newval").address(pointer(32));
    fields("newlen").unsigned_decimal(pointer(40));
}

std::uint64_t random_bytes(const Call& call) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(call.result(), 0));
}
void capture_random(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.payload(slot.value, random_bytes(capture.call()));
}
/// Contents that nobody reads as text.
void render_random(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    RenderStyle style = printer.style();
    style.hex = HexStrings::all;
    Printer(printer.out(), printer.call(), style, printer.scope()).buffer(slot.value, random_bytes(printer.call()));
}

}  // namespace

namespace types {

static constexpr ArgumentType uname = in_32_bits(struct_out<uname_size, print_uname>, &same);
static constexpr ArgumentType sysinfo = in_32_bits(struct_out<sysinfo_size, print_sysinfo>, &address);
static constexpr ArgumentType syslog_action{.render = render_log_action};
static constexpr ArgumentType syslog_buffer{
    .phase = Phase::exit, .render = render_log, .capture = capture_log, .present = has_log_buffer, .compat = &same};
static constexpr ArgumentType syslog_length{.render = render_log_length, .present = has_log_buffer};
static constexpr ArgumentType kexec_segments{.render = render_segments, .capture = capture_segments, .compat = &same};
static constexpr ArgumentType sysctl_arguments = in_32_bits(struct_in<sysctl_size, print_sysctl>, &address);
static constexpr ArgumentType reboot_argument{
    .render = render_reboot_argument, .capture = capture_reboot_argument, .present = restarts_with_command, .compat = &same};
static constexpr ArgumentType kexec_flags{.render = render_kexec_flags};
static constexpr ArgumentType random_buffer{
    .phase = Phase::exit, .render = render_random, .capture = capture_random, .is_text = true, .compat = &same};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow system_table[] = {
    {"uname", 0, {of("buf", types::uname)}},
    {"sysinfo", 0, {of("info", types::sysinfo)}},
    {"sethostname", 0, {in_buffer("name", 1, most_host_name), count("len")}},
    {"setdomainname", 0, {in_buffer("name", 1, most_host_name), count("len")}},
    {"getrandom", 0, {of("buf", types::random_buffer), size("buflen"), flags("flags", getrandom_flags)}},
    {"reboot",
     0,
     {constant("magic", reboot_magic1), constant("magic2", reboot_magic2), constant("op", reboot_commands),
      of("arg", types::reboot_argument, 0, most_reboot_argument)}},
    {"syslog", 0, {of("type", types::syslog_action), of("bufp", types::syslog_buffer), of("len", types::syslog_length)}},
    {"vhangup", 0, {}},
    {"init_module", 0, {address("module_image"), size("len"), string("param_values")}},
    {"finit_module", class_desc, {fd("fd"), string("param_values"), flags("flags", module_flags)}},
    {"delete_module", 0, {string("name"), flags("flags", delete_module_flags)}},
    {"kexec_load", 0, {address("entry"), size("nr_segments"), of("segments", types::kexec_segments), of("flags", types::kexec_flags)}},
    {"kexec_file_load",
     class_desc,
     {fd("kernel_fd"), fd("initrd_fd"), size("cmdline_len"), in_buffer("cmdline", 2), flags64("flags", kexec_file_flags)}},
    {"uretprobe", 0, {}},
    {"uprobe", 0, {}},
    {"_sysctl", 0, {of("args", types::sysctl_arguments)}},
    {"create_module", 0, {hex("name"), hex("size")}},
    {"get_kernel_syms", 0, {hex("table")}},
    {"query_module", 0, {hex("name"), hex("which"), hex("buf"), hex("bufsize"), hex("ret")}},
    {"getpmsg", class_network, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {"putpmsg", class_network, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {"afs_syscall", 0, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {"tuxcall", 0, {hex("arg1"), hex("arg2"), hex("arg3")}},
    {"security", 0, {hex("arg1"), hex("arg2"), hex("arg3")}},
    {"vserver", 0, {hex("arg1"), hex("arg2"), hex("arg3"), hex("arg4"), hex("arg5")}},
};

constinit const std::span<const SyscallRow> system_rows = system_table;

}  // namespace shimtrace::decoders
