#include "decoders/syscalls/calls/socket_options.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/filter_program.hpp"
#include "decoders/syscalls/layout/struct_layout.hpp"

#include <bit>

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

constexpr std::uint32_t error_option = 4, device_option = 25, filter_option = 26, reuseport_filter_option = 51, memberships_option = 9;

/// SO_ATTACH_FILTER's number has another name where the filter is read.
bool reads_filter(const Call& call) {
    return call.argument32(1) == level_socket && call.argument32(2) == filter_option &&
           syscall_name(call.enter().arch, call.enter().number) == "getsockopt";
}
void render_option(Printer& printer, const Slot& slot) {
    static constexpr FlagName read_filter_rows[] = {{filter_option, "SO_GET_FILTER"}};
    const auto option = static_cast<std::uint32_t>(slot.value);
    if (reads_filter(printer.call())) return printer.constant({{}, read_filter_rows}, option);
    for (const LevelOptions& row : level_options)
        if (row.level == printer.call().argument32(1)) return printer.constant(*row.names, option);
    printer.unsigned_decimal(option);
}

// Options whose value is a struct.

void print_socket_filter(Printer& printer, const Region& region, Surroundings&) {
    print_filter_program(printer, region.bytes, FilterUse::socket);
}

constexpr FlagName icmp_rows[] = {{0, "ICMP_ECHOREPLY"},      {3, "ICMP_DEST_UNREACH"}, {4, "ICMP_SOURCE_QUENCH"},
                                  {5, "ICMP_REDIRECT"},       {8, "ICMP_ECHO"},         {11, "ICMP_TIME_EXCEEDED"},
                                  {12, "ICMP_PARAMETERPROB"}, {13, "ICMP_TIMESTAMP"},   {14, "ICMP_TIMESTAMPREPLY"},
                                  {15, "ICMP_INFO_REQUEST"},  {16, "ICMP_INFO_REPLY"},  {17, "ICMP_ADDRESS"},
                                  {18, "ICMP_ADDRESSREPLY"}};
constexpr FlagSet icmp_types{"ICMP_???", icmp_rows};

constexpr FlagName rehash_rows[] = {{0, "SOCK_TXREHASH_DISABLED"}, {1, "SOCK_TXREHASH_ENABLED"}, {255, "SOCK_TXREHASH_DEFAULT"}};
constexpr FlagSet rehash_states{"SOCK_TXREHASH_???", rehash_rows};

void print_rehash(Printer& printer, const Region& region, Surroundings&) {
    const auto state = value_at<std::int32_t>(region.bytes, 0);
    printer.put('[');
    printer.style().constants == Constants::raw ? printer.decimal(state)
                                                : printer.constant(rehash_states, static_cast<std::uint32_t>(state));
    printer.put(']');
}

/// A set of types: those that are missing, where most are in it.
void print_icmp_filter(Printer& printer, const Region& region, Surroundings&) {
    auto set = value_at<std::uint32_t>(region.bytes, 0);
    const bool inverted = std::popcount(set) > 16;
    if (inverted) set = ~set;
    printer.text(inverted ? "~[" : "[");
    bool first = true;
    for (std::uint32_t type = 0; type < 32; ++type) {
        if (!(set >> type & 1)) continue;
        if (!first) printer.put(' ');
        first = false;
        printer.constant(icmp_types, type);
    }
    printer.put(']');
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
constexpr Field packet_statistics_fields[] = {{"tp_packets tp_drops tp_freeze_q_cnt", u32}};
constexpr Layout linger{linger_fields}, credentials{credential_fields}, membership{membership_fields}, membership6{membership6_fields},
    group{group_fields}, packet_membership{packet_membership_fields}, packet_ring{packet_ring_fields},
    packet_statistics{packet_statistics_fields};

struct OptionRow {
    std::uint32_t level, option;
    Value value;
    bool exact = false;  ///< one of another length is none
};
constexpr OptionRow option_rows[] = {
    {level_socket, 13, linger},
    {level_socket, 17, credentials},
    {level_socket, 26, of(print_socket_filter, filter_program_size), true},  // SO_ATTACH_FILTER
    {level_socket, 51, of(print_socket_filter, filter_program_size), true},  // SO_ATTACH_REUSEPORT_CBPF
    {level_socket, 74, of(print_rehash, 4)},                                 // SO_TXREHASH
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
    {level_raw, 1, of(print_icmp_filter, 4)},
    {level_packet, 1, packet_membership, true},
    {level_packet, 2, packet_membership, true},
    {level_packet, 5, packet_ring, true},
    {level_packet, 6, packet_statistics},
    {level_packet, 13, packet_ring, true},
};

}  // namespace option_values

