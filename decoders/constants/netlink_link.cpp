#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

static constexpr FlagName link_filters_rows[] = {
    {1, "RTEXT_FILTER_VF"},
    {2, "RTEXT_FILTER_BRVLAN"},
    {4, "RTEXT_FILTER_BRVLAN_COMPRESSED"},
    {8, "RTEXT_FILTER_SKIP_STATS"},
    {0x10, "RTEXT_FILTER_MRP"},
    {0x20, "RTEXT_FILTER_CFM_CONFIG"},
    {0x40, "RTEXT_FILTER_CFM_STATUS"},
};
const FlagSet link_filters{"RTEXT_FILTER_???", link_filters_rows};

static constexpr FlagName link_events_rows[] = {
    {0, "IFLA_EVENT_NONE"},
    {1, "IFLA_EVENT_REBOOT"},
    {2, "IFLA_EVENT_FEATURES"},
    {3, "IFLA_EVENT_BONDING_FAILOVER"},
    {4, "IFLA_EVENT_NOTIFY_PEERS"},
    {5, "IFLA_EVENT_IGMP_RESEND"},
    {6, "IFLA_EVENT_BONDING_OPTIONS"},
};
const FlagSet link_events{"IFLA_EVENT_???", link_events_rows};

static constexpr FlagName xdp_flags_rows[] = {
    {1, "XDP_FLAGS_UPDATE_IF_NOEXIST"},
    {2, "XDP_FLAGS_SKB_MODE"},
    {4, "XDP_FLAGS_DRV_MODE"},
    {8, "XDP_FLAGS_HW_MODE"},
    {0x10, "XDP_FLAGS_REPLACE"},
};
const FlagSet xdp_flags{"XDP_FLAGS_???", xdp_flags_rows};

static constexpr FlagName xdp_attachments_rows[] = {
    {0, "XDP_ATTACHED_NONE"},
    {1, "XDP_ATTACHED_DRV"},
    {2, "XDP_ATTACHED_SKB"},
    {3, "XDP_ATTACHED_HW"},
    {4, "XDP_ATTACHED_MULTI"},
};
const FlagSet xdp_attachments{"XDP_ATTACHED_???", xdp_attachments_rows};

static constexpr FlagName bridge_flags_rows[] = {
    {1, "BRIDGE_FLAGS_MASTER"},
    {2, "BRIDGE_FLAGS_SELF"},
};
const FlagSet bridge_flags{"BRIDGE_FLAGS_???", bridge_flags_rows};

static constexpr FlagName bridge_modes_rows[] = {
    {0, "BRIDGE_MODE_VEB"},
    {1, "BRIDGE_MODE_VEPA"},
    {0xffff, "BRIDGE_MODE_UNDEF"},
};
const FlagSet bridge_modes{"BRIDGE_MODE_???", bridge_modes_rows};

static constexpr FlagName bridge_vlan_flags_rows[] = {
    {1, "BRIDGE_VLAN_INFO_MASTER"},
    {2, "BRIDGE_VLAN_INFO_PVID"},
    {4, "BRIDGE_VLAN_INFO_UNTAGGED"},
    {8, "BRIDGE_VLAN_INFO_RANGE_BEGIN"},
    {0x10, "BRIDGE_VLAN_INFO_RANGE_END"},
    {0x20, "BRIDGE_VLAN_INFO_BRENTRY"},
    {0x40, "BRIDGE_VLAN_INFO_ONLY_OPTS"},
};
const FlagSet bridge_vlan_flags{"BRIDGE_VLAN_INFO_???", bridge_vlan_flags_rows};

static constexpr FlagName bridge_options_rows[] = {
    {1, "1<<BR_BOOLOPT_NO_LL_LEARN"},
    {2, "1<<BR_BOOLOPT_MCAST_VLAN_SNOOPING"},
    {4, "1<<BR_BOOLOPT_MST_ENABLE"},
};
const FlagSet bridge_options{"1<<BR_BOOLOPT_???", bridge_options_rows};

static constexpr FlagName multicast_directions_rows[] = {
    {0, "BR_MCAST_DIR_RX"},
    {1, "BR_MCAST_DIR_TX"},
};
const FlagSet multicast_directions{"BR_MCAST_DIR_???", multicast_directions_rows};

