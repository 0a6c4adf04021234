#include "decoders/syscalls/layout/struct_layout.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/layout/field_walk.hpp"
#include "decoders/syscalls/layout/socket_address.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/styled.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace shimtrace::decoders {

namespace {

constexpr std::uint8_t inet_family = 2, inet6_family = 10;
constexpr std::size_t inet_size = 4, inet6_size = 16, socket_address_size = 128;

std::uint64_t unsigned_at(std::span<const std::byte> bytes, std::size_t width) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), std::min({width, bytes.size(), sizeof number}));
    return number;
}
std::int64_t signed_at(std::span<const std::byte> bytes, std::size_t width) {
    const unsigned unused = 64 - 8 * static_cast<unsigned>(std::clamp<std::size_t>(width, 1, 8));
    return static_cast<std::int64_t>(unsigned_at(bytes, width) << unused) >> unused;
}
std::uint64_t swapped(std::uint64_t number, std::size_t width) {
    return __builtin_bswap64(number) >> (64 - 8 * width);
}

/// Fewer bytes are shown as what they are.
std::size_t needed(const Value& value, const Surroundings& around) {
    if (value.format == Format::layout) return value.layout->least != 0 ? value.layout->least : size_of(*value.layout);
    if (value.format == Format::elements && value.elements->count == 0) return size_of(value.elements->element);
    if (value.format == Format::address) return around.family == inet_family ? inet_size : around.family == inet6_family ? inet6_size : 0;
    return size_of(value);
}

void print_inet6_call(Printer& printer, std::span<const std::byte> bytes, std::string_view into = {}) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    std::string call = "inet_pton(AF_INET6, \"" + std::string(text) + '"';
    if (!into.empty()) call.append(", &").append(into);
    styled(printer, call.append(")"), [&] { printer.all_hex(bytes.first(inet6_size)); });
}

void print_family_address(Printer& printer, const Region& region, const Surroundings& around) {
    if (around.family == inet_family && region.readable(inet_size)) return print_inet_address(printer, region.bytes);
    if (around.family == inet6_family && region.readable(inet6_size)) return print_inet6_call(printer, region.bytes);
    print_hex_text(printer, region);
}

void print_hardware_address(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        if (!text.empty()) text.push_back(':');
        text.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
        text.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{15})]);
    }
    styled(printer, text, [&] { printer.all_hex(bytes); });
}

void print_string(Printer& printer, const Region& region) {
    const bool ends = !region.bytes.empty() && region.bytes.size() == region.length && region.bytes.back() == std::byte{0};
    printer.quoted(region.bytes.first(region.bytes.size() - (ends ? 1 : 0)), ends ? region.length - 1 : region.length + 1);
}

void print_elements(Printer& printer, const Elements& list, Region region, Surroundings& around) {
    const std::size_t size = size_of(list.element);
    if (size == 0) return print_hex_text(printer, region);
    const std::uint64_t fitting = region.length / size;
    const std::uint64_t count = list.count != 0 || list.cut ? std::min<std::uint64_t>(list.count, fitting) : fitting;
    const std::uint64_t limit = list.count != 0 && !list.cut ? UINT64_MAX : printer.element_limit();
    printer.put('[');
    for (std::uint64_t i = 0; i < count; ++i, region = region.from(size)) {
        if (i != 0) printer.text(", ");
        if (i == limit) {
            printer.text("...");
            break;
        }
        if (!region.readable(size)) {
            printer.text("... /* ");
            printer.hex(region.address);
            printer.text(" */");
            break;
        }
        if (list.indexes) {
            printer.put('[');
            const std::string_view name = list.indexes->name_of(i);
            if (!name.empty()) {
                styled(printer, name, [&] { printer.unsigned_decimal(i); });
            } else {
                printer.unsigned_decimal(i);
                if (printer.style().constants != Constants::raw && !list.indexes->unknown.empty()) printer.comment(list.indexes->unknown);
            }
            printer.text("]=");
        }
        print_value(printer, list.element, region.first(size), around);
    }
    printer.put(']');
}

/// As C writes it: 'a', '\'', '\xfa'.
void print_character(Printer& printer, std::uint64_t character) {
    printer.put('\'');
    if (character == '\'' || character == '\\') {
        printer.put('\\');
        printer.put(static_cast<char>(character));
    } else if (character >= ' ' && character < 0x7f) {
        printer.put(static_cast<char>(character));
    } else {
        printer.text("\\x");
        printer.put("0123456789abcdef"[character >> 4 & 15]);
        printer.put("0123456789abcdef"[character & 15]);
    }
    printer.put('\'');
}

