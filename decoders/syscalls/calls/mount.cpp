// Mounts, and the calls that make them; swap and quotas.
#include "decoders/constants/file.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/quota.hpp"
#include "decoders/syscalls/extensible_struct.hpp"
#include "decoders/syscalls/member_descriptor.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::uint64_t mount_magic = 0xc0ed0000, mount_magic_mask = 0xffff0000;

void render_mount_flags(Printer& printer, const Slot& slot) {
    if ((slot.value & mount_magic_mask) != mount_magic) return printer.flags(mount_flags, slot.value);
    styled(printer, "MS_MGC_VAL", [&] { printer.hex(mount_magic); });
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
std::uint64_t flags_of_mount(const Call& call) {
    const std::uint64_t flags = call.argument(3);
    return (flags & mount_magic_mask) == mount_magic ? flags & ~mount_magic_mask : flags;
}
bool ignores_type(const Call& call) {
    return (flags_of_mount(call) & (remount | bind | move | unbindable | make_private | make_slave | make_shared)) != 0;
}
bool ignores_data(const Call& call) {
    return (flags_of_mount(call) & remount) == 0 &&
           (flags_of_mount(call) & (bind | move | unbindable | make_private | make_slave | make_shared)) != 0;
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
constexpr std::uint64_t set_idmap = 0x100000;  // MOUNT_ATTR_IDMAP: of what the descriptor is
constexpr FlagName propagation_rows[] = {
    {1 << 17, "MS_UNBINDABLE"}, {1 << 18, "MS_PRIVATE"}, {1 << 19, "MS_SLAVE"}, {1 << 20, "MS_SHARED"}};
constexpr FlagSet propagations{"MS_???", propagation_rows};
void capture_mount_attributes(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture_extensible(capture, slot.value, capture.call().argument(slot.argument.other));
}
void render_mount_attributes(Printer& printer, const Slot& slot) {
    const std::uint64_t length = printer.call().argument(slot.argument.other);
    const bool has_all = slot.value != 0 && length >= mount_attributes_size;
    const auto bytes = has_all ? printer.call().bytes_at_entry(slot.value, mount_attributes_size) : std::nullopt;
    if (!bytes || bytes->size() < mount_attributes_size) return printer.address(slot.value);
    Fields fields(printer);
    fields("attr_set").flags(mount_setattr_attributes, value_at<std::uint64_t>(*bytes, 0));
    fields("attr_clr").flags(mount_setattr_attributes, value_at<std::uint64_t>(*bytes, 8));
    fields("propagation").constant(propagations, value_at<std::uint64_t>(*bytes, 16));
    const auto userns = value_at<std::uint64_t>(*bytes, 24);
    const bool is_fd = (value_at<std::uint64_t>(*bytes, 0) & set_idmap) != 0 && userns <= INT32_MAX;
    is_fd ? fields("userns_fd").fd(static_cast<std::int32_t>(userns)) : fields("userns_fd").unsigned_decimal(userns);
    print_unknown_fields(printer, slot.value, mount_attributes_size, length, [&] { fields.separate(); });
}

void collect_userns(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const auto set = slot.value ? call.bytes_at_entry(slot.value, 8) : std::nullopt;
    if (set && set->size() == 8 && (value_at<std::uint64_t>(*set, 0) & set_idmap)) collect_member<24>(call, slot, into);
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

void render_swap_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t priority = 0x7fff;
    const auto value = static_cast<std::uint32_t>(slot.value);
    if ((value & ~priority) != 0) {
        printer.flags(swap_flags, value & ~priority);
        printer.put('|');
    }
    printer.unsigned_decimal(value & priority);
}

}  // namespace

namespace types {

static constexpr ArgumentType mount_flags{.render = render_mount_flags};
static constexpr ArgumentType mount_source{.render = render_source, .capture = capture_source, .compat = &same};
static constexpr ArgumentType mount_type{.render = render_type, .capture = capture_type, .compat = &same};
static constexpr ArgumentType mount_data{.render = render_mount_data, .capture = capture_mount_data, .compat = &same};
static constexpr ArgumentType mount_attributes_in{
    .render = render_mount_attributes, .capture = capture_mount_attributes, .descriptors = collect_userns, .compat = &same};
static constexpr ArgumentType fsconfig_key{.render = render_fsconfig_key, .capture = capture_fsconfig_key, .compat = &same};
static constexpr ArgumentType fsconfig_value{.render = render_fsconfig_value, .capture = capture_fsconfig_value, .compat = &same};
static constexpr ArgumentType fsconfig_aux{.render = render_aux, .descriptors = collect_aux};
static constexpr ArgumentType swap_flags{.render = render_swap_flags};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow mount_table[] = {
    {"mount",
     class_file,
     {of("source", types::mount_source), path("target"), of("filesystemtype", types::mount_type), of("mountflags", types::mount_flags),
      of("data", types::mount_data)}},
    {"umount2", class_file, {path("target"), flags("flags", umount_flags)}},
    {"pivot_root", class_file, {path("new_root"), path("put_old")}, {.effect = moves_directory}},
    {"open_tree", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("flags", open_tree_flags)}, results::fd},
    {"open_tree_attr",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), flags("flags", open_tree_flags), of("attr", types::mount_attributes_in, 4), size("size")},
     results::fd},
    {"move_mount",
     class_file | class_desc,
     {directory_fd("from_dirfd"), path("from_pathname"), directory_fd("to_dirfd"), path("to_pathname"), flags("flags", move_mount_flags)}},
    {"fsopen", class_desc, {string("fsname"), flags("flags", fsopen_flags)}, results::fd},
    {"fsconfig",
     class_file | class_desc,
     {fd("fd"), constant("cmd", fsconfig_commands), of("key", types::fsconfig_key), of("value", types::fsconfig_value),
      of("aux", types::fsconfig_aux)}},
    {"fsmount", class_desc, {fd("fs_fd"), flags("flags", fsmount_flags), flags("attr_flags", mount_attributes)}, results::fd},
    {"fspick", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("flags", fspick_flags)}, results::fd},
    {"mount_setattr",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), flags("flags", mount_setattr_flags), of("attr", types::mount_attributes_in, 4),
      size("size")}},
    {"statmount", 0, {address("req"), address("buf"), size("bufsize"), hex("flags")}},
    {"listmount", 0, {address("req"), address("mnt_ids"), size("nr_mnt_ids"), hex("flags")}},
    {"swapon", class_file, {path("path"), of("swapflags", types::swap_flags)}},
    {"swapoff", class_file, {path("path")}},
    {"quotactl",
     class_file,
     {of("cmd", types::quota_command, 0), path("special"), of("id", types::quota_id, 0), of("addr", types::quota_in, 0),
      from(3, of("addr", types::quota_out, 0))}},
    {"quotactl_fd",
     class_desc,
     {fd("fd"), of("cmd", types::quota_command, 1), of("id", types::quota_id, 1), of("addr", types::quota_in, 1),
      from(3, of("addr", types::quota_out, 1))}},
    {"acct", class_file, {path("filename")}},
    {"sysfs", 0, {hex("option"), hex("arg1"), hex("arg2")}},
    {"nfsservctl", 0, {hex("cmd"), hex("argp"), hex("resp")}},
};

constinit const std::span<const SyscallRow> mount_rows = mount_table;

}  // namespace shimtrace::decoders