static constexpr FlagName address_generation_modes_rows[] = {
    {0, "IN6_ADDR_GEN_MODE_EUI64"},
    {1, "IN6_ADDR_GEN_MODE_NONE"},
    {2, "IN6_ADDR_GEN_MODE_STABLE_PRIVACY"},
    {3, "IN6_ADDR_GEN_MODE_RANDOM"},
};
const FlagSet address_generation_modes{"IN6_ADDR_GEN_MODE_???", address_generation_modes_rows};

static constexpr FlagName inet6_link_flags_rows[] = {
    {0x10, "IF_RS_SENT"},
    {0x20, "IF_RA_RCVD"},
    {0x40, "IF_RA_MANAGED"},
    {0x80, "IF_RA_OTHERCONF"},
    {0x80000000, "IF_READY"},
};
const FlagSet inet6_link_flags{"IF_???", inet6_link_flags_rows};

static constexpr FlagName virtual_function_link_states_rows[] = {
    {0, "IFLA_VF_LINK_STATE_AUTO"},
    {1, "IFLA_VF_LINK_STATE_ENABLE"},
    {2, "IFLA_VF_LINK_STATE_DISABLE"},
};
const FlagSet virtual_function_link_states{"IFLA_VF_LINK_STATE_???", virtual_function_link_states_rows};

static constexpr FlagName tunnel_types_rows[] = {
    {1, "IFF_TUN"},
    {2, "IFF_TAP"},
};
const FlagSet tunnel_types{"IFF_???", tunnel_types_rows};

static constexpr FlagName inet_configuration_rows[] = {
    {0, "IPV4_DEVCONF_FORWARDING-1"},
    {1, "IPV4_DEVCONF_MC_FORWARDING-1"},
    {2, "IPV4_DEVCONF_PROXY_ARP-1"},
    {3, "IPV4_DEVCONF_ACCEPT_REDIRECTS-1"},
    {4, "IPV4_DEVCONF_SECURE_REDIRECTS-1"},
    {5, "IPV4_DEVCONF_SEND_REDIRECTS-1"},
    {6, "IPV4_DEVCONF_SHARED_MEDIA-1"},
    {7, "IPV4_DEVCONF_RP_FILTER-1"},
    {8, "IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE-1"},
    {9, "IPV4_DEVCONF_BOOTP_RELAY-1"},
    {0xa, "IPV4_DEVCONF_LOG_MARTIANS-1"},
    {0xb, "IPV4_DEVCONF_TAG-1"},
    {0xc, "IPV4_DEVCONF_ARPFILTER-1"},
    {0xd, "IPV4_DEVCONF_MEDIUM_ID-1"},
    {0xe, "IPV4_DEVCONF_NOXFRM-1"},
    {0xf, "IPV4_DEVCONF_NOPOLICY-1"},
    {0x10, "IPV4_DEVCONF_FORCE_IGMP_VERSION-1"},
    {0x11, "IPV4_DEVCONF_ARP_ANNOUNCE-1"},
    {0x12, "IPV4_DEVCONF_ARP_IGNORE-1"},
    {0x13, "IPV4_DEVCONF_PROMOTE_SECONDARIES-1"},
    {0x14, "IPV4_DEVCONF_ARP_ACCEPT-1"},
    {0x15, "IPV4_DEVCONF_ARP_NOTIFY-1"},
    {0x16, "IPV4_DEVCONF_ACCEPT_LOCAL-1"},
    {0x17, "IPV4_DEVCONF_SRC_VMARK-1"},
    {0x18, "IPV4_DEVCONF_PROXY_ARP_PVLAN-1"},
    {0x19, "IPV4_DEVCONF_ROUTE_LOCALNET-1"},
    {0x1a, "IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL-1"},
    {0x1b, "IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL-1"},
    {0x1c, "IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN-1"},
    {0x1d, "IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST-1"},
    {0x1e, "IPV4_DEVCONF_DROP_GRATUITOUS_ARP-1"},
    {0x1f, "IPV4_DEVCONF_BC_FORWARDING-1"},
    {0x20, "IPV4_DEVCONF_ARP_EVICT_NOCARRIER-1"},
};
const FlagSet inet_configuration{"IPV4_DEVCONF_???", inet_configuration_rows};

