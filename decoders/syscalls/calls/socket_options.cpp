#include "decoders/syscalls/calls/socket_options.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/filter_program.hpp"
#include "decoders/syscalls/layout/struct_layout.hpp"

namespace shimtrace::decoders {

namespace {

enum Level : std::uint32_t {
    level_ip = 0,
    level_socket = 1,
    level_tcp = 6,
    level_udp = 17,
    level_ipv6 = 41,
    level_raw = 255,
    level_packet = 263,
    level_netlink = 270
};
struct LevelOptions {
    std::uint32_t level;
    const FlagSet* names;
};
const LevelOptions level_options[] = {{level_ip, &ip_options},         {level_socket, &socket_options},  {level_tcp, &tcp_options},
                                      {level_udp, &udp_options},       {level_ipv6, &ipv6_options},      {level_raw, &raw_options},
                                      {level_packet, &packet_options}, {level_netlink, &netlink_options}};

void render_option(Printer& printer, const Slot& slot) {
    const auto option = static_cast<std::uint32_t>(slot.value);
    for (const LevelOptions& row : level_options)
        if (row.level == printer.call().argument32(1)) return printer.constant(*row.names, option);
    printer.unsigned_decimal(option);
}

// Options whose value is a struct.

void print_socket_filter(Printer& printer, const Region& region, Surroundings&) {
    print_filter_program(printer, region.bytes, FilterUse::socket);
}

namespace option_values {

using namespace values;

constexpr Field linger_fields[] = {{"l_onoff l_linger", s32}};
constexpr Field credential_fields[] = {{"pid", of(Format::process, 4)}, {"uid gid", user}};
constexpr Field membership_fields[] = {{"imr_multiaddr imr_interface", inet}};
constexpr Field membership6_fields[] = {{"ipv6mr_multiaddr", inet6}, {"ipv6mr_interface", index}};
constexpr Field group_fields[] = {{"gr_interface", index}, {"", of(Format::skipped, 4)}, {"gr_group", of(Format::socket_address, 128)}};
constexpr Field packet_membership_fields[] = {{"mr_ifindex", index},
                                              {"mr_type", constant16(packet_membership_types)},
                                              {"mr_alen", u16},
                                              {"mr_address", counted_hardware_address(8, 6)}};
constexpr Field packet_ring_fields[] = {{"tp_block_size tp_block_nr tp_frame_size tp_frame_nr", u32}};
constexpr Layout linger{linger_fields}, credentials{credential_fields}, membership{membership_fields}, membership6{membership6_fields},
    group{group_fields}, packet_membership{packet_membership_fields}, packet_ring{packet_ring_fields};

struct OptionRow {
    std::uint32_t level, option;
    Value value;
};
constexpr OptionRow option_rows[] = {
    {level_socket, 13, linger},
    {level_socket, 17, credentials},
    {level_socket, 26, of(print_socket_filter, filter_program_size)},  // SO_ATTACH_FILTER
    {level_socket, 51, of(print_socket_filter, filter_program_size)},  // SO_ATTACH_REUSEPORT_CBPF
    {level_ip, 35, membership},
    {level_ip, 36, membership},
    {level_ip, 42, group},  // MCAST_JOIN_GROUP
    {level_ip, 45, group},
    {level_ipv6, 20, membership6},
    {level_ipv6, 21, membership6},
    {level_ipv6, 27, membership6},
    {level_ipv6, 28, membership6},
    {level_ipv6, 42, group},
    {level_ipv6, 45, group},
    {level_packet, 1, packet_membership},
    {level_packet, 2, packet_membership},
    {level_packet, 5, packet_ring},
    {level_packet, 13, packet_ring},
};

}  // namespace option_values

using option_values::OptionRow, option_values::option_rows;

constexpr std::uint32_t error_option = 4, device_option = 25, peer_name_option = 28, filter_option = 26, peer_security_option = 31,
                        reuseport_filter_option = 51, memberships_option = 9;

const OptionRow* find_option(const Call& call) {
    for (const OptionRow& row : option_rows)
        if (row.level == call.argument32(1) && row.option == call.argument32(2)) return &row;
    return nullptr;
}

/// What is neither a struct nor text is a number.
void print_plain_option(Printer& printer, const Region& region, bool filled) {
    const std::uint32_t level = printer.call().argument32(1), option = printer.call().argument32(2);
    if (level == level_netlink && option == memberships_option)
        return array(printer, region.address, region.length / 4, 4, UINT64_MAX,
                     [&](std::span<const std::byte> one, std::uint64_t) { printer.unsigned_decimal(value_at<std::uint32_t>(one, 0)); });
    const bool is_text = level == level_socket && (option == device_option || option == peer_name_option || option == peer_security_option);
    if (filled && region.length < 4 && !is_text) return print_hex_text(printer, region);
    if (region.length != 4 || is_text) return printer.buffer(region.address, region.length);
    if (!region.readable(4)) return printer.address(region.address);
    const auto value = value_at<std::int32_t>(region.bytes, 0);
    printer.put('[');
    const bool is_error = level == level_socket && option == error_option && value != 0;
    is_error ? printer.error(value) : printer.decimal(value);
    printer.put(']');
}

constexpr std::uint64_t most_struct = 256;  // structs are read whole, whatever the payload limit is

void capture_value(Capture& capture, std::uint64_t address, std::uint64_t length) {
    capture.bytes(address, std::min<std::uint64_t>(length, std::max<std::uint64_t>(most_struct, capture.limits().payload_bytes)));
}
Region value_region(const Printer& printer, std::uint64_t address, std::uint64_t length) {
    const auto bytes = printer.call().bytes(address, length);
    return {address, length, bytes.value_or(std::span<const std::byte>{})};
}

void capture_option_in(Capture& capture, const Slot& slot, int level) {
    const auto length = static_cast<std::int32_t>(capture.call().argument(4));
    const std::uint32_t option = capture.call().argument32(2);
    if (level == 0 && length > 0) capture_value(capture, slot.value, static_cast<std::uint64_t>(length));
    if (level == 1 && capture.call().argument32(1) == level_socket && (option == filter_option || option == reuseport_filter_option))
        capture_filter_program(capture, slot.value, level);
}
/// A struct that is shorter than it has to be, or that cannot be read, is an address.
void render_option_in(Printer& printer, const Slot& slot) {
    const auto length = static_cast<std::int32_t>(printer.call().argument(4));
    const OptionRow* row = find_option(printer.call());
    if (slot.value == 0 || length < 0) return printer.address(slot.value);
    const Region region = value_region(printer, slot.value, static_cast<std::uint64_t>(length));
    if (!row) return length == 0 ? printer.text("\"\"") : print_plain_option(printer, region, false);
    const std::size_t size = size_of(row->value);
    if (!region.readable(size)) return printer.address(slot.value);
    Surroundings around;
    print_value(printer, row->value, region.first(size), around);
}

std::uint64_t filled_length(const Call& call) {
    const Lengths lengths = lengths_at(call, call.argument(4));
    const std::int32_t length = std::min(lengths.before.value_or(0), lengths.after.value_or(0));
    return length < 0 ? 0 : static_cast<std::uint64_t>(length);
}
void capture_option_out(Capture& capture, const Slot& slot, int level) {
    if (level == 1) capture_value(capture, slot.value, filled_length(capture.call()));
}
/// Of a struct, the fields that there was room for.
void render_option_out(Printer& printer, const Slot& slot) {
    const std::uint64_t length = printer.call().failed() ? 0 : filled_length(printer.call());
    const OptionRow* row = find_option(printer.call());
    if (slot.value == 0 || length == 0) return printer.address(slot.value);
    const Region region = value_region(printer, slot.value, length);
    if (!row) return print_plain_option(printer, region, true);
    const bool is_layout = row->value.format == Format::layout;
    if (!region.readable(std::min<std::uint64_t>(length, size_of(row->value))) || (!is_layout && length < size_of(row->value)))
        return printer.address(slot.value);
    Surroundings around;
    is_layout ? print_fields(printer, *row->value.layout, region, around) : print_value(printer, row->value, region, around);
}

}  // namespace

namespace types {

const ArgumentType socket_option{.render = render_option};
const ArgumentType socket_value_in{.render = render_option_in, .capture = capture_option_in, .compat = &same};
const ArgumentType socket_value_out{.phase = Phase::exit, .render = render_option_out, .capture = capture_option_out, .compat = &same};

}  // namespace types

}  // namespace shimtrace::decoders