void print_four_characters(Printer& printer, std::uint64_t code, const FlagSet* names) {
    if (printer.style().constants == Constants::raw) return printer.hex(code);
    printer.text("v4l2_fourcc(");
    for (unsigned shift = 0; shift < 32; shift += 8) {
        if (shift != 0) printer.text(", ");
        print_character(printer, code >> shift & 0xff);
    }
    printer.put(')');
    if (const std::string_view name = names->name_of(code); !name.empty()) printer.comment(name);
}

void print_uuid(Printer& printer, std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) printer.put('-');
        printer.put("0123456789abcdef"[std::to_integer<std::size_t>(bytes[i] >> 4)]);
        printer.put("0123456789abcdef"[std::to_integer<std::size_t>(bytes[i] & std::byte{15})]);
    }
}

void print_scalar(Printer& printer, const Value& value, std::span<const std::byte> bytes, Surroundings& around) {
    const std::size_t width = value.width;
    const std::uint64_t number = unsigned_at(bytes, width);
    switch (value.format) {
        case Format::signed_number:
            return printer.decimal(signed_at(bytes, width));
        case Format::hex:
        case Format::reserved:
            return printer.hex(number);
        case Format::padded_hex:
            return printer.padded_hex(number, static_cast<unsigned>(2 * width));
        case Format::flags:
            return printer.flags(*value.names, number);
        case Format::constant:
            return printer.constant(*value.names, number);
        case Format::decimal_constant: {
            const std::string_view name = value.names->name_of(number);
            if (!name.empty()) return styled(printer, name, [&] { printer.unsigned_decimal(number); });
            printer.unsigned_decimal(number);
            if (!value.names->unknown.empty() && printer.style().constants != Constants::raw) printer.comment(value.names->unknown);
            return;
        }
        case Format::numbered_flags:
        case Format::numbered_constant: {
            RenderStyle style = printer.style();
            if (style.constants == Constants::abbrev) style.constants = Constants::verbose;
            Printer numbered(printer.out(), printer.call(), style, printer.scope());
            return value.format == Format::numbered_flags ? numbered.flags(*value.names, number) : numbered.constant(*value.names, number);
        }
        case Format::family:
            around.family = static_cast<std::uint8_t>(number);
            return printer.constant(address_families, number);
        case Format::network_order:
        case Format::network_hex:
        case Format::network_constant: {
            const std::uint64_t meant = swapped(number, width);
            printer.text(width == 2 ? "htons(" : width == 4 ? "htonl(" : "htobe64(");
            value.format == Format::network_order ? printer.unsigned_decimal(meant)
            : value.format == Format::network_hex ? printer.hex(meant)
                                                  : printer.constant(*value.names, meant);
            return printer.put(')');
        }
        case Format::index:
            return printer.interface_index(static_cast<std::uint32_t>(number));
        case Format::device:
            return printer.device(number);
        case Format::user:
            return printer.user(static_cast<std::uint32_t>(number));
        case Format::process:
            return printer.pid(static_cast<std::int32_t>(number));
        case Format::descriptor:
            return printer.fd(static_cast<std::int32_t>(number));
        case Format::error:
            return printer.negated_error(signed_at(bytes, width));
        case Format::clock_ticks:
            return printer.clock_ticks(number);
        case Format::character:
            return print_character(printer, number);
        case Format::four_characters:
            return print_four_characters(printer, number, value.names);
        case Format::ratio:
            printer.unsigned_decimal(number & UINT32_MAX);
            printer.put('/');
            return printer.unsigned_decimal(number >> 32);
        case Format::version:
            return printer.kernel_version(number);
        case Format::signal:
            return printer.signal(static_cast<std::int32_t>(number));
        case Format::open_flags:
            return printer.open_flags(number);
        case Format::location:
            return printer.address(number);
        default:
            return printer.unsigned_decimal(number);
    }
}

const Value& chosen(const ByFamily& table, std::uint8_t family) {
    for (const OfFamily& row : table.rows)
        if (row.family == family) return row.value;
    return table.otherwise;
}
const Value& chosen(const ByKind& table, const Surroundings& around) {
    static constexpr Value unknown{};
    for (const OfKind& row : table.rows)
        if (row.kind == (table.slave ? around.slave_kind : around.kind)) return row.value;
    return unknown;
}