static constexpr FlagName inet6_configuration_rows[] = {
    {0, "DEVCONF_FORWARDING"},
    {1, "DEVCONF_HOPLIMIT"},
    {2, "DEVCONF_MTU6"},
    {3, "DEVCONF_ACCEPT_RA"},
    {4, "DEVCONF_ACCEPT_REDIRECTS"},
    {5, "DEVCONF_AUTOCONF"},
    {6, "DEVCONF_DAD_TRANSMITS"},
    {7, "DEVCONF_RTR_SOLICITS"},
    {8, "DEVCONF_RTR_SOLICIT_INTERVAL"},
    {9, "DEVCONF_RTR_SOLICIT_DELAY"},
    {0xa, "DEVCONF_USE_TEMPADDR"},
    {0xb, "DEVCONF_TEMP_VALID_LFT"},
    {0xc, "DEVCONF_TEMP_PREFERED_LFT"},
    {0xd, "DEVCONF_REGEN_MAX_RETRY"},
    {0xe, "DEVCONF_MAX_DESYNC_FACTOR"},
    {0xf, "DEVCONF_MAX_ADDRESSES"},
    {0x10, "DEVCONF_FORCE_MLD_VERSION"},
    {0x11, "DEVCONF_ACCEPT_RA_DEFRTR"},
    {0x12, "DEVCONF_ACCEPT_RA_PINFO"},
    {0x13, "DEVCONF_ACCEPT_RA_RTR_PREF"},
    {0x14, "DEVCONF_RTR_PROBE_INTERVAL"},
    {0x15, "DEVCONF_ACCEPT_RA_RT_INFO_MAX_PLEN"},
    {0x16, "DEVCONF_PROXY_NDP"},
    {0x17, "DEVCONF_OPTIMISTIC_DAD"},
    {0x18, "DEVCONF_ACCEPT_SOURCE_ROUTE"},
    {0x19, "DEVCONF_MC_FORWARDING"},
    {0x1a, "DEVCONF_DISABLE_IPV6"},
    {0x1b, "DEVCONF_ACCEPT_DAD"},
    {0x1c, "DEVCONF_FORCE_TLLAO"},
    {0x1d, "DEVCONF_NDISC_NOTIFY"},
    {0x1e, "DEVCONF_MLDV1_UNSOLICITED_REPORT_INTERVAL"},
    {0x1f, "DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL"},
    {0x20, "DEVCONF_SUPPRESS_FRAG_NDISC"},
    {0x21, "DEVCONF_ACCEPT_RA_FROM_LOCAL"},
    {0x22, "DEVCONF_USE_OPTIMISTIC"},
    {0x23, "DEVCONF_ACCEPT_RA_MTU"},
    {0x24, "DEVCONF_STABLE_SECRET"},
    {0x25, "DEVCONF_USE_OIF_ADDRS_ONLY"},
    {0x26, "DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT"},
    {0x27, "DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN"},
    {0x28, "DEVCONF_DROP_UNICAST_IN_L2_MULTICAST"},
    {0x29, "DEVCONF_DROP_UNSOLICITED_NA"},
    {0x2a, "DEVCONF_KEEP_ADDR_ON_DOWN"},
    {0x2b, "DEVCONF_RTR_SOLICIT_MAX_INTERVAL"},
    {0x2c, "DEVCONF_SEG6_ENABLED"},
    {0x2d, "DEVCONF_SEG6_REQUIRE_HMAC"},
    {0x2e, "DEVCONF_ENHANCED_DAD"},
    {0x2f, "DEVCONF_ADDR_GEN_MODE"},
    {0x30, "DEVCONF_DISABLE_POLICY"},
    {0x31, "DEVCONF_ACCEPT_RA_RT_INFO_MIN_PLEN"},
    {0x32, "DEVCONF_NDISC_TCLASS"},
    {0x33, "DEVCONF_RPL_SEG_ENABLED"},
    {0x34, "DEVCONF_RA_DEFRTR_METRIC"},
    {0x35, "DEVCONF_IOAM6_ENABLED"},
    {0x36, "DEVCONF_IOAM6_ID"},
    {0x37, "DEVCONF_IOAM6_ID_WIDE"},
    {0x38, "DEVCONF_NDISC_EVICT_NOCARRIER"},
    {0x39, "DEVCONF_ACCEPT_UNTRACKED_NA"},
    {0x3a, "DEVCONF_ACCEPT_RA_MIN_LFT"},
};
const FlagSet inet6_configuration{"DEVCONF_???", inet6_configuration_rows};

