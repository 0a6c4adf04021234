// Structs and attributes as rows: what stands where in foreign bytes, and how each of it is shown. One printer reads them all
// (print_value), with one rule for what is too short or could not be read.
#pragma once

#include "decoders/constants/flag_set.hpp"

#include <shimtrace/types.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::decoders {

class Capture;
class Printer;
struct Field;
class Fields;
struct Layout;
struct AttributeSet;
struct ByFamily;
struct ByKind;
struct ByNumber;
struct Elements;
struct Pointed;

/// Bytes of the tracee: where they lie, how many there are by what their holder says, and those of them that could be read.
struct Region {
    std::uint64_t address = 0;
    std::uint64_t length = 0;
    std::span<const std::byte> bytes{};

    [[nodiscard]] Region from(std::uint64_t offset) const {
        offset = std::min(offset, length);
        return {address + offset, length - offset, bytes.subspan(std::min<std::size_t>(offset, bytes.size()))};
    }
    [[nodiscard]] Region first(std::uint64_t most) const {
        return {address, std::min(most, length), bytes.first(std::min<std::size_t>(most, bytes.size()))};
    }
    [[nodiscard]] bool readable(std::uint64_t size) const { return bytes.size() >= size; }
};

/// What was said before, on which the meaning of what follows depends.
struct Surroundings {
    std::uint8_t family = 0;      ///< AF_INET …: whose the addresses are
    std::string_view kind;        ///< IFLA_INFO_KIND
    std::string_view slave_kind;  ///< IFLA_INFO_SLAVE_KIND
    unsigned depth = 0;           ///< of attributes within attributes
    bool at_entry = false;        ///< memory is shown as it was when the call began
};

enum class Format : std::uint8_t {
    bytes,    ///< "\x61\x62": all that there is
    skipped,  ///< within a struct: nothing is shown of it
    text,     ///< a string that ends at a NUL; "..." where it has none
    buffer,   ///< a string of all that there is
    character,
    four_characters,  ///< v4l2_fourcc('Y', 'U', 'Y', 'V') /* its name */
    ratio,            ///< 1/30, two numbers of 32 bits
    version,          ///< KERNEL_VERSION(6, 1, 0)
    signal,
    open_flags,
    location,  ///< an address of the tracee
    uuid,
    unsigned_number,
    signed_number,
    hex,
    padded_hex,  ///< 0x0000ffff
    reserved,    ///< hex, and only where it is not zero
    flags,
    constant,
    decimal_constant,  ///< a decimal number where it has no name
    numbered_flags,    ///< 0x1 /* RCV_SHUTDOWN */, whatever -X says
    numbered_constant,
    network_order,     ///< htons(80), htonl(5), htobe64(7)
    network_hex,       ///< htonl(0xfeedcafe)
    network_constant,  ///< htons(ETH_P_IP)
    family,            ///< AF_INET …: of the addresses that follow
    index,             ///< of a network interface
    device,
    user,  ///< -1 stands for itself
    descriptor,
    process,
    error,             ///< -EACCES
    clock_ticks,       ///< 250 /* 2.50 s */
    hardware_address,  ///< 02:42:ac:11:00:02
    inet,              ///< inet_addr("127.0.0.1")
    inet6,
    address,  ///< by the family that was said before
    socket_address,
    counted_text,   ///< a buffer of as many bytes as a field of 32 bits at `place` of its struct says
    counted_bytes,  ///< as many as a field of 16 bits at `place` of its struct says
    counted_hardware_address,
    layout,
    elements,
    attributes,
    pointer,
    by_family,
    by_kind,
    by_number,
    by_function,
};

/// When a field is shown.
enum class Shown : std::uint8_t {
    always,
    if_set,          ///< where it is not all zero
    in_full,         ///< where structs are not cut short; "..." at the end tells of it
    in_full_marked,  ///< likewise; "..." stands in its place
    in_full_alone,   ///< likewise; nothing tells of it
    in_brief,        ///< where structs are cut short, and only there
    if_changed,      ///< at the end of a call: " => value" where the call has changed it
    if_failed,       ///< where the call failed
};

/// No place: a field that follows the one before, a list that nothing counts.
constexpr std::uint16_t nowhere = 0xffff;

using PrintRegion = void (*)(Printer&, const Region&, Surroundings&);

