// NETLINK_ROUTE: the virtual functions of links, and their ports.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

static constexpr Field virtual_mac_fields[] = {{"vf", u32}, {"mac", of(Format::hardware_address, 32)}};
static constexpr Layout virtual_mac{virtual_mac_fields};
static constexpr Field virtual_broadcast_fields[] = {{"broadcast", of(Format::hardware_address, 32)}};
static constexpr Layout virtual_broadcast{virtual_broadcast_fields};
static constexpr Field virtual_vlan_fields[] = {{"vf vlan qos", u32}};
static constexpr Layout virtual_vlan{virtual_vlan_fields};
static constexpr Field virtual_tx_rate_fields[] = {{"vf rate", u32}};
static constexpr Layout virtual_tx_rate{virtual_tx_rate_fields};
static constexpr Field virtual_setting_fields[] = {{"vf setting", u32}};
static constexpr Layout virtual_setting{virtual_setting_fields};
static constexpr Field virtual_link_state_fields[] = {{"vf", u32}, {"link_state", constant32(virtual_function_link_states)}};
static constexpr Layout virtual_link_state{virtual_link_state_fields};
static constexpr Field virtual_rate_fields[] = {{"vf min_tx_rate max_tx_rate", u32}};
static constexpr Layout virtual_rate{virtual_rate_fields};
static constexpr Field virtual_guid_fields[] = {{"vf", u32}, {"guid", x64}};
static constexpr Layout virtual_guid{virtual_guid_fields};
static constexpr Field virtual_vlan_info_fields[] = {
    {"vf vlan qos", u32}, {"vlan_proto", {Format::network_constant, 2, ethernet_protocols}}, {"", of(Format::skipped, 2)}};
static constexpr Layout virtual_vlan_info{virtual_vlan_info_fields};
static constexpr Attribute virtual_statistics_attributes_rows[] = {
    {0, "IFLA_VF_STATS_RX_PACKETS", u64},
    {1, "IFLA_VF_STATS_TX_PACKETS", u64},
    {2, "IFLA_VF_STATS_RX_BYTES", u64},
    {3, "IFLA_VF_STATS_TX_BYTES", u64},
    {4, "IFLA_VF_STATS_BROADCAST", u64},
    {5, "IFLA_VF_STATS_MULTICAST", u64},
    {6, "IFLA_VF_STATS_PAD"},
    {7, "IFLA_VF_STATS_RX_DROPPED", u64},
    {8, "IFLA_VF_STATS_TX_DROPPED", u64},
};
static constexpr AttributeSet virtual_statistics_attributes{"IFLA_VF_STATS_???", virtual_statistics_attributes_rows};

static constexpr Attribute virtual_vlan_attributes_rows[] = {
    {0, "IFLA_VF_VLAN_INFO_UNSPEC"},
    {1, "IFLA_VF_VLAN_INFO", virtual_vlan_info},
};
static constexpr AttributeSet virtual_vlan_attributes{"IFLA_VF_VLAN_INFO_???", virtual_vlan_attributes_rows};

static constexpr Attribute virtual_function_attributes_rows[] = {
    {0, "IFLA_VF_UNSPEC"},
    {1, "IFLA_VF_MAC", virtual_mac},
    {2, "IFLA_VF_VLAN", virtual_vlan},
    {3, "IFLA_VF_TX_RATE", virtual_tx_rate},
    {4, "IFLA_VF_SPOOFCHK", virtual_setting},
    {5, "IFLA_VF_LINK_STATE", virtual_link_state},
    {6, "IFLA_VF_RATE", virtual_rate},
    {7, "IFLA_VF_RSS_QUERY_EN", virtual_setting},
    {8, "IFLA_VF_STATS", virtual_statistics_attributes},
    {9, "IFLA_VF_TRUST", virtual_setting},
    {10, "IFLA_VF_IB_NODE_GUID", virtual_guid},
    {11, "IFLA_VF_IB_PORT_GUID", virtual_guid},
    {12, "IFLA_VF_VLAN_LIST", virtual_vlan_attributes},
    {13, "IFLA_VF_BROADCAST", virtual_broadcast},
};
static constexpr AttributeSet virtual_function_attributes{"IFLA_VF_???", virtual_function_attributes_rows};

static constexpr Attribute virtual_function_list_attributes_rows[] = {
    {0, "IFLA_VF_INFO_UNSPEC"},
    {1, "IFLA_VF_INFO", virtual_function_attributes},
};
const AttributeSet virtual_function_list_attributes{"IFLA_VF_INFO_???", virtual_function_list_attributes_rows};

static constexpr Field port_vsi_fields[] = {
    {"vsi_mgr_id", u8}, {"vsi_type_id", of(Format::bytes, 3)}, {"vsi_type_version", u8}, {"pad", of(Format::reserved, 3)}};
static constexpr Layout port_vsi{port_vsi_fields};
static constexpr Attribute port_attributes_rows[] = {
    {0, "IFLA_PORT_UNSPEC"},        {1, "IFLA_PORT_VF", u32},   {2, "IFLA_PORT_PROFILE", text}, {3, "IFLA_PORT_VSI_TYPE", port_vsi},
    {4, "IFLA_PORT_INSTANCE_UUID"}, {5, "IFLA_PORT_HOST_UUID"}, {6, "IFLA_PORT_REQUEST", u8},   {7, "IFLA_PORT_RESPONSE", u16},
    {25, "IFLA_PORT_SELF"},
};
const AttributeSet port_attributes{"IFLA_PORT_???", port_attributes_rows};

static constexpr Attribute port_list_attributes_rows[] = {
    {0, "IFLA_VF_PORT_UNSPEC"},
    {1, "IFLA_VF_PORT", port_attributes},
};
const AttributeSet port_list_attributes{"IFLA_VF_PORT_???", port_list_attributes_rows};

}  // namespace shimtrace::decoders::netlink