static constexpr FlagName inet6_statistics_rows[] = {
    {0, "IPSTATS_MIB_NUM"},
    {1, "IPSTATS_MIB_INPKTS"},
    {2, "IPSTATS_MIB_INOCTETS"},
    {3, "IPSTATS_MIB_INDELIVERS"},
    {4, "IPSTATS_MIB_OUTFORWDATAGRAMS"},
    {5, "IPSTATS_MIB_OUTPKTS"},
    {6, "IPSTATS_MIB_OUTOCTETS"},
    {7, "IPSTATS_MIB_INHDRERRORS"},
    {8, "IPSTATS_MIB_INTOOBIGERRORS"},
    {9, "IPSTATS_MIB_INNOROUTES"},
    {0xa, "IPSTATS_MIB_INADDRERRORS"},
    {0xb, "IPSTATS_MIB_INUNKNOWNPROTOS"},
    {0xc, "IPSTATS_MIB_INTRUNCATEDPKTS"},
    {0xd, "IPSTATS_MIB_INDISCARDS"},
    {0xe, "IPSTATS_MIB_OUTDISCARDS"},
    {0xf, "IPSTATS_MIB_OUTNOROUTES"},
    {0x10, "IPSTATS_MIB_REASMTIMEOUT"},
    {0x11, "IPSTATS_MIB_REASMREQDS"},
    {0x12, "IPSTATS_MIB_REASMOKS"},
    {0x13, "IPSTATS_MIB_REASMFAILS"},
    {0x14, "IPSTATS_MIB_FRAGOKS"},
    {0x15, "IPSTATS_MIB_FRAGFAILS"},
    {0x16, "IPSTATS_MIB_FRAGCREATES"},
    {0x17, "IPSTATS_MIB_INMCASTPKTS"},
    {0x18, "IPSTATS_MIB_OUTMCASTPKTS"},
    {0x19, "IPSTATS_MIB_INBCASTPKTS"},
    {0x1a, "IPSTATS_MIB_OUTBCASTPKTS"},
    {0x1b, "IPSTATS_MIB_INMCASTOCTETS"},
    {0x1c, "IPSTATS_MIB_OUTMCASTOCTETS"},
    {0x1d, "IPSTATS_MIB_INBCASTOCTETS"},
    {0x1e, "IPSTATS_MIB_OUTBCASTOCTETS"},
    {0x1f, "IPSTATS_MIB_CSUMERRORS"},
    {0x20, "IPSTATS_MIB_NOECTPKTS"},
    {0x21, "IPSTATS_MIB_ECT1PKTS"},
    {0x22, "IPSTATS_MIB_ECT0PKTS"},
    {0x23, "IPSTATS_MIB_CEPKTS"},
    {0x24, "IPSTATS_MIB_REASM_OVERLAPS"},
};
const FlagSet inet6_statistics{"IPSTATS_MIB_???", inet6_statistics_rows};

static constexpr FlagName icmp6_statistics_rows[] = {
    {0, "ICMP6_MIB_NUM"},
    {1, "ICMP6_MIB_INMSGS"},
    {2, "ICMP6_MIB_INERRORS"},
    {3, "ICMP6_MIB_OUTMSGS"},
    {4, "ICMP6_MIB_OUTERRORS"},
    {5, "ICMP6_MIB_CSUMERRORS"},
};
const FlagSet icmp6_statistics{"ICMP6_MIB_???", icmp6_statistics_rows};

}  // namespace shimtrace::decoders
