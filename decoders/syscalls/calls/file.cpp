// Opening, naming and describing files.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/extensible_struct.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders {

namespace {

// asm/stat.h of x86-64.

constexpr std::size_t stat_size = 144;

void print_stat_time(Fields& fields, std::string_view name, std::string_view fraction_name, std::int64_t seconds, std::int64_t fraction) {
    Printer& value = fields(name);
    value.decimal(seconds);
    if (const std::string text = calendar_time(seconds, fraction, 9); !text.empty()) value.comment(text);
    fields(fraction_name).decimal(fraction);
}

void print_stat(Printer& printer, std::span<const std::byte> bytes) {
    const auto u64 = [&](std::size_t offset) { return value_at<std::uint64_t>(bytes, offset); };
    const auto u32 = [&](std::size_t offset) { return value_at<std::uint32_t>(bytes, offset); };
    const std::uint32_t mode = u32(24);
    const bool is_device = (mode & 0170000) == 0020000 || (mode & 0170000) == 0060000;
    Fields fields(printer);
    if (!printer.abbreviate()) {
        fields("st_dev").device(u64(0));
        fields("st_ino").unsigned_decimal(u64(8));
    }
    fields("st_mode").mode(mode);
    if (!printer.abbreviate()) {
        fields("st_nlink").unsigned_decimal(u64(16));
        fields("st_uid").unsigned_decimal(u32(28));
        fields("st_gid").unsigned_decimal(u32(32));
        fields("st_blksize").unsigned_decimal(u64(56));
        fields("st_blocks").unsigned_decimal(u64(64));
    }
    is_device ? fields("st_rdev").device(u64(40)) : fields("st_size").unsigned_decimal(u64(48));
    if (printer.abbreviate()) return fields.more();
    constexpr struct {
        std::string_view name, fraction;
        std::size_t offset;
    } times[] = {{"st_atime", "st_atime_nsec", 72}, {"st_mtime", "st_mtime_nsec", 88}, {"st_ctime", "st_ctime_nsec", 104}};
    for (const auto& time : times)
        print_stat_time(fields, time.name, time.fraction, static_cast<std::int64_t>(u64(time.offset)),
                        static_cast<std::int64_t>(u64(time.offset + 8)));
}

// asm/stat.h of i386: what 32-bit programs get, in the places where x86-64 has it.

struct StatField {
    std::uint8_t from, size, to;
};

/// Each field moved to where the 64-bit struct has it, the rest zero.
template <const auto& fields>
void print_moved_stat(Printer& printer, std::span<const std::byte> bytes) {
    std::array<std::byte, stat_size> moved{};
    for (const StatField& field : fields) std::ranges::copy(bytes.subspan(field.from, field.size), moved.begin() + field.to);
    print_stat(printer, moved);
}

constexpr StatField stat64_fields[] = {{0, 8, 0},   {88, 8, 8},  {16, 4, 24},  {20, 4, 16}, {24, 4, 28}, {28, 4, 32},
                                       {32, 8, 40}, {44, 8, 48}, {52, 4, 56},  {56, 8, 64}, {64, 4, 72}, {68, 4, 80},
                                       {72, 4, 88}, {76, 4, 96}, {80, 4, 104}, {84, 4, 112}};
constexpr StatField stat_fields[] = {{0, 4, 0},   {4, 4, 8},   {8, 2, 24},   {10, 2, 16}, {12, 2, 28}, {14, 2, 32},
                                     {16, 4, 40}, {20, 4, 48}, {24, 4, 56},  {28, 4, 64}, {32, 4, 72}, {36, 4, 80},
                                     {40, 4, 88}, {44, 4, 96}, {48, 4, 104}, {52, 4, 112}};
constexpr std::size_t compat_stat64_size = 96, compat_stat_size = 64;

// asm-generic/stat.h: aarch64's.
constexpr StatField generic_stat_fields[] = {{0, 16, 0},  {16, 4, 24}, {20, 4, 16}, {24, 8, 28},
                                             {32, 8, 40}, {48, 8, 48}, {56, 4, 56}, {64, 56, 64}};

void print_native_stat(Printer& printer, std::span<const std::byte> bytes) {
    printer.call().enter().arch == Arch::aarch64 ? print_moved_stat<generic_stat_fields>(printer, bytes) : print_stat(printer, bytes);
}

// linux/stat.h: struct statx.

constexpr std::size_t statx_size = 256;

void print_statx_time(Fields& fields, std::string_view name, std::span<const std::byte> bytes) {
    const auto seconds = value_at<std::int64_t>(bytes, 0);
    const auto nanoseconds = value_at<std::uint32_t>(bytes, 8);
    Printer& value = fields(name);
    print_time(value, seconds, nanoseconds, "tv_nsec");
    if (const std::string text = calendar_time(seconds, nanoseconds, 9); !text.empty()) value.comment(text);
}

void print_statx(Printer& printer, std::span<const std::byte> bytes) {
    enum Mask : std::uint32_t {
        type_and_mode = 3,
        link_count = 4,
        owner = 8,
        group = 0x10,
        inode = 0x100,
        file_size = 0x200,
        blocks = 0x400,
        mount_id = 0x1000,
        direct_alignment = 0x2000
    };
    const auto u64 = [&](std::size_t offset) { return value_at<std::uint64_t>(bytes, offset); };
    const auto u32 = [&](std::size_t offset) { return value_at<std::uint32_t>(bytes, offset); };
    const bool full = !printer.abbreviate();
    const auto told = [mask = u32(0)](std::uint32_t bits) { return (mask & bits) != 0; };
    Fields fields(printer);
    fields("stx_mask").flags(statx_masks, u32(0));
    if (full) fields("stx_blksize").unsigned_decimal(u32(4));
    fields("stx_attributes").flags(statx_attributes, u64(8));
    if (full && told(link_count)) fields("stx_nlink").unsigned_decimal(u32(16));
    if (full && told(owner)) fields("stx_uid").unsigned_decimal(u32(20));
    if (full && told(group)) fields("stx_gid").unsigned_decimal(u32(24));
    if (told(type_and_mode)) fields("stx_mode").mode(value_at<std::uint16_t>(bytes, 28));
    if (full && told(inode)) fields("stx_ino").unsigned_decimal(u64(32));
    if (told(file_size)) fields("stx_size").unsigned_decimal(u64(40));
    if (!full) return fields.more();
    if (told(blocks)) fields("stx_blocks").unsigned_decimal(u64(48));
    fields("stx_attributes_mask").flags(statx_attributes, u64(56));
    constexpr struct {
        std::string_view name;
        std::uint32_t mask;
        std::size_t place;
    } times[] = {{"stx_atime", 0x20, 64}, {"stx_btime", 0x800, 80}, {"stx_ctime", 0x80, 96}, {"stx_mtime", 0x40, 112}};
    for (const auto& time : times)
        if (told(time.mask)) print_statx_time(fields, time.name, bytes.subspan(time.place));
    fields("stx_rdev_major").unsigned_decimal(u32(128));
    fields("stx_rdev_minor").unsigned_decimal(u32(132));
    fields("stx_dev_major").unsigned_decimal(u32(136));
    fields("stx_dev_minor").unsigned_decimal(u32(140));
    if (told(mount_id)) fields("stx_mnt_id").hex(u64(144));
    if (told(direct_alignment)) {
        fields("stx_dio_mem_align").unsigned_decimal(u32(152));
        fields("stx_dio_offset_align").unsigned_decimal(u32(156));
    }
}

void render_statx_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t sync_type = 0x6000;
    const auto value = static_cast<std::uint32_t>(slot.value);
    // The way of synchronizing is always named, also its 0.
    if ((value & sync_type) == 0 && printer.style().constants == Constants::abbrev) {
        printer.text("AT_STATX_SYNC_AS_STAT");
        if (value == 0) return;
        printer.put('|');
    }
    printer.flags(statx_at_flags, value);
}

