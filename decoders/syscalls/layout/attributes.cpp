#include "decoders/syscalls/layout/headed_list.hpp"

#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::size_t attribute_header = 4;
constexpr std::uint16_t type_mask = 0x3fff;  // NLA_TYPE_MASK
constexpr unsigned deepest = 16;             // whatever the bytes say

const Attribute* find_attribute(const AttributeSet& set, std::uint16_t type) {
    const auto found = std::ranges::find(set.rows, type, &Attribute::type);
    return found != set.rows.end() ? &*found : nullptr;
}

void print_attribute_type(Printer& printer, const AttributeSet& set, const Attribute* row, std::uint16_t type) {
    const std::uint16_t kind = type & type_mask;
    if (type != kind) {
        printer.flags(attribute_flags, static_cast<std::uint16_t>(type & ~type_mask));
        printer.put('|');
    }
    if (set.unknown.empty()) return printer.hex(kind);
    const FlagName name{kind, row ? row->name : set.names ? set.names->name_of(kind) : std::string_view()};
    printer.constant({set.unknown, std::span(&name, name.name.empty() ? 0 : 1)}, kind);
}

void print_attribute(Printer& printer, const AttributeSet& set, const Region& attribute, Surroundings& around) {
    const auto length = value_at<std::uint16_t>(attribute.bytes, 0), type = value_at<std::uint16_t>(attribute.bytes, 2);
    const Attribute* row = find_attribute(set, type & type_mask);
    const bool has_data = attribute.length > attribute_header;
    if (has_data) printer.put('[');
    {
        Fields header(printer);
        header("nla_len").unsigned_decimal(length);
        print_attribute_type(header("nla_type"), set, row, type);
    }
    if (!has_data) return;
    printer.text(", ");
    print_value(printer, row ? row->value : Value{}, attribute.from(attribute_header), around);
    printer.put(']');
}

}  // namespace

void print_attributes(Printer& printer, const AttributeSet& set, Region region, Surroundings& around) {
    if (around.depth >= deepest) return print_hex_text(printer, region);
    ++around.depth;
    print_headed_list(
        printer, region, attribute_header, [](const Region& at) { return value_at<std::uint16_t>(at.bytes, 0); },
        [&](const Region& attribute) { print_attribute(printer, set, attribute, around); });
    --around.depth;
}

}  // namespace shimtrace::decoders
