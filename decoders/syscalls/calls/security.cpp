// seccomp and landlock.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/filter_program.hpp"
#include "decoders/syscalls/member_descriptor.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

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

// seccomp

void print_return_action(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.constant(seccomp_return_actions, value_at<std::uint32_t>(bytes, 0));
    printer.put(']');
}
void print_notification_sizes(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    fields("seccomp_notif").unsigned_decimal(value_at<std::uint16_t>(bytes, 0));
    fields("seccomp_notif_resp").unsigned_decimal(value_at<std::uint16_t>(bytes, 2));
    fields("seccomp_data").unsigned_decimal(value_at<std::uint16_t>(bytes, 4));
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
constexpr std::uint32_t path_beneath = 1;
void capture_rule(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, capture.call().argument32(1) == path_beneath ? 12 : 16);
}
void render_rule(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t net_port = 2;
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
void collect_rule(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (call.argument32(1) == path_beneath) collect_member<8>(call, slot, into);
}

}  // namespace

namespace results {

void landlock(Printer& printer) {
    constexpr std::uint64_t version = 1;
    printer.call().argument(2) & version ? printer.decimal(printer.call().result()) : fd(printer);
}

}  // namespace results

namespace types {

static constexpr ArgumentType seccomp_action = in_32_bits(struct_in<4, print_return_action>, &address);
static constexpr ArgumentType seccomp_sizes = in_32_bits(struct_out<6, print_notification_sizes>, &address);
static constexpr ArgumentType landlock_attributes{.render = render_ruleset, .capture = capture_ruleset, .compat = &same};
static constexpr ArgumentType landlock_rule{.render = render_rule, .capture = capture_rule, .descriptors = collect_rule, .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr Variant seccomp_variants[] = {
    {0, "SECCOMP_SET_MODE_STRICT"},
    {1, "SECCOMP_SET_MODE_FILTER", {flags("flags", seccomp_filter_flags), of("args", types::seccomp_program)}, results::seccomp},
    {2, "SECCOMP_GET_ACTION_AVAIL", {of("flags", types::hex32), of("args", types::seccomp_action)}},
    {3, "SECCOMP_GET_NOTIF_SIZES", {of("flags", types::hex32), of("args", types::seccomp_sizes)}},
};
static constexpr VariantTable seccomp_by_operation{seccomp_variants, "SECCOMP_SET_MODE_???", 0};

static constexpr SyscallRow security_table[] = {
    {"seccomp", 0, {selector("operation"), of("flags", types::hex32), address("args")}, seccomp_by_operation},
    {"landlock_create_ruleset",
     class_desc,
     {of("attr", types::landlock_attributes), size("size"), flags("flags", landlock_ruleset_flags)},
     results::landlock},
    {"landlock_add_rule",
     class_desc,
     {fd("ruleset_fd"), constant("rule_type", landlock_rule_types), of("rule_attr", types::landlock_rule), of("flags", types::hex32)}},
    {"landlock_restrict_self", class_desc, {fd("ruleset_fd"), of("flags", types::hex32)}},
};

constinit const std::span<const SyscallRow> security_rows = security_table;

}  // namespace shimtrace::decoders