constexpr std::size_t statfs_size = 120;

void print_statfs(Printer& printer, std::span<const std::byte> bytes) {
    const auto u64 = [&](std::size_t offset) { return value_at<std::uint64_t>(bytes, offset); };
    Fields fields(printer);
    fields("f_type").constant(statfs_magics, u64(0));
    constexpr std::string_view counts[] = {"f_bsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree"};
    for (std::size_t i = 0; i < std::size(counts); ++i) fields(counts[i]).unsigned_decimal(u64(8 + i * 8));
    {
        Fields id(fields("f_fsid"));
        Printer& value = id("val");
        value.put('[');
        value.hex(value_at<std::uint32_t>(bytes, 56));
        value.text(", ");
        value.hex(value_at<std::uint32_t>(bytes, 60));
        value.put(']');
    }
    fields("f_namelen").unsigned_decimal(u64(64));
    fields("f_frsize").unsigned_decimal(u64(72));
    fields("f_flags").flags(statfs_flags, u64(80));
}

// openat2

constexpr std::size_t open_how_size = 24;

void capture_open_how(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture_extensible(capture, slot.value, capture.call().argument(3));
}
void render_open_how(Printer& printer, const Slot& slot) {
    const std::uint64_t length = printer.call().argument(3);
    const auto bytes = length < open_how_size ? std::nullopt : printer.call().bytes_at_entry(slot.value, open_how_size);
    if (slot.value == 0 || !bytes || bytes->size() < open_how_size) return printer.address(slot.value);
    constexpr std::uint64_t create = 0100, temporary = 020000000;
    const auto flags = value_at<std::uint64_t>(*bytes, 0), mode = value_at<std::uint64_t>(*bytes, 8);
    Fields fields(printer);
    fields("flags").open_flags(flags);
    if ((flags & (create | temporary)) || mode != 0) fields("mode").octal_padded(mode, 2);
    fields("resolve").flags(resolve_flags, value_at<std::uint64_t>(*bytes, 16));
    print_unknown_fields(printer, slot.value, open_how_size, length, [&] { fields.separate(); });
}

