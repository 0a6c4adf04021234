// The machine (uname, sysinfo), logs, swap, seccomp, landlock, ptrace and what is left.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"

#include "decoders/syscalls/compat.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders {

namespace {

constexpr FlagName landlock_access_rows[] = {
    {1 << 0, "LANDLOCK_ACCESS_FS_EXECUTE"},    {1 << 1, "LANDLOCK_ACCESS_FS_WRITE_FILE"}, {1 << 2, "LANDLOCK_ACCESS_FS_READ_FILE"},
    {1 << 3, "LANDLOCK_ACCESS_FS_READ_DIR"},   {1 << 4, "LANDLOCK_ACCESS_FS_REMOVE_DIR"}, {1 << 5, "LANDLOCK_ACCESS_FS_REMOVE_FILE"},
    {1 << 6, "LANDLOCK_ACCESS_FS_MAKE_CHAR"},  {1 << 7, "LANDLOCK_ACCESS_FS_MAKE_DIR"},   {1 << 8, "LANDLOCK_ACCESS_FS_MAKE_REG"},
    {1 << 9, "LANDLOCK_ACCESS_FS_MAKE_SOCK"},  {1 << 10, "LANDLOCK_ACCESS_FS_MAKE_FIFO"}, {1 << 11, "LANDLOCK_ACCESS_FS_MAKE_BLOCK"},
    {1 << 12, "LANDLOCK_ACCESS_FS_MAKE_SYM"},  {1 << 13, "LANDLOCK_ACCESS_FS_REFER"},     {1 << 14, "LANDLOCK_ACCESS_FS_TRUNCATE"},
    {1 << 15, "LANDLOCK_ACCESS_FS_IOCTL_DEV"},
};
constexpr FlagSet landlock_access{"LANDLOCK_ACCESS_FS_???", landlock_access_rows};
constexpr FlagName landlock_network_rows[] = {{1, "LANDLOCK_ACCESS_NET_BIND_TCP"}, {2, "LANDLOCK_ACCESS_NET_CONNECT_TCP"}};
constexpr FlagSet landlock_network_access{"LANDLOCK_ACCESS_NET_???", landlock_network_rows};
constexpr FlagName quota_rows[] = {
    {0x800001, "Q_SYNC"},     {0x800002, "Q_QUOTAON"},  {0x800003, "Q_QUOTAOFF"},    {0x800004, "Q_GETFMT"},       {0x800005, "Q_GETINFO"},
    {0x800006, "Q_SETINFO"},  {0x800007, "Q_GETQUOTA"}, {0x800008, "Q_SETQUOTA"},    {0x800009, "Q_GETNEXTQUOTA"}, {0x5801, "Q_XQUOTAON"},
    {0x5802, "Q_XQUOTAOFF"},  {0x5803, "Q_XGETQUOTA"},  {0x5804, "Q_XSETQLIM"},      {0x5805, "Q_XGETQSTAT"},      {0x5806, "Q_XQUOTARM"},
    {0x5807, "Q_XQUOTASYNC"}, {0x5808, "Q_XGETQSTATV"}, {0x5809, "Q_XGETNEXTQUOTA"},
};
constexpr FlagSet quota_commands{"Q_???", quota_rows};

constexpr std::size_t uname_field_size = 65, uname_size = 6 * uname_field_size;
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

bool has_log_buffer(const Call& call, const Slot&) {
    constexpr std::uint32_t read = 2, read_clear = 4, last = 10;
    const std::uint32_t action = call.argument32(0);
    return (action >= read && action <= read_clear) || action > last;
}
bool has_log_length(const Call& call, const Slot& slot) {
    constexpr std::uint32_t console_level = 8;
    return has_log_buffer(call, slot) || call.argument32(0) == console_level;
}
void render_log_length(Printer& printer, const Slot& slot) {
    printer.decimal(static_cast<std::int32_t>(slot.value));
}

void render_log_action(Printer& printer, const Slot& slot) {
    printer.decimal(static_cast<std::int32_t>(slot.value));
    const std::string_view name = syslog_actions.name_of(static_cast<std::uint32_t>(slot.value));
    printer.comment(name.empty() ? syslog_actions.unknown : name);
}
void capture_log(Capture& capture, const Slot& slot, int level) {
    if (level == 0 && capture.call().result() > 0) capture.payload(slot.value, static_cast<std::uint64_t>(capture.call().result()));
}
void render_log(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed() || call.argument32(0) > 10) return printer.address(slot.value);
    printer.buffer(slot.value, static_cast<std::uint64_t>(std::max<std::int64_t>(call.result(), 0)));
}