void print_layout(Printer& printer, const Layout& layout, const Region& region, Surroundings& around) {
    Surroundings within = around;
    print_fields(printer, layout, region, within);
    const std::size_t size = size_of(layout);
    const std::uint64_t end = layout.rest == Rest::attributes ? (size + 3) & ~std::size_t{3} : size;
    if (layout.rest == Rest::ignored || region.length <= end) return;
    printer.text(", ");
    layout.rest == Rest::attributes ? print_attributes(printer, *layout.attributes, region.from(end), within)
                                    : print_hex_text(printer, region.from(end));
}

/// Whether there is nothing to say of a field: it is kept for later, and zero.
bool is_silent(const Value& value, const Region& region) {
    if (value.format == Format::skipped) return true;
    return (value.format == Format::reserved || value.shown == Shown::if_set) && is_all_zero(region.bytes);
}

void print_field(Printer& printer, Fields& fields, std::string_view name, const Value& value, const Region& whole, const Region& region,
                 Surroundings& around) {
    const bool is_inet6 = value.format == Format::inet6 || (value.format == Format::address && around.family == inet6_family);
    if (is_inet6 && region.readable(inet6_size)) {
        fields.separate();
        return print_inet6_call(printer, region.bytes, name);
    }
    fields(name);
    switch (value.format) {
        case Format::text:
            return printer.field_text(region.bytes);
        case Format::bytes:
            return printer.all_hex(region.bytes);
        case Format::reserved:
            return std::has_single_bit(value.width) ? print_scalar(printer, value, region.bytes, around) : printer.all_hex(region.bytes);
        case Format::pointer:
            return print_pointed(printer, *value.pointed, whole, region, around);
        case Format::elements: {
            if (value.elements->counted_by == nowhere) return print_elements(printer, *value.elements, region, around);
            Elements counted = *value.elements;
            counted.counted_by = nowhere;
            counted.cut = true;
            const std::uint64_t count = number_at(whole, value.elements->counted_by, value.elements->counter);
            counted.count = count > INT32_MAX ? 0 : static_cast<std::uint8_t>(std::min<std::uint64_t>(count, counted.count));
            return print_elements(printer, counted, region, around);
        }
        case Format::counted_text: {
            const std::uint64_t counted = std::min<std::uint64_t>(number_at(whole, value.place, 4), value.width);
            return printer.quoted(region.first(counted).bytes, counted, UINT32_MAX);
        }
        case Format::counted_hardware_address:
            return print_hardware_address(printer, region.first(unsigned_at(whole.from(value.place).bytes, 2)).bytes);
        case Format::counted_bytes:
            return printer.all_hex(region.first(unsigned_at(whole.from(value.place).bytes, 2)).bytes);
        default:
            return print_value(printer, value, region, around);
    }
}

/// `before`: the struct when the call began, where this is what the call has made of it.
void print_each_field(Printer& printer, Fields& fields, const Layout& layout, const Region& region, const Region* before,
                      Surroundings& around) {
    std::size_t shown = 0;
    bool hidden = false, marked = false;
    for (FieldWalk walk(layout.fields, region); walk.next();) {
        const Value& value = walk.value();
        const Region part = walk.part();
        if (part.length == 0 && value.format != Format::pointer) return;
        if (layout.brief != 0 && shown++ == layout.brief && printer.abbreviate()) return fields.more();
        if (part.length < walk.size() && value.format != Format::elements) return fields(walk.name()).all_hex(part.bytes);
        if (value.shown == Shown::in_full && printer.abbreviate()) {
            hidden = true;
        } else if (value.shown == Shown::in_full_marked && printer.abbreviate()) {
            if (!std::exchange(marked, true)) fields.more();
            continue;
        } else if (value.shown == Shown::in_full_alone || value.shown == Shown::in_brief) {
            if (printer.abbreviate() == (value.shown == Shown::in_brief))
                print_field(printer, fields, walk.name(), value, region, part, around);
        } else if (value.shown == Shown::if_changed && before != nullptr) {
            const Region old = before->from(part.address - region.address).first(walk.size());
            if (std::ranges::equal(old.bytes, part.bytes)) continue;
            printer.text(" => ");
            if (!walk.name().empty()) (printer.text(walk.name()), printer.put('='));
            print_value(printer, value, part, around);
        } else if (!is_silent(value, part) && (value.shown != Shown::if_failed || printer.call().failed())) {
            print_field(printer, fields, walk.name(), value, region, part, around);
        }
        marked = false;
    }
    if (hidden) fields.more();
}

}  // namespace

