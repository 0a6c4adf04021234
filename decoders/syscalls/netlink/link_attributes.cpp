// NETLINK_ROUTE: the attributes of links.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"
#include "decoders/syscalls/printer.hpp"

#include <utility>

namespace shimtrace::decoders::netlink {

using namespace values;

namespace {

/// A name tells what the data behind it are.
void print_kind(Printer& printer, const Region& region, Surroundings& around) {
    print_value(printer, text, region, around);
    around.kind = std::string_view(reinterpret_cast<const char*>(region.bytes.data()), region.bytes.size());
    around.kind = around.kind.substr(0, around.kind.find('\0'));
}
void print_slave_kind(Printer& printer, const Region& region, Surroundings& around) {
    const std::string_view kind = around.kind;
    print_kind(printer, region, around);
    around.slave_kind = std::exchange(around.kind, kind);
}

}  // namespace

// Statistics, also those of RTM_GETSTATS.
static constexpr Field link_statistics32_fields[] = {
    {"rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions rx_length_errors "
     "rx_over_errors "
     "rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors "
     "tx_window_errors rx_compressed tx_compressed rx_nohandler",
     u32},
};
static constexpr Layout link_statistics32{link_statistics32_fields, 23 * 4};
static constexpr Field link_statistics64_fields[] = {
    {"rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions rx_length_errors "
     "rx_over_errors "
     "rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors "
     "tx_window_errors rx_compressed tx_compressed rx_nohandler rx_otherhost_dropped",
     u64},
};
const Layout link_statistics64{link_statistics64_fields, 23 * 8};
static constexpr Field link_map_fields[] = {{"mem_start mem_end base_addr", x64}, {"irq", u16}, {"dma port", u8}};
static constexpr Layout link_map{link_map_fields};

// IFLA_INFO_DATA and IFLA_INFO_SLAVE_DATA, by kind.
static constexpr Elements bridge_priority{u8, nullptr, 2};
static constexpr Field bridge_id_fields[] = {{"prio", bridge_priority}, {"addr", of(Format::hardware_address, 6)}};
static constexpr Layout bridge_id{bridge_id_fields};
static constexpr Field bridge_option_fields[] = {{"optval optmask", flags32(bridge_options)}};
static constexpr Layout bridge_option{bridge_option_fields};
static constexpr Attribute bridge_querier_attributes_rows[] = {
    {0, "BRIDGE_QUERIER_UNSPEC"},
    {1, "BRIDGE_QUERIER_IP_ADDRESS", inet},
    {2, "BRIDGE_QUERIER_IP_PORT", index},
    {3, "BRIDGE_QUERIER_IP_OTHER_TIMER", ticks},
    {4, "BRIDGE_QUERIER_PAD"},
    {5, "BRIDGE_QUERIER_IPV6_ADDRESS", inet6},
    {6, "BRIDGE_QUERIER_IPV6_PORT", index},
    {7, "BRIDGE_QUERIER_IPV6_OTHER_TIMER", ticks},
};
static constexpr AttributeSet bridge_querier_attributes{"BRIDGE_QUERIER_???", bridge_querier_attributes_rows};

static constexpr Attribute bridge_attributes_rows[] = {
    {0, "IFLA_BR_UNSPEC"},
    {1, "IFLA_BR_FORWARD_DELAY", ticks},
    {2, "IFLA_BR_HELLO_TIME", ticks},
    {3, "IFLA_BR_MAX_AGE", ticks},
    {4, "IFLA_BR_AGEING_TIME", ticks},
    {5, "IFLA_BR_STP_STATE", u32},
    {6, "IFLA_BR_PRIORITY", u16},
    {7, "IFLA_BR_VLAN_FILTERING", u8},
    {8, "IFLA_BR_VLAN_PROTOCOL", {Format::network_constant, 2, ethernet_protocols}},
    {9, "IFLA_BR_GROUP_FWD_MASK", x16},
    {10, "IFLA_BR_ROOT_ID", bridge_id},
    {11, "IFLA_BR_BRIDGE_ID", bridge_id},
    {12, "IFLA_BR_ROOT_PORT", u16},
    {13, "IFLA_BR_ROOT_PATH_COST", u32},
    {14, "IFLA_BR_TOPOLOGY_CHANGE", u8},
    {15, "IFLA_BR_TOPOLOGY_CHANGE_DETECTED", u8},
    {16, "IFLA_BR_HELLO_TIMER", ticks},
    {17, "IFLA_BR_TCN_TIMER", ticks},
    {18, "IFLA_BR_TOPOLOGY_CHANGE_TIMER", ticks},
    {19, "IFLA_BR_GC_TIMER", ticks},
    {20, "IFLA_BR_GROUP_ADDR", hardware_address},
    {21, "IFLA_BR_FDB_FLUSH"},
    {22, "IFLA_BR_MCAST_ROUTER", u8},
    {23, "IFLA_BR_MCAST_SNOOPING", u8},
    {24, "IFLA_BR_MCAST_QUERY_USE_IFADDR", u8},
    {25, "IFLA_BR_MCAST_QUERIER", u8},
    {26, "IFLA_BR_MCAST_HASH_ELASTICITY", u32},
    {27, "IFLA_BR_MCAST_HASH_MAX", u32},
    {28, "IFLA_BR_MCAST_LAST_MEMBER_CNT", u32},
    {29, "IFLA_BR_MCAST_STARTUP_QUERY_CNT", u32},
    {30, "IFLA_BR_MCAST_LAST_MEMBER_INTVL", ticks},
    {31, "IFLA_BR_MCAST_MEMBERSHIP_INTVL", ticks},
    {32, "IFLA_BR_MCAST_QUERIER_INTVL", ticks},
    {33, "IFLA_BR_MCAST_QUERY_INTVL", ticks},
    {34, "IFLA_BR_MCAST_QUERY_RESPONSE_INTVL", ticks},
    {35, "IFLA_BR_MCAST_STARTUP_QUERY_INTVL", ticks},
    {36, "IFLA_BR_NF_CALL_IPTABLES", u8},
    {37, "IFLA_BR_NF_CALL_IP6TABLES", u8},
    {38, "IFLA_BR_NF_CALL_ARPTABLES", u8},
    {39, "IFLA_BR_VLAN_DEFAULT_PVID", u16},
    {40, "IFLA_BR_PAD"},
    {41, "IFLA_BR_VLAN_STATS_ENABLED", u8},
    {42, "IFLA_BR_MCAST_STATS_ENABLED", u8},
    {43, "IFLA_BR_MCAST_IGMP_VERSION", u8},
    {44, "IFLA_BR_MCAST_MLD_VERSION", u8},
    {45, "IFLA_BR_VLAN_STATS_PER_PORT", u8},
    {46, "IFLA_BR_MULTI_BOOLOPT", bridge_option},
    {47, "IFLA_BR_MCAST_QUERIER_STATE", bridge_querier_attributes},
};
static constexpr AttributeSet bridge_attributes{"IFLA_BR_???", bridge_attributes_rows};

static constexpr Attribute bridge_port_attributes_rows[] = {
    {0, "IFLA_BRPORT_UNSPEC"},
    {1, "IFLA_BRPORT_STATE", u8},
    {2, "IFLA_BRPORT_PRIORITY", u16},
    {3, "IFLA_BRPORT_COST", u32},
    {4, "IFLA_BRPORT_MODE", u8},
    {5, "IFLA_BRPORT_GUARD", u8},
    {6, "IFLA_BRPORT_PROTECT", u8},
    {7, "IFLA_BRPORT_FAST_LEAVE", u8},
    {8, "IFLA_BRPORT_LEARNING", u8},
    {9, "IFLA_BRPORT_UNICAST_FLOOD", u8},
    {10, "IFLA_BRPORT_PROXYARP", u8},
    {11, "IFLA_BRPORT_LEARNING_SYNC", u8},
    {12, "IFLA_BRPORT_PROXYARP_WIFI", u8},
    {13, "IFLA_BRPORT_ROOT_ID", bridge_id},
    {14, "IFLA_BRPORT_BRIDGE_ID", bridge_id},
    {15, "IFLA_BRPORT_DESIGNATED_PORT", u16},
    {16, "IFLA_BRPORT_DESIGNATED_COST", u16},
    {17, "IFLA_BRPORT_ID", u16},
    {18, "IFLA_BRPORT_NO", u16},
    {19, "IFLA_BRPORT_TOPOLOGY_CHANGE_ACK", u8},
    {20, "IFLA_BRPORT_CONFIG_PENDING", u8},
    {21, "IFLA_BRPORT_MESSAGE_AGE_TIMER", ticks},
    {22, "IFLA_BRPORT_FORWARD_DELAY_TIMER", ticks},
    {23, "IFLA_BRPORT_HOLD_TIMER", ticks},
    {24, "IFLA_BRPORT_FLUSH"},
    {25, "IFLA_BRPORT_MULTICAST_ROUTER", u8},
    {26, "IFLA_BRPORT_PAD"},
    {27, "IFLA_BRPORT_MCAST_FLOOD", u8},
    {28, "IFLA_BRPORT_MCAST_TO_UCAST", u8},
    {29, "IFLA_BRPORT_VLAN_TUNNEL", u8},
    {30, "IFLA_BRPORT_BCAST_FLOOD", u8},
    {31, "IFLA_BRPORT_GROUP_FWD_MASK", x16},
    {32, "IFLA_BRPORT_NEIGH_SUPPRESS", u8},
    {33, "IFLA_BRPORT_ISOLATED", u8},
    {34, "IFLA_BRPORT_BACKUP_PORT", index},
    {35, "IFLA_BRPORT_MRP_RING_OPEN", u8},
    {36, "IFLA_BRPORT_MRP_IN_OPEN", u8},
    {37, "IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT", u32},
    {38, "IFLA_BRPORT_MCAST_EHT_HOSTS_CNT", u32},
    {39, "IFLA_BRPORT_LOCKED", u8},
};
static constexpr AttributeSet bridge_port_attributes{"IFLA_BRPORT_???", bridge_port_attributes_rows};

static constexpr Attribute tun_attributes_rows[] = {
    {0, "IFLA_TUN_UNSPEC"},          {1, "IFLA_TUN_OWNER", user},
    {2, "IFLA_TUN_GROUP", user},     {3, "IFLA_TUN_TYPE", constant8(tunnel_types)},
    {4, "IFLA_TUN_PI", u8},          {5, "IFLA_TUN_VNET_HDR", u8},
    {6, "IFLA_TUN_PERSIST", u8},     {7, "IFLA_TUN_MULTI_QUEUE", u8},
    {8, "IFLA_TUN_NUM_QUEUES", u32}, {9, "IFLA_TUN_NUM_DISABLED_QUEUES", u32},
};
static constexpr AttributeSet tun_attributes{"IFLA_TUN_???", tun_attributes_rows};

static constexpr Field can_statistics_fields[] = {{"bus_error error_warning error_passive bus_off arbitration_lost restarts", u32}};
static constexpr Layout can_statistics{can_statistics_fields};
static constexpr OfKind link_data_kinds[] = {{"bridge", bridge_attributes}, {"tun", tun_attributes}};
static constexpr ByKind link_data{false, link_data_kinds};
static constexpr OfKind link_statistics_kinds[] = {{"can", can_statistics}};
static constexpr ByKind link_kind_statistics{false, link_statistics_kinds};
static constexpr OfKind slave_data_kinds[] = {{"bridge", bridge_port_attributes}};
static constexpr ByKind slave_data{true, slave_data_kinds};
static constexpr Attribute link_info_attributes_rows[] = {
    {0, "IFLA_INFO_UNSPEC"},
    {1, "IFLA_INFO_KIND", print_kind},
    {2, "IFLA_INFO_DATA", link_data},
    {3, "IFLA_INFO_XSTATS", link_kind_statistics},
    {4, "IFLA_INFO_SLAVE_KIND", print_slave_kind},
    {5, "IFLA_INFO_SLAVE_DATA", slave_data},
};
static constexpr AttributeSet link_info_attributes{"IFLA_INFO_???", link_info_attributes_rows};

static constexpr Attribute xdp_attributes_rows[] = {
    {0, "IFLA_XDP_UNSPEC"},
    {1, "IFLA_XDP_FD", descriptor},
    {2, "IFLA_XDP_ATTACHED", constant8(xdp_attachments)},
    {3, "IFLA_XDP_FLAGS", flags32(xdp_flags)},
    {4, "IFLA_XDP_PROG_ID", u32},
    {5, "IFLA_XDP_DRV_PROG_ID", u32},
    {6, "IFLA_XDP_SKB_PROG_ID", u32},
    {7, "IFLA_XDP_HW_PROG_ID", u32},
    {8, "IFLA_XDP_EXPECTED_FD", descriptor},
};
static constexpr AttributeSet xdp_attributes{"IFLA_XDP_???", xdp_attributes_rows};

// IFLA_AF_SPEC, IFLA_PROTINFO: by the family of what they are about.
static constexpr Elements inet_values{s32, &inet_configuration}, inet6_values{s32, &inet6_configuration},
    inet6_counters{u64, &inet6_statistics}, icmp6_counters{u64, &icmp6_statistics};
static constexpr Field inet6_cache_fields[] = {{"max_reasm_len tstamp reachable_time retrans_time", u32}};
static constexpr Layout inet6_cache{inet6_cache_fields};
static constexpr Attribute inet_link_attributes_rows[] = {
    {0, "IFLA_INET_UNSPEC"},
    {1, "IFLA_INET_CONF", inet_values},
};
static constexpr AttributeSet inet_link_attributes{"IFLA_INET_???", inet_link_attributes_rows};

static constexpr Attribute inet6_link_attributes_rows[] = {
    {0, "IFLA_INET6_UNSPEC"},
    {1, "IFLA_INET6_FLAGS", flags32(inet6_link_flags)},
    {2, "IFLA_INET6_CONF", inet6_values},
    {3, "IFLA_INET6_STATS", inet6_counters},
    {4, "IFLA_INET6_MCAST"},
    {5, "IFLA_INET6_CACHEINFO", inet6_cache},
    {6, "IFLA_INET6_ICMP6STATS", icmp6_counters},
    {7, "IFLA_INET6_TOKEN", inet6},
    {8, "IFLA_INET6_ADDR_GEN_MODE", constant8(address_generation_modes)},
    {9, "IFLA_INET6_RA_MTU", u32},
};
static constexpr AttributeSet inet6_link_attributes{"IFLA_INET6_???", inet6_link_attributes_rows};

static constexpr Attribute mctp_link_attributes_rows[] = {
    {0, "IFLA_MCTP_UNSPEC"},
    {1, "IFLA_MCTP_NET", u32},
};
static constexpr AttributeSet mctp_link_attributes{"IFLA_MCTP_???", mctp_link_attributes_rows};

static constexpr Attribute family_link_attributes_rows[] = {
    {2, "AF_INET", inet_link_attributes}, {10, "AF_INET6", inet6_link_attributes}, {45, "AF_MCTP", mctp_link_attributes}};
static constexpr AttributeSet family_link_attributes{"AF_???", family_link_attributes_rows, &address_families};
static constexpr Field vlan_info_fields[] = {{"flags", flags16(bridge_vlan_flags)}, {"vid", u16}};
static constexpr Layout vlan_info{vlan_info_fields, 0, Rest::bytes};
static constexpr Attribute vlan_tunnel_attributes_rows[] = {
    {0, "IFLA_BRIDGE_VLAN_TUNNEL_UNSPEC"},
    {1, "IFLA_BRIDGE_VLAN_TUNNEL_ID", u32},
    {2, "IFLA_BRIDGE_VLAN_TUNNEL_VID", u16},
    {3, "IFLA_BRIDGE_VLAN_TUNNEL_FLAGS", flags16(bridge_vlan_flags)},
};
static constexpr AttributeSet vlan_tunnel_attributes{"IFLA_BRIDGE_VLAN_TUNNEL_???", vlan_tunnel_attributes_rows};

static constexpr Attribute bridge_link_attributes_rows[] = {
    {0, "IFLA_BRIDGE_FLAGS", flags16(bridge_flags)},
    {1, "IFLA_BRIDGE_MODE", constant16(bridge_modes)},
    {2, "IFLA_BRIDGE_VLAN_INFO", vlan_info},
    {3, "IFLA_BRIDGE_VLAN_TUNNEL_INFO", vlan_tunnel_attributes},
    {4, "IFLA_BRIDGE_MRP"},
    {5, "IFLA_BRIDGE_CFM"},
    {6, "IFLA_BRIDGE_MST"},
};
static constexpr AttributeSet bridge_link_attributes{"IFLA_BRIDGE_???", bridge_link_attributes_rows};

static constexpr OfFamily family_specific_rows[] = {{7, bridge_link_attributes}};
static constexpr ByFamily family_specific{family_specific_rows, family_link_attributes};
static constexpr OfFamily protocol_info_rows[] = {{7, bridge_port_attributes}, {10, inet6_link_attributes}};
static constexpr ByFamily protocol_info{protocol_info_rows};
static constexpr Attribute down_reason_attributes_rows[] = {
    {0, "IFLA_PROTO_DOWN_REASON_UNSPEC"},
    {1, "IFLA_PROTO_DOWN_REASON_MASK", x32},
    {2, "IFLA_PROTO_DOWN_REASON_VALUE", x32},
};
static constexpr AttributeSet down_reason_attributes{"IFLA_PROTO_DOWN_REASON_???", down_reason_attributes_rows};

extern const AttributeSet link_attributes;

static constexpr Attribute link_attributes_rows[] = {
    {0, "IFLA_UNSPEC"},
    {1, "IFLA_ADDRESS", hardware_address},
    {2, "IFLA_BROADCAST", hardware_address},
    {3, "IFLA_IFNAME", text},
    {4, "IFLA_MTU", u32},
    {5, "IFLA_LINK", index},
    {6, "IFLA_QDISC", text},
    {7, "IFLA_STATS", link_statistics32},
    {8, "IFLA_COST", u32},
    {9, "IFLA_PRIORITY", u32},
    {10, "IFLA_MASTER", index},
    {11, "IFLA_WIRELESS"},
    {12, "IFLA_PROTINFO", protocol_info},
    {13, "IFLA_TXQLEN", u32},
    {14, "IFLA_MAP", link_map},
    {15, "IFLA_WEIGHT", u32},
    {16, "IFLA_OPERSTATE", u8},
    {17, "IFLA_LINKMODE", u8},
    {18, "IFLA_LINKINFO", link_info_attributes},
    {19, "IFLA_NET_NS_PID", u32},
    {20, "IFLA_IFALIAS", text},
    {21, "IFLA_NUM_VF", u32},
    {22, "IFLA_VFINFO_LIST", virtual_function_list_attributes},
    {23, "IFLA_STATS64", link_statistics64},
    {24, "IFLA_VF_PORTS", port_list_attributes},
    {25, "IFLA_PORT_SELF", port_attributes},
    {26, "IFLA_AF_SPEC", family_specific},
    {27, "IFLA_GROUP", u32},
    {28, "IFLA_NET_NS_FD", descriptor},
    {29, "IFLA_EXT_MASK", flags32(link_filters)},
    {30, "IFLA_PROMISCUITY", u32},
    {31, "IFLA_NUM_TX_QUEUES", u32},
    {32, "IFLA_NUM_RX_QUEUES", u32},
    {33, "IFLA_CARRIER", u8},
    {34, "IFLA_PHYS_PORT_ID"},
    {35, "IFLA_CARRIER_CHANGES", u32},
    {36, "IFLA_PHYS_SWITCH_ID"},
    {37, "IFLA_LINK_NETNSID", s32},
    {38, "IFLA_PHYS_PORT_NAME", text},
    {39, "IFLA_PROTO_DOWN", u8},
    {40, "IFLA_GSO_MAX_SEGS", u32},
    {41, "IFLA_GSO_MAX_SIZE", u32},
    {42, "IFLA_PAD"},
    {43, "IFLA_XDP", xdp_attributes},
    {44, "IFLA_EVENT", constant32(link_events)},
    {45, "IFLA_NEW_NETNSID", s32},
    {46, "IFLA_TARGET_NETNSID", s32},
    {47, "IFLA_CARRIER_UP_COUNT", u32},
    {48, "IFLA_CARRIER_DOWN_COUNT", u32},
    {49, "IFLA_NEW_IFINDEX", index},
    {50, "IFLA_MIN_MTU", u32},
    {51, "IFLA_MAX_MTU", u32},
    {52, "IFLA_PROP_LIST", link_attributes},
    {53, "IFLA_ALT_IFNAME", text},
    {54, "IFLA_PERM_ADDRESS", hardware_address},
    {55, "IFLA_PROTO_DOWN_REASON", down_reason_attributes},
    {56, "IFLA_PARENT_DEV_NAME", text},
    {57, "IFLA_PARENT_DEV_BUS_NAME", text},
    {58, "IFLA_GRO_MAX_SIZE", u32},
    {59, "IFLA_TSO_MAX_SIZE", u32},
    {60, "IFLA_TSO_MAX_SEGS", u32},
    {61, "IFLA_ALLMULTI", u32},
};
const AttributeSet link_attributes{"IFLA_???", link_attributes_rows};

}  // namespace shimtrace::decoders::netlink