void render_swap_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t priority = 0x7fff, prefer = 0x8000;
    const auto value = static_cast<std::uint32_t>(slot.value);
    printer.flags(swap_flags, value & ~priority);
    if (!(value & prefer) && (value & priority) == 0) return;
    printer.put('|');
    printer.unsigned_decimal(value & priority);
}

bool restarts_with_command(const Call& call, const Slot&) {
    constexpr std::uint32_t restart2 = 0xa1b2c3d4;
    return call.argument32(2) == restart2;
}
void capture_reboot_argument(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.string(slot.value);
}
void render_reboot_argument(Printer& printer, const Slot& slot) {
    printer.string(slot.value, printer.style().string_limit);
}

// seccomp

enum SeccompOperation : std::uint32_t { set_strict = 0, set_filter = 1, action_available = 2, notification_sizes = 3 };

void render_seccomp_flags(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    printer.call().argument32(0) == set_filter ? printer.flags(seccomp_filter_flags, value) : printer.hex(value);
}
bool seccomp_late(const Call& call, const Slot&) {
    return call.argument32(0) == notification_sizes;
}
void capture_seccomp(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    switch (capture.call().argument32(0)) {
        case set_filter:
            return capture.bytes(slot.value, 16);
        case action_available:
            return capture.bytes(slot.value, 4);
        case notification_sizes:
            return capture.bytes(slot.value, 6);
        default:
            return;
    }
}
void render_seccomp(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto bytes = slot.value && !call.failed() ? call.bytes(slot.value, 16)
                       : slot.value                 ? call.bytes_at_entry(slot.value, 16)
                                                    : std::nullopt;
    if (!bytes) return printer.address(slot.value);
    const std::uint32_t operation = call.argument32(0);
    if (operation == set_filter && bytes->size() >= 16) return print_filter_program(printer, *bytes);
    if (operation == action_available && bytes->size() >= 4) {
        printer.put('[');
        printer.constant(seccomp_return_actions, value_at<std::uint32_t>(*bytes, 0));
        return printer.put(']');
    }
    if (operation != notification_sizes || bytes->size() < 6) return printer.address(slot.value);
    Fields fields(printer);
    fields("seccomp_notif").unsigned_decimal(value_at<std::uint16_t>(*bytes, 0));
    fields("seccomp_notif_resp").unsigned_decimal(value_at<std::uint16_t>(*bytes, 2));
    fields("seccomp_data").unsigned_decimal(value_at<std::uint16_t>(*bytes, 4));
}

// landlock

