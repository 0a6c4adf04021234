#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

const FlagSet interface_flags{"IFF_???", bits("IFF_UP IFF_BROADCAST IFF_DEBUG IFF_LOOPBACK IFF_POINTOPOINT IFF_NOTRAILERS IFF_RUNNING IFF_NOARP IFF_PROMISC "
                 "IFF_ALLMULTI IFF_MASTER IFF_SLAVE IFF_MULTICAST IFF_PORTSEL IFF_AUTOMEDIA IFF_DYNAMIC IFF_LOWER_UP IFF_DORMANT "
                 "IFF_ECHO")};

static constexpr FlagName address_flags_rows[] = {
    {1, "IFA_F_SECONDARY"},
    {2, "IFA_F_NODAD"},
    {4, "IFA_F_OPTIMISTIC"},
    {8, "IFA_F_DADFAILED"},
    {0x10, "IFA_F_HOMEADDRESS"},
    {0x20, "IFA_F_DEPRECATED"},
    {0x40, "IFA_F_TENTATIVE"},
    {0x80, "IFA_F_PERMANENT"},
    {0x100, "IFA_F_MANAGETEMPADDR"},
    {0x200, "IFA_F_NOPREFIXROUTE"},
    {0x400, "IFA_F_MCAUTOJOIN"},
};
const FlagSet address_flags{"IFA_F_???", address_flags_rows};

static constexpr FlagName route_scopes_rows[] = {
    {0, "RT_SCOPE_UNIVERSE"},
    {0xc8, "RT_SCOPE_SITE"},
    {0xfd, "RT_SCOPE_LINK"},
    {0xfe, "RT_SCOPE_HOST"},
    {0xff, "RT_SCOPE_NOWHERE"},
};
const FlagSet route_scopes{"", route_scopes_rows};

static constexpr FlagName route_tables_rows[] = {
    {0, "RT_TABLE_UNSPEC"},
    {0xfc, "RT_TABLE_COMPAT"},
    {0xfd, "RT_TABLE_DEFAULT"},
    {0xfe, "RT_TABLE_MAIN"},
    {0xff, "RT_TABLE_LOCAL"},
};
const FlagSet route_tables{"RT_TABLE_???", route_tables_rows};

const FlagSet route_protocols{"RTPROT_???", numbers("RTPROT_UNSPEC RTPROT_REDIRECT RTPROT_KERNEL RTPROT_BOOT RTPROT_STATIC 8 RTPROT_GATED RTPROT_RA RTPROT_MRT RTPROT_ZEBRA "
                 "RTPROT_BIRD RTPROT_DNROUTED RTPROT_XORP RTPROT_NTK RTPROT_DHCP RTPROT_MROUTED RTPROT_KEEPALIVED 0x2a RTPROT_BABEL 0x63 "
                 "RTPROT_OPENR 0xba RTPROT_BGP RTPROT_ISIS RTPROT_OSPF RTPROT_RIP 0xc0 RTPROT_EIGRP")};

const FlagSet route_types{"RTN_???", numbers("RTN_UNSPEC RTN_UNICAST RTN_LOCAL RTN_BROADCAST RTN_ANYCAST RTN_MULTICAST RTN_BLACKHOLE RTN_UNREACHABLE RTN_PROHIBIT "
                 "RTN_THROW RTN_NAT RTN_XRESOLVE")};

static constexpr FlagName route_flags_rows[] = {
    {0x100, "RTM_F_NOTIFY"},
    {0x200, "RTM_F_CLONED"},
    {0x400, "RTM_F_EQUALIZE"},
    {0x800, "RTM_F_PREFIX"},
    {0x1000, "RTM_F_LOOKUP_TABLE"},
    {0x2000, "RTM_F_FIB_MATCH"},
    {0x4000, "RTM_F_OFFLOAD"},
    {0x8000, "RTM_F_TRAP"},
    {0x20000000, "RTM_F_OFFLOAD_FAILED"},
};
const FlagSet route_flags{"RTM_F_???", route_flags_rows};

static constexpr FlagName type_of_service_flags_rows[] = {
    {0x10, "IPTOS_LOWDELAY"},
    {8, "IPTOS_THROUGHPUT"},
    {4, "IPTOS_RELIABILITY"},
    {2, "IPTOS_MINCOST"},
};
const FlagSet type_of_service_flags{"IPTOS_TOS_???", type_of_service_flags_rows};

