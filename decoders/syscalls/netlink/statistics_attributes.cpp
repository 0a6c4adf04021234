// NETLINK_ROUTE: the attributes of RTM_GETSTATS.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

static constexpr Field vlan_statistics_fields[] = {{"rx_bytes rx_packets tx_bytes tx_packets", u64},
                                                   {"vid", u16},
                                                   {"flags", flags16(bridge_vlan_flags)},
                                                   {"pad2", of(Format::reserved, 4)}};
static constexpr Layout vlan_statistics{vlan_statistics_fields, 0, Rest::bytes};
static constexpr Elements by_direction{u64, &multicast_directions, 2};
static constexpr Field multicast_group_statistics_fields[] = {
    {"igmp_v1queries igmp_v2queries igmp_v3queries igmp_leaves igmp_v1reports igmp_v2reports igmp_v3reports", by_direction},
    {"igmp_parse_errors", u64},
    {"mld_v1queries mld_v2queries mld_leaves mld_v1reports mld_v2reports", by_direction},
    {"mld_parse_errors", u64},
    {"mcast_bytes mcast_packets", by_direction}};
static constexpr Layout multicast_group_statistics{multicast_group_statistics_fields, 0, Rest::bytes};
static constexpr Field spanning_tree_statistics_fields[] = {{"transition_blk transition_fwd rx_bpdu tx_bpdu rx_tcn tx_tcn", u64}};
static constexpr Layout spanning_tree_statistics{spanning_tree_statistics_fields, 0, Rest::bytes};
static constexpr Field mpls_statistics_fields[] = {
    {"rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped rx_noroute", u64}};
static constexpr Layout mpls_statistics{mpls_statistics_fields, 0, Rest::bytes};

static constexpr Attribute bridge_statistics_attributes_rows[] = {
    {0, "BRIDGE_XSTATS_UNSPEC"}, {1, "BRIDGE_XSTATS_VLAN", vlan_statistics},         {2, "BRIDGE_XSTATS_MCAST", multicast_group_statistics},
    {3, "BRIDGE_XSTATS_PAD"},    {4, "BRIDGE_XSTATS_STP", spanning_tree_statistics},
};
static constexpr AttributeSet bridge_statistics_attributes{"BRIDGE_XSTATS_???", bridge_statistics_attributes_rows};

static constexpr Attribute bond_3ad_attributes_rows[] = {
    {0, "BOND_3AD_STAT_LACPDU_RX", u64},         {1, "BOND_3AD_STAT_LACPDU_TX", u64},
    {2, "BOND_3AD_STAT_LACPDU_UNKNOWN_RX", u64}, {3, "BOND_3AD_STAT_LACPDU_ILLEGAL_RX", u64},
    {4, "BOND_3AD_STAT_MARKER_RX", u64},         {5, "BOND_3AD_STAT_MARKER_TX", u64},
    {6, "BOND_3AD_STAT_MARKER_RESP_RX", u64},    {7, "BOND_3AD_STAT_MARKER_RESP_TX", u64},
    {8, "BOND_3AD_STAT_MARKER_UNKNOWN_RX", u64}, {9, "BOND_3AD_STAT_PAD"},
};
static constexpr AttributeSet bond_3ad_attributes{"BOND_XSTATS_???", bond_3ad_attributes_rows};

static constexpr Attribute bond_statistics_attributes_rows[] = {
    {0, "BOND_XSTATS_UNSPEC"},
    {1, "BOND_XSTATS_3AD", bond_3ad_attributes},
};
static constexpr AttributeSet bond_statistics_attributes{"BOND_XSTATS_???", bond_statistics_attributes_rows};

static constexpr Attribute extended_statistics_attributes_rows[] = {
    {0, "LINK_XSTATS_TYPE_UNSPEC"},
    {1, "LINK_XSTATS_TYPE_BRIDGE", bridge_statistics_attributes},
    {2, "LINK_XSTATS_TYPE_BOND", bond_statistics_attributes},
};
static constexpr AttributeSet extended_statistics_attributes{"LINK_XSTATS_TYPE_???", extended_statistics_attributes_rows};

static constexpr Attribute offload_statistics_attributes_rows[] = {
    {0, "IFLA_OFFLOAD_XSTATS_UNSPEC"},
    {1, "IFLA_OFFLOAD_XSTATS_CPU_HIT", link_statistics64},
};
static constexpr AttributeSet offload_statistics_attributes{"IFLA_OFFLOAD_XSTATS_???", offload_statistics_attributes_rows};

static constexpr Attribute mpls_statistics_attributes_rows[] = {
    {0, "MPLS_STATS_UNSPEC"},
    {1, "MPLS_STATS_LINK", mpls_statistics},
};
static constexpr AttributeSet mpls_statistics_attributes{"MPLS_STATS_???", mpls_statistics_attributes_rows};

static constexpr Attribute family_statistics_attributes_rows[] = {{28, "AF_MPLS", mpls_statistics_attributes}};
static constexpr AttributeSet family_statistics_attributes{"AF_???", family_statistics_attributes_rows, &address_families};
static constexpr Attribute statistics_attributes_rows[] = {
    {0, "IFLA_STATS_UNSPEC"},
    {1, "IFLA_STATS_LINK_64", link_statistics64},
    {2, "IFLA_STATS_LINK_XSTATS", extended_statistics_attributes},
    {3, "IFLA_STATS_LINK_XSTATS_SLAVE", extended_statistics_attributes},
    {4, "IFLA_STATS_LINK_OFFLOAD_XSTATS", offload_statistics_attributes},
    {5, "IFLA_STATS_AF_SPEC", family_statistics_attributes},
};
const AttributeSet statistics_attributes{"IFLA_STATS_???", statistics_attributes_rows};

}  // namespace shimtrace::decoders::netlink
