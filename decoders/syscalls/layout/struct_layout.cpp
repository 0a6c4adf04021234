#include "decoders/syscalls/layout/struct_layout.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/socket_address.hpp"
#include "decoders/syscalls/styled.hpp"

#include <arpa/inet.h>

#include <bit>

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

std::size_t alignment_of(const Value& value) {
    switch (value.format) {
        case Format::layout: {
            std::size_t most = 1;
            for (const Field& field : value.layout->fields) most = std::max(most, alignment_of(field.value));
            return most;
        }
        case Format::elements:
            return alignment_of(value.elements->element);
        case Format::bytes:
        case Format::skipped:
        case Format::text:
        case Format::hardware_address:
        case Format::counted_bytes:
        case Format::counted_hardware_address:
        case Format::inet6:
        case Format::address:
            return 1;
        default:
            return std::has_single_bit(size_of(value)) ? std::min<std::size_t>(size_of(value), 8) : 1;
    }
}

/// Fewer bytes are shown as what they are.
std::size_t needed(const Value& value, const Surroundings& around) {
    if (value.format == Format::layout) return value.layout->least != 0 ? value.layout->least : size_of(*value.layout);
    if (value.format == Format::elements && value.elements->count == 0) return size_of(value.elements->element);
    if (value.format == Format::address) return around.family == inet_family ? inet_size : around.family == inet6_family ? inet6_size : 0;
    return size_of(value);
}

/// Whatever -s says.
void print_all_hex(Printer& printer, std::span<const std::byte> bytes) {
    RenderStyle style = printer.style();
    style.hex = HexStrings::all;
    Printer(printer.out(), printer.call(), style, printer.scope()).quoted(bytes, bytes.size(), UINT32_MAX);
}

void print_inet6_call(Printer& printer, std::span<const std::byte> bytes, std::string_view into = {}) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    std::string call = "inet_pton(AF_INET6, \"" + std::string(text) + '"';
    if (!into.empty()) call.append(", &").append(into);
    styled(printer, call.append(")"), [&] { print_all_hex(printer, bytes.first(inet6_size)); });
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
    styled(printer, text, [&] { print_all_hex(printer, bytes); });
}

void print_string(Printer& printer, const Region& region) {
    const bool ends = !region.bytes.empty() && region.bytes.size() == region.length && region.bytes.back() == std::byte{0};
    printer.quoted(region.bytes.first(region.bytes.size() - (ends ? 1 : 0)), ends ? region.length - 1 : region.length + 1);
}

void print_elements(Printer& printer, const Elements& list, Region region, Surroundings& around) {
    const std::size_t size = size_of(list.element);
    if (size == 0) return print_hex_text(printer, region);
    const std::uint64_t count = list.count != 0 ? list.count : region.length / size;
    const std::uint64_t limit = list.count != 0 ? UINT64_MAX : printer.element_limit();
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
                if (printer.style().constants != Constants::raw) printer.comment(list.indexes->unknown);
            }
            printer.text("]=");
        }
        print_value(printer, list.element, region.first(size), around);
    }
    printer.put(']');
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
        case Format::padded_hex: {
            printer.text("0x");
            for (std::size_t digit = 2 * width; digit-- > 0;) printer.put("0123456789abcdef"[number >> (4 * digit) & 15]);
            return;
        }
        case Format::flags:
            return printer.flags(*value.names, number);
        case Format::constant:
            return printer.constant(*value.names, number);
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
        case Format::error: {
            const std::int64_t error = signed_at(bytes, width);
            if (error >= 0) return printer.decimal(error);
            printer.put('-');
            return printer.error(-error);
        }
        case Format::clock_ticks:
            return printer.clock_ticks(number);
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
    return value.format == Format::reserved && std::ranges::all_of(region.bytes, [](std::byte byte) { return byte == std::byte{0}; });
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
            return print_all_hex(printer, region.bytes);
        case Format::reserved:
            return std::has_single_bit(value.width) ? print_scalar(printer, value, region.bytes, around)
                                                    : print_all_hex(printer, region.bytes);
        case Format::counted_hardware_address:
            return print_hardware_address(printer, region.first(unsigned_at(whole.from(value.place).bytes, 2)).bytes);
        case Format::counted_bytes:
            return print_all_hex(printer, region.first(unsigned_at(whole.from(value.place).bytes, 2)).bytes);
        default:
            return print_value(printer, value, region, around);
    }
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
            return socket_address_size;
        default:
            return value.width;
    }
}

std::size_t size_of(const Layout& layout) {
    std::size_t size = 0;
    for (const Field& field : layout.fields) {
        const std::size_t alignment = alignment_of(field.value);
        size = (size + alignment - 1) & ~(alignment - 1);
        size += size_of(field.value) * static_cast<std::size_t>(1 + std::ranges::count(field.names, ' '));
    }
    return size;
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
    std::size_t at = 0, shown = 0;
    for (const Field& field : layout.fields) {
        const std::size_t alignment = alignment_of(field.value), size = size_of(field.value);
        at = (at + alignment - 1) & ~(alignment - 1);
        for (std::string_view names = field.names; !names.empty() || field.value.format == Format::skipped; at += size) {
            const std::string_view name = names.substr(0, names.find(' '));
            names.remove_prefix(std::min(names.size(), name.size() + 1));
            const Region part = size != 0 ? region.from(at).first(size) : region.from(at);
            if (part.length == 0) return;
            if (layout.brief != 0 && shown++ == layout.brief && printer.abbreviate()) return fields.more();
            if (part.length < size) return print_all_hex(fields(name), part.bytes);
            if (!is_silent(field.value, part)) print_field(printer, fields, name, field.value, region, part, around);
            if (names.empty()) {
                at += size;
                break;
            }
        }
    }
}

void print_value(Printer& printer, const Value& value, const Region& region, Surroundings& around) {
    if (value.format == Format::by_family) return print_value(printer, chosen(*value.by_family, around.family), region, around);
    if (value.format == Format::by_kind) return print_value(printer, chosen(*value.by_kind, around), region, around);
    if (value.format == Format::by_function) return value.function(printer, region, around);
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
        case Format::hardware_address:
            return print_hardware_address(printer, region.bytes);
        case Format::inet:
            return print_inet_address(printer, region.bytes);
        case Format::inet6:
            return print_inet6_call(printer, region.bytes);
        case Format::address:
            return print_family_address(printer, region, around);
        case Format::socket_address:
            return print_socket_address(printer, region.bytes.first(socket_address_size));
        case Format::clock_ticks:
            if (region.length > sizeof(std::uint64_t)) return print_hex_text(printer, region);
            return printer.clock_ticks(unsigned_at(region.bytes, region.length));
        default:
            return print_scalar(printer, value, region.bytes, around);
    }
}

}  // namespace shimtrace::decoders