static constexpr FlagName rule_actions_rows[] = {
    {0, "FR_ACT_UNSPEC"},
    {1, "FR_ACT_TO_TBL"},
    {2, "FR_ACT_GOTO"},
    {3, "FR_ACT_NOP"},
    {6, "FR_ACT_BLACKHOLE"},
    {7, "FR_ACT_UNREACHABLE"},
    {8, "FR_ACT_PROHIBIT"},
};
const FlagSet rule_actions{"FR_ACT_???", rule_actions_rows};

static constexpr FlagName rule_flags_rows[] = {
    {1, "FIB_RULE_PERMANENT"},
    {2, "FIB_RULE_INVERT"},
    {4, "FIB_RULE_UNRESOLVED"},
    {8, "FIB_RULE_IIF_DETACHED"},
    {0x10, "FIB_RULE_OIF_DETACHED"},
    {0x10000, "FIB_RULE_FIND_SADDR"},
};
const FlagSet rule_flags{"FIB_RULE_???", rule_flags_rows};

static constexpr FlagName neighbour_states_rows[] = {
    {0, "NUD_NONE"},
    {1, "NUD_INCOMPLETE"},
    {2, "NUD_REACHABLE"},
    {4, "NUD_STALE"},
    {8, "NUD_DELAY"},
    {0x10, "NUD_PROBE"},
    {0x20, "NUD_FAILED"},
    {0x40, "NUD_NOARP"},
    {0x80, "NUD_PERMANENT"},
};
const FlagSet neighbour_states{"NUD_???", neighbour_states_rows};

static constexpr FlagName neighbour_flags_rows[] = {
    {1, "NTF_USE"},
    {2, "NTF_SELF"},
    {4, "NTF_MASTER"},
    {8, "NTF_PROXY"},
    {0x10, "NTF_EXT_LEARNED"},
    {0x20, "NTF_OFFLOADED"},
    {0x40, "NTF_STICKY"},
    {0x80, "NTF_ROUTER"},
};
const FlagSet neighbour_flags{"NTF_???", neighbour_flags_rows};

static constexpr FlagName neighbour_extended_flags_rows[] = {
    {1, "NTF_EXT_MANAGED"},
};
const FlagSet neighbour_extended_flags{"NTF_EXT_???", neighbour_extended_flags_rows};

static constexpr FlagName neighbour_notify_flags_rows[] = {
    {1, "FDB_NOTIFY_BIT"},
    {2, "FDB_NOTIFY_INACTIVE_BIT"},
};
const FlagSet neighbour_notify_flags{"FDB_NOTIFY_???", neighbour_notify_flags_rows};

static constexpr FlagName next_hop_flags_rows[] = {
    {1, "RTNH_F_DEAD"},
    {2, "RTNH_F_PERVASIVE"},
    {4, "RTNH_F_ONLINK"},
    {8, "RTNH_F_OFFLOAD"},
    {0x10, "RTNH_F_LINKDOWN"},
    {0x20, "RTNH_F_UNRESOLVED"},
    {0x40, "RTNH_F_TRAP"},
};
const FlagSet next_hop_flags{"RTNH_F_???", next_hop_flags_rows};

static constexpr FlagName next_hop_group_types_rows[] = {
    {0, "NEXTHOP_GRP_TYPE_MPATH"},
    {1, "NEXTHOP_GRP_TYPE_RES"},
};
const FlagSet next_hop_group_types{"NEXTHOP_GRP_TYPE_???", next_hop_group_types_rows};

static constexpr FlagName tunnel_encapsulations_rows[] = {
    {0, "LWTUNNEL_ENCAP_NONE"},
    {1, "LWTUNNEL_ENCAP_MPLS"},
    {2, "LWTUNNEL_ENCAP_IP"},
    {3, "LWTUNNEL_ENCAP_ILA"},
    {4, "LWTUNNEL_ENCAP_IP6"},
    {5, "LWTUNNEL_ENCAP_SEG6"},
    {6, "LWTUNNEL_ENCAP_BPF"},
    {7, "LWTUNNEL_ENCAP_SEG6_LOCAL"},
    {8, "LWTUNNEL_ENCAP_RPL"},
};
const FlagSet tunnel_encapsulations{"LWTUNNEL_ENCAP_???", tunnel_encapsulations_rows};