void capture_ruleset(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, std::min<std::uint64_t>(capture.call().argument(1), 24));
}
void render_ruleset(Printer& printer, const Slot& slot) {
    const std::uint64_t length = std::min<std::uint64_t>(printer.call().argument(1), 24);
    const auto bytes = slot.value && length >= 8 ? printer.call().bytes_at_entry(slot.value, length) : std::nullopt;
    if (!bytes || bytes->size() < 8) return printer.address(slot.value);
    Fields fields(printer);
    fields("handled_access_fs").flags(landlock_access, value_at<std::uint64_t>(*bytes, 0));
    if (bytes->size() >= 16) fields("handled_access_net").flags(landlock_network_access, value_at<std::uint64_t>(*bytes, 8));
    if (bytes->size() >= 24) fields("scoped").hex(value_at<std::uint64_t>(*bytes, 16));
}
void capture_rule(Capture& capture, const Slot& slot, int level) {
    constexpr std::uint32_t path_beneath = 1;
    if (level == 0) capture.bytes(slot.value, capture.call().argument32(1) == path_beneath ? 12 : 16);
}
void render_rule(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t path_beneath = 1, net_port = 2;
    const std::uint32_t type = printer.call().argument32(1);
    const std::size_t size = type == path_beneath ? 12 : 16;
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, size) : std::nullopt;
    if (!bytes || bytes->size() < size || (type != path_beneath && type != net_port)) return printer.address(slot.value);
    Fields fields(printer);
    if (type == net_port) {
        fields("allowed_access").flags(landlock_network_access, value_at<std::uint64_t>(*bytes, 0));
        fields("port").unsigned_decimal(value_at<std::uint64_t>(*bytes, 8));
        return;
    }
    fields("allowed_access").flags(landlock_access, value_at<std::uint64_t>(*bytes, 0));
    fields("parent_fd").fd(value_at<std::int32_t>(*bytes, 8));
}

// ptrace

enum Request : std::uint64_t {
    traceme = 0,
    kill = 8,
    attach = 16,
    old_set_options = 21,
    set_options = 0x4200,
    seize = 0x4206,
    interrupt = 0x4207,
    listen = 0x4208
};
constexpr std::uint64_t with_signal[] = {7, 9, 17, 24, 31, 32, 33};

void render_ptrace_data(Printer& printer, const Slot& slot) {
    const std::uint64_t request = printer.call().argument(0);
    if (request == seize || request == set_options || request == old_set_options) return printer.flags(ptrace_options, slot.value);
    if (std::ranges::find(with_signal, request) != std::end(with_signal)) return printer.signal(static_cast<std::int64_t>(slot.value));
    printer.address(slot.value);
}
bool has_ptrace_target(const Call& call, const Slot&) {
    return call.argument(0) != traceme;
}
bool has_ptrace_arguments(const Call& call, const Slot&) {
    constexpr std::uint64_t with_target_alone[] = {traceme, kill, attach, interrupt, listen};
    return std::ranges::find(with_target_alone, call.argument(0)) == std::end(with_target_alone);
}
void render_ptrace_pid(Printer& printer, const Slot& slot) {
    printer.pid(static_cast<std::int32_t>(slot.value));
}
void render_ptrace_address(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}

void render_fanotify_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t class_mask = 0xc;
    const auto value = static_cast<std::uint32_t>(slot.value);
    printer.constant(fanotify_classes, value & class_mask);
    if ((value & ~class_mask) == 0) return;
    printer.put('|');
    printer.flags(fanotify_init_flags, value & ~class_mask);
}
void render_fanotify_directory(Printer& printer, const Slot& slot) {
    const auto fd = static_cast<std::int32_t>(slot.value);
    fd == -1 ? printer.text("FAN_NOFD") : printer.directory_fd(fd);
}
void collect_directory(const Call&, const Slot& slot, std::vector<Fd>& into) {
    into.push_back(Fd{static_cast<std::int32_t>(slot.value)});
}

/// quotactl's command is made of an operation and a type: linux/quota.h, QCMD.
void render_quota_command(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    constexpr std::string_view types[] = {"USRQUOTA", "GRPQUOTA", "PRJQUOTA"};
    printer.text("QCMD(");
    printer.constant(quota_commands, value >> 8);
    printer.text(", ");
    if ((value & 0xff) < std::size(types)) {
        printer.text(types[value & 0xff]);
    } else {
        printer.hex(value & 0xff);
        printer.comment("???QUOTA");
    }
    printer.put(')');
}

