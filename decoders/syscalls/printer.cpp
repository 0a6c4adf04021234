#include "decoders/syscalls/printer.hpp"

#include "decoders/constants/errors.hpp"
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/styled.hpp"

#include <bit>
#include <charconv>

namespace shimtrace::decoders {

namespace {

template <typename Number>
void append_number(std::string& out, Number value, int base) {
    char digits[72];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void Printer::decimal(std::int64_t value) {
    append_number(*out_, value, 10);
}

void Printer::unsigned_decimal(std::uint64_t value) {
    append_number(*out_, value, 10);
}

void Printer::hex(std::uint64_t value) {
    if (value == 0) return put('0');
    hex0x(value);
}

void Printer::hex0x(std::uint64_t value) {
    text("0x");
    append_number(*out_, value, 16);
}

void Printer::padded_hex(std::uint64_t value, unsigned digits) {
    text("0x");
    while (digits-- > 0) put("0123456789abcdef"[value >> (4 * digits) & 15]);
}

void Printer::hex_in_8(std::uint32_t value) {
    if (value == 0) return text("00000000");
    padded_hex(value, value > 0xffffff ? (value > 0xfffffff ? 8 : 7) : 6);
}

void Printer::octal(std::uint64_t value) {
    put('0');
    if (value != 0) append_number(*out_, value, 8);
}

void Printer::octal_padded(std::uint64_t value, unsigned digits) {
    put('0');
    for (unsigned place = digits - 1; place > 0 && value >> (3 * place) == 0; --place) put('0');
    append_number(*out_, value, 8);
}

void Printer::address(std::uint64_t value) {
    if (value == 0) return text("NULL");
    hex0x(value);
}

void Printer::flags(const FlagSet& set, std::uint64_t value) {
    if (style_.constants == Constants::raw) return hex(value);
    const bool verbose = style_.constants == Constants::verbose;
    if (verbose) hex(value);
    const char* open = verbose ? " /* " : "";
    std::uint64_t left = value;
    bool any = false;
    for (NamesOf names(set); const FlagName* flag = names.next();) {
        const bool matches = flag->value != 0 ? (left & flag->value) == flag->value : value == 0;
        if (!matches) continue;
        text(any ? "|" : open);
        text(flag->name);
        any = true;
        left &= ~flag->value;
        if (left == 0) break;
    }
    if (any) {
        if (left != 0) {
            put('|');
            hex(left);
        }
        if (verbose) text(" */");
        return;
    }
    if (!verbose) hex(value);
    if (value != 0 && !set.unknown.empty()) comment(set.unknown);
}

void Printer::constant(const FlagSet& set, std::uint64_t value) {
    if (style_.constants == Constants::raw) return hex(value);
    const std::string_view name = set.name_of(value);
    if (style_.constants == Constants::verbose || name.empty()) {
        hex(value);
        if (const std::string_view said = name.empty() ? set.unknown : name; !said.empty()) comment(said);
    } else {
        text(name);
    }
}

void Printer::signal(std::int64_t number) {
    const std::string_view name = signal_constant(number);
    if (name.empty() || style_.constants == Constants::raw) return decimal(number);
    if (style_.constants == Constants::abbrev) return text(name);
    decimal(number);
    comment(name);
}

void Printer::signal_name(std::int64_t number) {
    const std::string_view name = signal_constant(number);
    name.empty() ? decimal(number) : text(name);
}

void Printer::signal_set(std::span<const std::byte> mask) {
    constexpr int signals = 64;
    const auto bits = value_at<std::uint64_t>(mask, 0);
    // Most of all signals: what is missing is shorter.
    const bool inverted = std::popcount(bits) >= signals * 2 / 3;
    const std::uint64_t shown = inverted ? ~bits : bits;
    text(inverted ? "~[" : "[");
    bool first = true;
    for (int number = 1; number <= signals; ++number) {
        if (!(shown >> (number - 1) & 1)) continue;
        if (!first) put(' ');
        first = false;
        if (style_.constants != Constants::abbrev) decimal(number);
        const std::string_view name = signal_constant(number).substr(3);
        if (style_.constants == Constants::abbrev) text(name);
        if (style_.constants == Constants::verbose) comment(name);
    }
    put(']');
}

void Printer::mode(std::uint64_t mode) {
    constexpr std::uint64_t type = 0170000, set_uid = 04000, set_gid = 02000, sticky = 01000;
    if (style_.constants == Constants::raw) return octal_padded(mode, 2);
    if (style_.constants == Constants::verbose) {
        octal_padded(mode, 2);
        text(" /* ");
    }
    if (mode & type) {
        const std::string_view name = file_types.name_of(mode & type);
        if (name.empty()) return octal(mode);
        text(name);
        put('|');
    }
    if (mode & set_uid) text("S_ISUID|");
    if (mode & set_gid) text("S_ISGID|");
    if (mode & sticky) text("S_ISVTX|");
    octal_padded(mode & ~(type | set_uid | set_gid | sticky), 2);
    if (style_.constants == Constants::verbose) text(" */");
}

void Printer::permissions(std::uint64_t mode) {
    octal_padded(mode, 2);
}

void Printer::device(std::uint64_t device) {
    // sys/sysmacros.h: the halves of major and minor are interleaved.
    const std::uint64_t major = (device >> 8 & 0xfff) | (device >> 32 & ~std::uint64_t{0xfff});
    const std::uint64_t minor = (device & 0xff) | (device >> 12 & ~std::uint64_t{0xff});
    if (style_.constants != Constants::abbrev) hex(device);
    if (style_.constants == Constants::raw) return;
    const bool verbose = style_.constants == Constants::verbose;
    text(verbose ? " /* makedev(" : "makedev(");
    hex(major & 0xffffffff);
    text(", ");
    hex(minor & 0xffffffff);
    text(verbose ? ") */" : ")");
}

void Printer::error(std::int64_t number) {
    const ErrorName found = error_name(number);
    found.name.empty() ? decimal(number) : styled(*this, found.name, [&] { decimal(number); });
}

void Printer::negated_error(std::int64_t number) {
    const ErrorName found = number < 0 ? error_name(-number) : ErrorName{};
    found.name.empty() ? decimal(number) : styled(*this, "-" + std::string(found.name), [&] { decimal(number); });
}

/// O_DIRECTORY, O_NOFOLLOW, O_DIRECT and O_LARGEFILE, as ARM has them, where everybody else has them (asm/fcntl.h): the two pairs of bits
/// have changed places.
static std::uint64_t generic_open_flags(Arch arch, std::uint64_t flags) {
    if (arch != Arch::aarch64 && arch != Arch::arm) return flags;
    constexpr std::uint64_t lower = 0xc000, upper = 0x30000;
    return (flags & ~(lower | upper)) | (flags & lower) << 2 | (flags & upper) >> 2;
}

void Printer::open_flags(std::uint64_t flags) {
    constexpr std::uint64_t access = 3;
    if (style_.constants == Constants::raw) return hex(flags);
    if (style_.constants == Constants::verbose) {
        hex(flags);
        text(" /* ");
    }
    text(open_access_modes.name_of(flags & access));
    std::uint64_t left = generic_open_flags(call_.enter().arch, flags) & ~access;
    // Every program opens files, and the list is long to read.
    static const std::vector<FlagName> named = [] {
        std::vector<FlagName> flags;
        for (NamesOf names(decoders::open_flags); const FlagName* flag = names.next();) flags.push_back(*flag);
        return flags;
    }();
    for (const FlagName& flag : named) {
        if ((left & flag.value) != flag.value) continue;
        put('|');
        text(flag.name);
        left &= ~flag.value;
    }
    if (left != 0) {
        put('|');
        hex(left);
    }
    if (style_.constants == Constants::verbose) text(" */");
}

void Printer::interface_index(std::uint32_t index) {
    constexpr std::uint32_t loopback = 1;  // include/net/flow.h: LOOPBACK_IFINDEX
    if (index != loopback || style_.constants == Constants::raw) return unsigned_decimal(index);
    if (style_.constants == Constants::abbrev) return text("if_nametoindex(\"lo\")");
    unsigned_decimal(index);
    comment("if_nametoindex(\"lo\")");
}

void Printer::user(std::uint32_t id) {
    id == UINT32_MAX ? text("-1") : unsigned_decimal(id);
}

void Printer::clock_ticks(std::uint64_t ticks) {
    constexpr std::uint64_t per_second = 100;  // USER_HZ
    unsigned_decimal(ticks);
    if (ticks == 0 || style_.constants == Constants::raw) return;
    text(" /* ");
    unsigned_decimal(ticks / per_second);
    text(ticks % per_second < 10 ? ".0" : ".");
    unsigned_decimal(ticks % per_second);
    text(" s */");
}

void Printer::kernel_version(std::uint64_t version) {
    if (style_.constants != Constants::abbrev) hex(version);
    if (style_.constants == Constants::raw) return;
    const bool verbose = style_.constants == Constants::verbose;
    text(verbose ? " /* KERNEL_VERSION(" : "KERNEL_VERSION(");
    unsigned_decimal(version >> 16);
    text(", ");
    unsigned_decimal(version >> 8 & 0xff);
    text(", ");
    unsigned_decimal(version & 0xff);
    text(verbose ? ") */" : ")");
}

void Printer::all_hex(std::span<const std::byte> bytes, std::uint32_t limit) {
    RenderStyle style = style_;
    style.hex = HexStrings::all;
    Printer(*out_, call_, style, scope_).quoted(bytes, bytes.size(), limit);
}

void Printer::buffer(std::uint64_t address, std::uint64_t length) {
    if (address == 0) return text("NULL");
    if (length == 0) return text("\"\"");
    if (style_.string_limit == 0) return quoted({}, length);
    const std::uint64_t wanted = std::min<std::uint64_t>(length, std::uint64_t{style_.string_limit} + 1);
    const auto found = call_.bytes(address, wanted);
    if (!found || ends_unreadable(address, found->size(), wanted)) return this->address(address);
    quoted(found->first(std::min<std::size_t>(found->size(), style_.string_limit)), length);
}

void Printer::string(std::uint64_t address, std::uint32_t limit) {
    if (address == 0) return text("NULL");
    const auto found = call_.bytes(address, std::size_t{limit} + 1);
    if (!found) return this->address(address);
    const void* end = std::memchr(found->data(), 0, found->size());
    if (!end && ends_unreadable(address, found->size(), std::uint64_t{limit} + 1)) return this->address(address);
    if (!end) return quoted(*found, found->size() + 1, limit);
    const auto length = static_cast<std::size_t>(static_cast<const std::byte*>(end) - found->data());
    quoted(found->first(length), length, limit);
}

void Printer::bounded_string(std::uint64_t address, std::uint32_t most) {
    const std::uint64_t wanted = std::min<std::uint64_t>(std::uint64_t{style_.string_limit} + 1, most);
    const auto found = address ? call_.bytes(address, wanted) : std::nullopt;
    if (!found) return this->address(address);
    const void* end = std::memchr(found->data(), 0, found->size());
    if (!end && ends_unreadable(address, found->size(), wanted)) return this->address(address);
    const std::size_t length = end ? static_cast<std::size_t>(static_cast<const std::byte*>(end) - found->data())
                                   : std::min<std::size_t>(found->size(), style_.string_limit);
    quoted(found->first(std::min<std::size_t>(length, style_.string_limit)), end ? length : length + 1, style_.string_limit);
}

void Printer::path(std::uint64_t address) {
    constexpr std::uint32_t most = 4095;
    string(address, most);
}

void Printer::field_text(std::span<const std::byte> field) {
    const void* end = field.empty() ? nullptr : std::memchr(field.data(), 0, field.size());
    const std::size_t length = end ? static_cast<std::size_t>(static_cast<const std::byte*>(end) - field.data()) : field.size();
    // What has no end is cut before its last byte, as if that were it.
    quoted(field.first(length), end ? length : length + 1,
           static_cast<std::uint32_t>(end ? length : length - std::min<std::size_t>(length, 1)));
}

}  // namespace shimtrace::decoders