/// How a value is shown. `width`: its bytes; 0: all that there are.
struct Value {
    constexpr Value() = default;
    constexpr Value(Format how, std::uint8_t bytes = 0) : format(how), width(bytes) {}
    constexpr Value(Format how, std::uint8_t bytes, const FlagSet& set) : format(how), width(bytes), names(&set) {}
    constexpr Value(const Layout& rows) : format(Format::layout), layout(&rows) {}
    constexpr Value(const Elements& list) : format(Format::elements), elements(&list) {}
    constexpr Value(const AttributeSet& set) : format(Format::attributes), attributes(&set) {}
    constexpr Value(const ByFamily& table) : format(Format::by_family), by_family(&table) {}
    constexpr Value(const ByKind& table) : format(Format::by_kind), by_kind(&table) {}
    constexpr Value(const ByNumber& table) : format(Format::by_number), by_number(&table) {}
    constexpr Value(const Pointed& what) : format(Format::pointer), pointed(&what) {}
    constexpr Value(PrintRegion print) : format(Format::by_function), function(print) {}

    Format format = Format::bytes;
    std::uint8_t width = 0;
    std::uint16_t place = 0;
    std::uint16_t offset = nowhere;  ///< of a field in its struct, where that is not behind the one before
    Shown shown = Shown::always;
    union {
        const FlagSet* names = nullptr;
        const Layout* layout;
        const Elements* elements;
        const AttributeSet* attributes;
        const ByFamily* by_family;
        const ByKind* by_kind;
        const ByNumber* by_number;
        const Pointed* pointed;
        PrintRegion function;
    };
};

/// One field, or several of one kind that follow one another: their names, with spaces between. Each is aligned as C aligns it.
struct Field {
    std::string_view names;
    Value value;
};

/// What follows a struct in its attribute.
enum class Rest : std::uint8_t { ignored, bytes, attributes };

struct Layout {
    std::span<const Field> fields;
    std::uint16_t least = 0;  ///< so many bytes are enough, fields behind them may be missing; 0: all are needed
    Rest rest = Rest::ignored;
    const AttributeSet* attributes = nullptr;
    bool short_is_text = false;  ///< what is too short for it is shown as a string
    std::uint8_t brief = 0;      ///< so many of its fields are enough where things are cut short; 0: it is never cut
    std::uint16_t size = 0;      ///< where it is not that of its fields
};

/// Values of one kind, one behind the other.
struct Elements {
    Value element;
    const FlagSet* indexes = nullptr;    ///< their names, where each has one: [DEVCONF_HOPLIMIT]=64
    std::uint8_t count = 0;              ///< within a struct, or fewer where that ends; 0: as many as there are
    bool cut = false;                    ///< as lists are, though its length is known
    std::uint16_t counted_by = nowhere;  ///< the place in its struct that says how many of them count
    std::uint8_t counter = 4;            ///< bytes of that number
};

/// What a pointer in a struct leads to, or what stands behind the struct.
struct Pointed {
    Value value;                         ///< text: up to its NUL; bytes, buffer: as many as are counted; else a value, or a list of them
    std::uint16_t counted_by = nowhere;  ///< where the struct says how many there are
    std::uint8_t counter = 4;            ///< bytes of that number; 0: the number is `counted_by` itself
    bool here = false;                   ///< no pointer: it stands here itself
    bool in_full = false;                ///< a list of which nothing is shown where structs are cut short: [...]
    std::uint8_t brief = 0;              ///< so many elements are shown where structs are cut short; 0: as many as of any list
};

/// A part of a struct that depends on a number in it. What follows it says where it stands.
struct OfNumber {
    std::uint64_t number;
    std::span<const Field> fields;
};
struct ByNumber {
    std::uint16_t place;
    std::uint8_t width;
    std::span<const OfNumber> rows;
    std::span<const Field> otherwise{};
    std::uint64_t mask = ~std::uint64_t{0};
};

struct Attribute {
    std::uint16_t type;
    std::string_view name;
    Value value{};
};

struct AttributeSet {
    std::string_view unknown;  ///< "IFLA_???"; empty: nothing is known of the types
    std::span<const Attribute> rows{};
    const FlagSet* names = nullptr;  ///< of types without a row
};

struct OfFamily {
    std::uint8_t family;
    Value value;
};
struct ByFamily {
    std::span<const OfFamily> rows;
    Value otherwise{};
};

struct OfKind {
    std::string_view kind;
    Value value;
};
struct ByKind {
    bool slave;
    std::span<const OfKind> rows;
};