const FlagSet dcb_commands{"DCB_CMD_???", numbers("DCB_CMD_UNDEFINED DCB_CMD_GSTATE DCB_CMD_SSTATE DCB_CMD_PGTX_GCFG DCB_CMD_PGTX_SCFG DCB_CMD_PGRX_GCFG "
                 "DCB_CMD_PGRX_SCFG DCB_CMD_PFC_GCFG DCB_CMD_PFC_SCFG DCB_CMD_SET_ALL DCB_CMD_GPERM_HWADDR DCB_CMD_GCAP DCB_CMD_GNUMTCS "
                 "DCB_CMD_SNUMTCS DCB_CMD_PFC_GSTATE DCB_CMD_PFC_SSTATE DCB_CMD_BCN_GCFG DCB_CMD_BCN_SCFG DCB_CMD_GAPP DCB_CMD_SAPP "
                 "DCB_CMD_IEEE_SET DCB_CMD_IEEE_GET DCB_CMD_GDCBX DCB_CMD_SDCBX DCB_CMD_GFEATCFG DCB_CMD_SFEATCFG DCB_CMD_CEE_GET "
                 "DCB_CMD_IEEE_DEL")};

static constexpr FlagName action_flags_rows[] = {
    {1, "TCA_ACT_FLAGS_NO_PERCPU_STATS"},
    {2, "TCA_ACT_FLAGS_SKIP_HW"},
    {4, "TCA_ACT_FLAGS_SKIP_SW"},
};
const FlagSet action_flags{"TCA_ACT_FLAGS_???", action_flags_rows};

static constexpr FlagName action_hardware_stats_rows[] = {
    {1, "TCA_ACT_HW_STATS_IMMEDIATE"},
    {2, "TCA_ACT_HW_STATS_DELAYED"},
};
const FlagSet action_hardware_stats{"TCA_ACT_HW_STATS_???", action_hardware_stats_rows};

static constexpr FlagName mdb_states_rows[] = {
    {0, "MDB_TEMPORARY"},
    {1, "MDB_PERMANENT"},
};
const FlagSet mdb_states{"MDB_???", mdb_states_rows};

static constexpr FlagName mdb_flags_rows[] = {
    {1, "MDB_FLAGS_OFFLOAD"},
    {2, "MDB_FLAGS_FAST_LEAVE"},
    {4, "MDB_FLAGS_STAR_EXCL"},
    {8, "MDB_FLAGS_BLOCKED"},
};
const FlagSet mdb_flags{"MDB_FLAGS_???", mdb_flags_rows};

static constexpr FlagName mdb_router_types_rows[] = {
    {0, "MDB_RTR_TYPE_DISABLED"},
    {1, "MDB_RTR_TYPE_TEMP_QUERY"},
    {2, "MDB_RTR_TYPE_PERM"},
    {3, "MDB_RTR_TYPE_TEMP"},
};
const FlagSet mdb_router_types{"MDB_RTR_TYPE_???", mdb_router_types_rows};

static constexpr FlagName igmp_messages_rows[] = {
    {1, "IGMPMSG_NOCACHE"},
    {2, "IGMPMSG_WRONGVIF"},
    {3, "IGMPMSG_WHOLEPKT"},
    {4, "IGMPMSG_WRVIFWHOLE"},
};
const FlagSet igmp_messages{"IGMPMSG_???", igmp_messages_rows};

static constexpr FlagName mrt6_messages_rows[] = {
    {1, "MRT6MSG_NOCACHE"},
    {2, "MRT6MSG_WRONGMIF"},
    {3, "MRT6MSG_WHOLEPKT"},
};
const FlagSet mrt6_messages{"MRT6MSG_???", mrt6_messages_rows};

static constexpr FlagName statistics_filters_rows[] = {
    {1, "1<<IFLA_STATS_UNSPEC"},
    {2, "1<<IFLA_STATS_LINK_64"},
    {4, "1<<IFLA_STATS_LINK_XSTATS"},
    {8, "1<<IFLA_STATS_LINK_XSTATS_SLAVE"},
    {0x10, "1<<IFLA_STATS_LINK_OFFLOAD_XSTATS"},
    {0x20, "1<<IFLA_STATS_AF_SPEC"},
};
const FlagSet statistics_filters{"1<<IFLA_STATS_???", statistics_filters_rows};

}  // namespace shimtrace::decoders
