// NETLINK_ROUTE: what each type of message begins with.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"
#include "decoders/syscalls/netlink/netlink_message.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

static constexpr Field link_message_fields[] = {{"ifi_family", family8},
                                                {"", of(Format::skipped, 1)},
                                                {"ifi_type", constant16(arp_types)},
                                                {"ifi_index", index},
                                                {"ifi_flags", flags32(interface_flags)},
                                                {"ifi_change", x32}};
static constexpr Field address_message_fields[] = {{"ifa_family", family8},
                                                   {"ifa_prefixlen", u8},
                                                   {"ifa_flags", flags8(address_flags)},
                                                   {"ifa_scope", constant8(route_scopes)},
                                                   {"ifa_index", index}};
static constexpr Field route_message_fields[] = {{"rtm_family", family8},
                                                 {"rtm_dst_len rtm_src_len", u8},
                                                 {"rtm_tos", flags8(type_of_service_flags)},
                                                 {"rtm_table", constant8(route_tables)},
                                                 {"rtm_protocol", constant8(route_protocols)},
                                                 {"rtm_scope", constant8(route_scopes)},
                                                 {"rtm_type", constant8(route_types)},
                                                 {"rtm_flags", flags32(route_flags)}};
static constexpr Field rule_message_fields[] = {{"family", family8},
                                                {"dst_len src_len", u8},
                                                {"tos", flags8(type_of_service_flags)},
                                                {"table", constant8(route_tables)},
                                                {"", of(Format::skipped, 2)},
                                                {"action", constant8(rule_actions)},
                                                {"flags", flags32(rule_flags)}};
static constexpr Field neighbour_message_fields[] = {{"ndm_family", family8},
                                                     {"", of(Format::skipped, 3)},
                                                     {"ndm_ifindex", index},
                                                     {"ndm_state", flags16(neighbour_states)},
                                                     {"ndm_flags", flags8(neighbour_flags)},
                                                     {"ndm_type", constant8(route_types)}};
static constexpr Field neighbour_table_message_fields[] = {{"ndtm_family", family8}, {"", of(Format::skipped, 3)}};
static constexpr Field traffic_message_fields[] = {
    {"tcm_family", family8}, {"", of(Format::skipped, 3)}, {"tcm_ifindex", index}, {"tcm_handle tcm_parent tcm_info", u32}};
static constexpr Field action_message_fields[] = {{"tca_family", family8}, {"", of(Format::skipped, 3)}};
static constexpr Field address_label_message_fields[] = {
    {"ifal_family", family8}, {"", of(Format::skipped, 1)}, {"ifal_prefixlen ifal_flags", u8}, {"ifal_index", index}, {"ifal_seq", u32}};
static constexpr Field dcb_message_fields[] = {{"dcb_family", family8}, {"cmd", constant8(dcb_commands)}, {"", of(Format::skipped, 2)}};
static constexpr Field network_configuration_message_fields[] = {{"ncm_family", family8}};
static constexpr Field bridge_port_message_fields[] = {{"family", family8}, {"", of(Format::skipped, 3)}, {"ifindex", index}};
static constexpr Field network_namespace_message_fields[] = {{"rtgen_family", family8}};
static constexpr Field cache_report_message_fields[] = {{"rtgen_family", constant8(report_families)}};
static constexpr Field next_hop_message_fields[] = {{"nh_family", family8},
                                                    {"nh_scope", constant8(route_scopes)},
                                                    {"nh_protocol", constant8(route_protocols)},
                                                    {"resvd", of(Format::reserved, 1)},
                                                    {"nh_flags", flags32(next_hop_flags)}};
static constexpr Field statistics_message_fields[] = {{"family", family8},
                                                      {"pad1", of(Format::reserved, 1)},
                                                      {"pad2", of(Format::reserved, 2)},
                                                      {"ifindex", index},
                                                      {"filter_mask", flags32(statistics_filters)}};

namespace {

/// What types from `first` on (new, delete, get, set) begin with.
struct MessageKind {
    std::uint16_t first;
    Layout layout;
    const AttributeSet* attributes;
};
constexpr MessageKind kinds[] = {
    {16, {link_message_fields}, &link_attributes},
    {20, {address_message_fields}, &interface_address_attributes},
    {24, {route_message_fields}, &route_attributes},
    {28, {neighbour_message_fields}, &neighbour_attributes},
    {32, {rule_message_fields}, &rule_attributes},
    {36, {traffic_message_fields}, &traffic_attributes},
    {40, {traffic_message_fields}, &traffic_attributes},
    {44, {traffic_message_fields}, &traffic_attributes},
    {48, {action_message_fields}, &action_attributes},
    {56, {address_message_fields}, &interface_address_attributes},  // RTM_GETMULTICAST
    {60, {address_message_fields}, &interface_address_attributes},  // RTM_GETANYCAST
    {64, {neighbour_table_message_fields}, &neighbour_table_attributes},
    {72, {address_label_message_fields}, &address_label_attributes},
    {76, {dcb_message_fields}, &dcb_attributes},
    {80, {network_configuration_message_fields}, &network_configuration_attributes},
    {84, {bridge_port_message_fields}, &bridge_port_message_attributes},
    {88, {network_namespace_message_fields}, &network_namespace_attributes},
    {92, {statistics_message_fields}, &statistics_attributes},
    {100, {traffic_message_fields}, &traffic_attributes},
    {104, {next_hop_message_fields}, &next_hop_attributes},
};
constexpr std::uint16_t cache_report_type = 96;

/// A multicast router's report: its attributes are by its family.
void print_cache_report(Printer& printer, const Region& payload) {
    constexpr std::size_t end = 4;
    static constexpr Layout layout{cache_report_message_fields};
    Surroundings around;
    if (!payload.readable(1)) return printer.address(payload.address);
    print_fields(printer, layout, payload, around);
    around.family = value_at<std::uint8_t>(payload.bytes, 0);
    if (payload.length <= end) return;
    printer.text(", ");
    print_value(printer, cache_report_value, payload.from(end), around);
}

}  // namespace

void print_route_payload(Printer& printer, const Header& header, const Region& payload) {
    if (netlink_route_types.name_of(header.type).empty()) return print_family_and_bytes(printer, payload);
    if (header.type == cache_report_type) return print_cache_report(printer, payload);
    for (const MessageKind& kind : kinds) {
        if (header.type < kind.first || header.type >= kind.first + 4) continue;
        Surroundings around;
        return print_struct_and_attributes(printer, kind.layout, kind.attributes, payload, around);
    }
    print_family_and_bytes(printer, payload);
}

}  // namespace shimtrace::decoders::netlink