std::size_t size_of(const Value& value) {
    switch (value.format) {
        case Format::layout:
            return size_of(*value.layout);
        case Format::elements:
            return size_of(value.elements->element) * value.elements->count;
        case Format::inet:
            return inet_size;
        case Format::inet6:
            return inet6_size;
        case Format::socket_address:
            return value.width != 0 ? value.width : socket_address_size;
        case Format::pointer:
            return value.pointed->here ? 0 : sizeof(std::uint64_t);
        default:
            return value.width;
    }
}

void print_alone(Printer& printer, const Value& value, const Region& region, Surroundings& around) {
    const bool is_one = value.format != Format::layout && value.format != Format::elements && value.format != Format::pointer &&
                        value.format != Format::by_function && value.format != Format::text;
    if (is_one) printer.put('[');
    print_value(printer, value, region, around);
    if (is_one) printer.put(']');
}

void print_hex_text(Printer& printer, const Region& region) {
    RenderStyle style = printer.style();
    const std::uint64_t shown = std::min<std::uint64_t>(region.length, style.string_limit);
    if (!region.readable(shown)) return printer.address(region.address);
    style.hex = HexStrings::all;
    Printer(printer.out(), printer.call(), style, printer.scope()).quoted(region.bytes, region.length);
}

void print_fields(Printer& printer, const Layout& layout, const Region& region, Surroundings& around) {
    Fields fields(printer);
    print_each_field(printer, fields, layout, region, nullptr, around);
}

void print_first_fields(Printer& printer, const Layout& layout, const Region& region, Surroundings& around) {
    Fields fields(printer, Fields::left_open);
    print_each_field(printer, fields, layout, region, nullptr, around);
}

void print_other_fields(Printer& printer, const Layout& layout, const Region& region, const Region& before, Surroundings& around) {
    Fields fields(printer, Fields::continued);
    print_each_field(printer, fields, layout, region, &before, around);
}

void print_field_rows(Printer& printer, Fields& fields, const Layout& layout, const Region& region, Surroundings& around) {
    print_each_field(printer, fields, layout, region, nullptr, around);
}

void print_value(Printer& printer, const Value& value, const Region& region, Surroundings& around) {
    if (value.format == Format::by_family) return print_value(printer, chosen(*value.by_family, around.family), region, around);
    if (value.format == Format::by_kind) return print_value(printer, chosen(*value.by_kind, around), region, around);
    if (value.format == Format::by_function) return value.function(printer, region, around);
    if (value.format == Format::pointer) return print_pointed(printer, *value.pointed, region, region, around);
    if (value.format == Format::attributes) return print_attributes(printer, *value.attributes, region, around);
    if (value.format == Format::bytes) return print_hex_text(printer, region);

    const std::size_t least = needed(value, around);
    const bool short_is_text = value.format == Format::layout && value.layout->short_is_text;
    if (region.length < least) return short_is_text ? printer.quoted(region.bytes, region.length) : print_hex_text(printer, region);
    const bool all = value.format == Format::text || value.format == Format::hardware_address || value.format == Format::clock_ticks;
    const std::uint64_t wanted = all                              ? region.length
                                 : value.format == Format::layout ? std::min<std::uint64_t>(region.length, size_of(*value.layout))
                                                                  : least;
    if (!region.readable(wanted)) return printer.address(region.address);
    switch (value.format) {
        case Format::text:
            return print_string(printer, region);
        case Format::layout:
            return print_layout(printer, *value.layout, region, around);
        case Format::elements:
            return print_elements(printer, *value.elements, region, around);
        case Format::buffer:
            return printer.quoted(region.bytes, region.length);
        case Format::uuid:
            return print_uuid(printer, region.bytes);
        case Format::hardware_address:
            return print_hardware_address(printer, region.bytes);
        case Format::inet:
            return print_inet_address(printer, region.bytes);
        case Format::inet6:
            return print_inet6_call(printer, region.bytes);
        case Format::address:
            return print_family_address(printer, region, around);
        case Format::socket_address:
            return print_socket_address(printer, region.bytes.first(size_of(value)));
        case Format::clock_ticks:
            if (region.length > sizeof(std::uint64_t)) return print_hex_text(printer, region);
            return printer.clock_ticks(unsigned_at(region.bytes, region.length));
        default:
            return print_scalar(printer, value, region.bytes, around);
    }
}

}  // namespace shimtrace::decoders