void render_device_number(Printer& printer, const Slot& slot) {
    printer.device(static_cast<std::uint32_t>(slot.value));
}

}  // namespace

namespace types {

static constexpr ArgumentType compat_stat = struct_out<compat_stat_size, print_moved_stat<stat_fields>>;
static constexpr ArgumentType compat_stat64 = struct_out<compat_stat64_size, print_moved_stat<stat64_fields>>;
static constexpr ArgumentType stat = in_32_bits(struct_out<stat_size, print_native_stat>, &compat_stat, &compat_stat64);
static constexpr ArgumentType statx = in_32_bits(struct_out<statx_size, print_statx>, &same);
static constexpr ArgumentType statx_flags{.render = render_statx_flags};
static constexpr ArgumentType statfs = in_32_bits(struct_out<statfs_size, print_statfs>, &address);
static constexpr ArgumentType open_how{.render = render_open_how, .capture = capture_open_how, .compat = &same};
static constexpr ArgumentType device{.render = render_device_number};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow file_table[] = {
    {"open",
     class_file | class_desc,
     {path("pathname"), of("flags", types::open_flags), of("mode", types::open_mode, 1)},
     results::fd,
     {.waits = {opens}}},
    {"openat",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), of("flags", types::open_flags), of("mode", types::open_mode, 2)},
     results::fd,
     {.waits = {opens}}},
    {"openat2",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), of("how", types::open_how), size("size")},
     results::fd,
     {.waits = {opens}}},
    {"creat", class_file | class_desc, {path("pathname"), mode("mode")}, results::fd, {.waits = {opens}}},
    {"stat", class_file | class_stat | class_stat_like, {path("pathname"), of("statbuf", types::stat)}},
    {"lstat", class_file | class_lstat | class_stat_like, {path("pathname"), of("statbuf", types::stat)}},
    {"fstat", class_desc | class_fstat | class_stat_like, {fd("fd"), of("statbuf", types::stat)}},
    {"newfstatat",
     class_file | class_desc | class_fstat | class_stat_like,
     {directory_fd("dirfd"), path("pathname"), of("statbuf", types::stat), flags("flags", at_flags)}},
    {"statx",
     class_file | class_desc | class_fstat | class_stat_like,
     {directory_fd("dirfd"), path("pathname"), of("flags", types::statx_flags), flags("mask", statx_masks), of("statxbuf", types::statx)}},
    {"statfs", class_file | class_statfs | class_statfs_like, {path("path"), of("buf", types::statfs)}},
    {"fstatfs", class_desc | class_fstatfs | class_statfs_like, {fd("fd"), of("buf", types::statfs)}},
    {"ustat", class_statfs_like, {of("dev", types::device), address("ubuf")}},
    {"access", class_file, {path("pathname"), flags("mode", access_modes)}},
    {"faccessat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("mode", access_modes)}},
    {"faccessat2",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), flags("mode", access_modes), flags("flags", faccessat_flags)}},
    {"readlink", class_file, {path("pathname"), out_buffer("buf"), size("bufsiz")}},
    {"readlinkat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), out_buffer("buf"), size("bufsiz")}},
    {"truncate", class_file, {path("path"), size("length")}},
    {"chmod", class_file, {path("pathname"), mode("mode")}},
    {"fchmod", class_desc, {fd("fd"), mode("mode")}},
    {"fchmodat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), mode("mode")}},
    {"fchmodat2", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), mode("mode"), flags("flags", at_flags)}},
    {"chown", class_file, {path("pathname"), id("owner"), id("group")}},
    {"fchown", class_desc, {fd("fd"), id("owner"), id("group")}},
    {"lchown", class_file, {path("pathname"), id("owner"), id("group")}},
    {"fchownat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), id("owner"), id("group"), flags("flags", at_flags)}},
    {"umask", 0, {mode("mask")}, results::octal},
};

constinit const std::span<const SyscallRow> file_rows = file_table;

}  // namespace shimtrace::decoders
