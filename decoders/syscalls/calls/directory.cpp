// Directories, links and names.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

// getdents64. Names are not printed but with -v; their number is.

void capture_entries(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, static_cast<std::uint64_t>(std::max<std::int64_t>(capture.call().result(), 0)));
}

/// struct linux_dirent64, and linux_dirent, which has the type in its last byte.
struct EntryLayout {
    std::size_t name;
    bool type_is_last;
};
constexpr EntryLayout entry_layout{19, false}, old_entry_layout{18, true};

/// Calls each(entry) for every complete one.
template <typename Each>
std::size_t each_entry(std::span<const std::byte> bytes, Each each) {
    constexpr std::size_t header = 19;  // with a type
    std::size_t count = 0;
    while (bytes.size() >= header) {
        const std::size_t length = value_at<std::uint16_t>(bytes, 16);
        if (length < header || length > bytes.size()) break;
        each(bytes.first(length));
        ++count;
        bytes = bytes.subspan(length);
    }
    return count;
}

template <const EntryLayout& layout>
void render_entries(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed()) return printer.address(slot.value);
    const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(call.result(), 0));
    const auto bytes = length ? call.bytes(slot.value, std::min(length, Capture::most_bytes)) : std::span<const std::byte>{};
    if (!bytes) return printer.address(slot.value);
    if (printer.abbreviate()) {
        printer.address(slot.value);
        const std::size_t count = each_entry(*bytes, [](std::span<const std::byte>) {});
        printer.text(" /* ");
        printer.unsigned_decimal(count);
        return printer.text(count == 1 ? " entry */" : " entries */");
    }
    printer.put('[');
    bool first = true;
    each_entry(*bytes, [&](std::span<const std::byte> entry) {
        if (!first) printer.text(", ");
        first = false;
        Fields fields(printer);
        fields("d_ino").unsigned_decimal(value_at<std::uint64_t>(entry, 0));
        fields("d_off").decimal(value_at<std::int64_t>(entry, 8));
        fields("d_reclen").unsigned_decimal(entry.size());
        const auto name = entry.subspan(layout.name, entry.size() - layout.name - (layout.type_is_last ? 1 : 0));
        if (layout.type_is_last && !name.empty()) fields("d_name").field_text(name);
        fields("d_type").constant(directory_types, value_at<std::uint8_t>(entry, layout.type_is_last ? entry.size() - 1 : 18));
        if (!layout.type_is_last) fields("d_name").field_text(name);
    });
    printer.put(']');
}

/// mknod's device matters for device files alone.
bool makes_device(const Call& call, const Slot& slot) {
    const std::uint64_t type = call.argument(slot.argument.other) & 0170000;
    return type == 0020000 || type == 0060000;
}
void render_device(Printer& printer, const Slot& slot) {
    printer.device(slot.value & 0xffffffff);
}
void render_file_mode(Printer& printer, const Slot& slot) {
    printer.mode(slot.value & 0xffff);
}

void capture_out_path(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.path(slot.value);
}
void render_out_path(Printer& printer, const Slot& slot) {
    printer.call().failed() ? printer.address(slot.value) : printer.path(slot.value);
}

}  // namespace

namespace types {

static constexpr ArgumentType directory_entries{
    .phase = Phase::exit, .render = render_entries<entry_layout>, .capture = capture_entries, .compat = &same};
static constexpr ArgumentType mknod_device{.render = render_device, .present = makes_device};
static constexpr ArgumentType file_mode{.render = render_file_mode};
static constexpr ArgumentType old_directory_entries{
    .phase = Phase::exit, .render = render_entries<old_entry_layout>, .capture = capture_entries, .compat = &address};
static constexpr ArgumentType out_path{
    .phase = Phase::exit, .render = render_out_path, .capture = capture_out_path, .is_text = true, .compat = &same};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow directory_table[] = {
    {"getdents", class_desc, {fd("fd"), of("dirp", types::old_directory_entries), count("count")}},
    {"getdents64", class_desc, {fd("fd"), of("dirp", types::directory_entries), count("count")}},
    {"getcwd", class_file, {of("buf", types::out_path), size("size")}},
    {"chdir", class_file, {path("path")}, {.effect = moves_directory}},
    {"fchdir", class_desc, {fd("fd")}, {.effect = moves_directory}},
    {"chroot", class_file, {path("path")}, {.effect = moves_directory}},
    {"mkdir", class_file, {path("pathname"), mode("mode")}},
    {"mkdirat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), mode("mode")}},
    {"mknod", class_file, {path("pathname"), of("mode", types::file_mode), of("dev", types::mknod_device, 1)}},
    {"mknodat",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), of("mode", types::file_mode), of("dev", types::mknod_device, 2)}},
    {"rmdir", class_file, {path("pathname")}, {.effect = moves_paths}},
    {"unlink", class_file, {path("pathname")}, {.effect = moves_paths}},
    {"unlinkat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("flags", at_flags)}, {.effect = moves_paths}},
    {"rename", class_file, {path("oldpath"), path("newpath")}, {.effect = moves_paths}},
    {"renameat",
     class_file | class_desc,
     {directory_fd("olddirfd"), path("oldpath"), directory_fd("newdirfd"), path("newpath")},
     {.effect = moves_paths}},
    {"renameat2",
     class_file | class_desc,
     {directory_fd("olddirfd"), path("oldpath"), directory_fd("newdirfd"), path("newpath"), flags("flags", rename_flags)},
     {.effect = moves_paths}},
    {"link", class_file, {path("oldpath"), path("newpath")}},
    {"linkat",
     class_file | class_desc,
     {directory_fd("olddirfd"), path("oldpath"), directory_fd("newdirfd"), path("newpath"), flags("flags", at_flags)}},
    {"symlink", class_file, {link_text("target"), path("linkpath")}},
    {"symlinkat", class_file | class_desc, {link_text("target"), directory_fd("newdirfd"), path("linkpath")}},
    {"lookup_dcookie", 0, {size("cookie"), out_buffer("buffer"), size("len")}},
};

constinit const std::span<const SyscallRow> directory_rows = directory_table;

}  // namespace shimtrace::decoders