void render_kexec_flags(Printer& printer, const Slot& slot) {
    const std::uint64_t architecture = slot.value >> 16 & 0xffff;
    architecture == 62  ? printer.text("KEXEC_ARCH_X86_64")
    : architecture == 0 ? printer.text("KEXEC_ARCH_DEFAULT")
                        : printer.hex(architecture << 16);
    if ((slot.value & ~0xffff0000ull) == 0) return;
    printer.put('|');
    printer.flags(kexec_flags, slot.value & ~0xffff0000ull);
}

// sendfile: [3] => [13]

template <typename Offset>
void render_sendfile_offset(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto before = slot.value ? call.value_at_entry<Offset>(slot.value) : std::nullopt;
    if (!before) return printer.address(slot.value);
    printer.put('[');
    printer.decimal(*before);
    printer.put(']');
    const auto after = call.exit()->memory.value<Offset>(RemoteAddress{slot.value});
    if (!call.succeeded() || call.result() == 0 || !after) return;
    printer.text(" => [");
    printer.decimal(*after);
    printer.put(']');
}

}  // namespace

namespace results {

void landlock(Printer& printer) {
    constexpr std::uint64_t version = 1;
    printer.call().argument(2) & version ? printer.decimal(printer.call().result()) : fd(printer);
}
void signal_number(Printer& printer) {
    printer.decimal(printer.call().result());
    if (printer.call().result() == 0) return;
    printer.text(" (");
    printer.signal_name(printer.call().result());
    printer.put(')');
}
void date(Printer& printer) {
    printer.decimal(printer.call().result());
    const std::string text = calendar_time(printer.call().result(), 0, 0);
    if (!text.empty()) printer.text(" (" + text + ")");
}
void adjtimex(Printer& printer) {
    printer.decimal(printer.call().result());
    printer.text(" (");
    printer.constant(adjtimex_states, static_cast<std::uint64_t>(printer.call().result()));
    printer.put(')');
}

}  // namespace results

namespace kinds {

const Kind uname = struct_out<uname_size, print_uname>;
const Kind sysinfo = struct_out<sysinfo_size, print_sysinfo>;
const Kind syslog_action{.render = render_log_action};
const Kind syslog_buffer{.phase = Phase::exit, .render = render_log, .capture = capture_log, .present = has_log_buffer};
const Kind syslog_length{.render = render_log_length, .present = has_log_length};
const Kind swap_flags{.render = render_swap_flags};
const Kind reboot_argument{.render = render_reboot_argument, .capture = capture_reboot_argument, .present = restarts_with_command};
const Kind seccomp_flags{.render = render_seccomp_flags};
const Kind seccomp_argument{.phase = Phase::by_call, .render = render_seccomp, .capture = capture_seccomp, .late = seccomp_late};
const Kind landlock_attributes{.render = render_ruleset, .capture = capture_ruleset};
const Kind landlock_rule{.render = render_rule, .capture = capture_rule};
const Kind ptrace_pid{.render = render_ptrace_pid, .present = has_ptrace_target};
const Kind ptrace_address{.render = render_ptrace_address, .present = has_ptrace_arguments};
const Kind ptrace_data{.render = render_ptrace_data, .present = has_ptrace_arguments};
const Kind fanotify_flags{.render = render_fanotify_flags};
const Kind fanotify_directory{.render = render_fanotify_directory, .descriptors = collect_directory};
const Kind quota_command{.render = render_quota_command};
const Kind kexec_flags{.render = render_kexec_flags};
const Kind sendfile_offset{
    .phase = Phase::exit_always, .render = render_sendfile_offset<std::int64_t>, .capture = capture_struct<8>, .captured_at_both = true};
const Kind compat::sendfile_offset{
    .phase = Phase::exit_always, .render = render_sendfile_offset<std::int32_t>, .capture = capture_struct<4>, .captured_at_both = true};

}  // namespace kinds

}  // namespace shimtrace::decoders