/// Values, as rows say them.
namespace values {

inline constexpr Value text{Format::text}, u8{Format::unsigned_number, 1}, u16{Format::unsigned_number, 2}, u32{Format::unsigned_number, 4},
    u64{Format::unsigned_number, 8}, s8{Format::signed_number, 1}, s16{Format::signed_number, 2}, s32{Format::signed_number, 4},
    s64{Format::signed_number, 8}, x8{Format::hex, 1}, x16{Format::hex, 2}, x32{Format::hex, 4}, x64{Format::hex, 8},
    be16{Format::network_order, 2}, be32{Format::network_order, 4}, be64{Format::network_order, 8}, index{Format::index, 4},
    user{Format::user, 4}, descriptor{Format::descriptor, 4}, process{Format::process, 4}, location{Format::location, 8},
    device64{Format::device, 8}, ratio{Format::ratio, 8}, version{Format::version, 4}, character{Format::character, 1},
    family8{Format::family, 1}, family16{Format::family, 2}, ticks{Format::clock_ticks}, hardware_address{Format::hardware_address},
    inet{Format::inet, 4}, inet6{Format::inet6, 16}, address{Format::address};

constexpr Value flags8(const FlagSet& set) {
    return {Format::flags, 1, set};
}
constexpr Value flags16(const FlagSet& set) {
    return {Format::flags, 2, set};
}
constexpr Value flags32(const FlagSet& set) {
    return {Format::flags, 4, set};
}
constexpr Value flags64(const FlagSet& set) {
    return {Format::flags, 8, set};
}
constexpr Value constant8(const FlagSet& set) {
    return {Format::constant, 1, set};
}
constexpr Value constant16(const FlagSet& set) {
    return {Format::constant, 2, set};
}
constexpr Value constant32(const FlagSet& set) {
    return {Format::constant, 4, set};
}
constexpr Value constant64(const FlagSet& set) {
    return {Format::constant, 8, set};
}
constexpr Value string(std::uint8_t width) {
    return {Format::text, width};
}
constexpr Value skipped(std::uint8_t width) {
    return {Format::skipped, width};
}
constexpr Value at(std::uint16_t offset, Value value) {
    value.offset = offset;
    return value;
}
constexpr Value when(Shown shown, Value value) {
    value.shown = shown;
    return value;
}
constexpr Value of(Format format, std::uint8_t width) {
    return {format, width};
}
constexpr Value of(PrintRegion print, std::uint8_t width) {
    Value value{print};
    value.width = width;
    return value;
}
/// At most `most` bytes, as many as the 32 bits at `place` of the struct say.
constexpr Value counted_text(std::uint8_t most, std::uint16_t place) {
    Value value{Format::counted_text, most};
    value.place = place;
    return value;
}
/// At most `most` bytes, as many as the 16 bits at `place` of the struct say.
constexpr Value counted_bytes(std::uint8_t most, std::uint16_t place) {
    Value value{Format::counted_bytes, most};
    value.place = place;
    return value;
}
constexpr Value counted_hardware_address(std::uint8_t most, std::uint16_t place) {
    Value value = counted_bytes(most, place);
    value.format = Format::counted_hardware_address;
    return value;
}

}  // namespace values

/// Shows it, or what there is of it: bytes where they are too few, their address where they could not be read.
void print_value(Printer& printer, const Value& value, const Region& region, Surroundings& around);
/// As an argument: what is neither a struct nor a list nor text stands in brackets.
void print_alone(Printer& printer, const Value& value, const Region& region, Surroundings& around);
/// {name=value, name=value}, without a look at the length.
void print_fields(Printer& printer, const Layout& layout, const Region& region, Surroundings& around);
/// The first of two parts: "{name=value" of what is known when the call begins.
void print_first_fields(Printer& printer, const Layout& layout, const Region& region, Surroundings& around);
/// The second: ", name=value}" of what the call has filled. `before`: the struct when the call began.
void print_other_fields(Printer& printer, const Layout& layout, const Region& region, const Region& before, Surroundings& around);
/// What a pointer at `part` of the struct `whole` leads to.
void print_pointed(Printer& printer, const Pointed& to, const Region& whole, const Region& part, Surroundings& around);
/// Asks for what the pointers in a value lead to that has been captured; `level` of them, one behind the other.
void capture_behind(Capture& capture, const Value& value, const Region& region, int level);
/// Descriptors that it names: itself, or in a struct.
void collect_descriptors(const Value& value, const Region& region, std::vector<Fd>& into);
/// Those between the braces.
void print_field_rows(Printer& printer, Fields& fields, const Layout& layout, const Region& region, Surroundings& around);
/// Attributes of netlink: [{nla_len=8, nla_type=IFLA_MTU}, 1500], …
void print_attributes(Printer& printer, const AttributeSet& set, Region region, Surroundings& around);
/// "\x61\x62": cut as strings are; the address where nothing of it could be read.
void print_hex_text(Printer& printer, const Region& region);
/// The bytes of a struct that has these fields.
std::size_t size_of(const Layout& layout);
/// Those of a whole value; 0: it depends on how many there are.
std::size_t size_of(const Value& value);

}  // namespace shimtrace::decoders