using option_values::OptionRow, option_values::option_rows;

const OptionRow* find_option(const Call& call) {
    for (const OptionRow& row : option_rows)
        if (row.level == call.argument32(1) && row.option == call.argument32(2)) return &row;
    return nullptr;
}

/// Of SOL_SOCKET, those that are an int whatever length is given: the kernel looks at its bytes alone (net/core/sock.c).
constexpr std::uint8_t int_options[] = {1,  2,  5,  6,  7,  8,  9,  10, 11, 12, 14, 15, 16, 18, 19, 27, 29, 30, 32, 33, 34, 35,
                                        36, 37, 40, 41, 42, 43, 44, 45, 46, 49, 53, 56, 60, 63, 64, 65, 68, 69, 70, 73, 74, 75};
bool is_int(std::uint32_t level, std::uint32_t option) {
    return level == level_netlink || (level == level_socket && std::ranges::find(int_options, option) != std::end(int_options));
}

/// What is neither a struct nor text is a number.
void print_plain_option(Printer& printer, const Region& region, bool filled) {
    const std::uint32_t level = printer.call().argument32(1), option = printer.call().argument32(2);
    if (level == level_netlink && option == memberships_option)
        return array(printer, region.address, region.length / 4, 4, UINT64_MAX,
                     [&](std::span<const std::byte> one, std::uint64_t) { printer.unsigned_decimal(value_at<std::uint32_t>(one, 0)); });
    const bool is_text = level == level_socket && option == device_option;
    const bool is_error = level == level_socket && option == error_option, is_number = is_error || is_int(level, option);
    if (is_number && region.length < 4 && filled) return print_hex_text(printer, region);
    if (is_number && region.length < 4) return printer.address(region.address);
    if ((region.length != 4 && !is_number) || is_text) return printer.buffer(region.address, region.length);
    if (!region.readable(4)) return printer.address(region.address);
    const auto value = value_at<std::int32_t>(region.bytes, 0);
    printer.put('[');
    is_error&& value != 0 ? printer.error(value) : printer.decimal(value);
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
    if (!region.readable(size) || (row->exact && region.length != size)) return printer.address(slot.value);
    Surroundings around;
    print_value(printer, row->value, region.first(size), around);
}

std::uint64_t filled_length(const Call& call) {
    const Lengths lengths = lengths_at(call, call.argument(4));
    const std::int32_t length = std::min(lengths.before.value_or(0), lengths.after.value_or(0));
    return length < 0 ? 0 : static_cast<std::uint64_t>(length);
}
/// So many instructions are told, not bytes.
std::uint64_t filter_length(const Call& call) {
    const Lengths lengths = lengths_at(call, call.argument(4));
    return lengths.before.value_or(0) > 0 && lengths.after.value_or(0) > 0 ? static_cast<std::uint16_t>(*lengths.after) : 0;
}
void capture_option_out(Capture& capture, const Slot& slot, int level) {
    if (level != 1) return;
    const bool is_filter = reads_filter(capture.call());
    is_filter ? capture.bytes(slot.value, filter_length(capture.call()) * filter_instruction_size)
              : capture_value(capture, slot.value, filled_length(capture.call()));
}
/// Of a struct, the fields that there was room for.
void render_option_out(Printer& printer, const Slot& slot) {
    if (reads_filter(printer.call())) {
        const std::uint64_t count = printer.call().failed() || printer.abbreviate() ? 0 : filter_length(printer.call());
        return count == 0 ? printer.address(slot.value) : print_filter_instructions(printer, slot.value, count, FilterUse::socket);
    }
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
