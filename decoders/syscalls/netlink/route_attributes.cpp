// NETLINK_ROUTE: addresses, routes, rules, neighbours, next hops, and what else is not a link.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/layout/headed_list.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

static constexpr Field address_cache_fields[] = {{"ifa_prefered ifa_valid cstamp tstamp", u32}};
static constexpr Layout address_cache{address_cache_fields};
static constexpr Attribute interface_address_attributes_rows[] = {
    {0, "IFA_UNSPEC"},
    {1, "IFA_ADDRESS", address},
    {2, "IFA_LOCAL", address},
    {3, "IFA_LABEL", text},
    {4, "IFA_BROADCAST", address},
    {5, "IFA_ANYCAST", address},
    {6, "IFA_CACHEINFO", address_cache},
    {7, "IFA_MULTICAST", address},
    {8, "IFA_FLAGS", flags32(address_flags)},
    {9, "IFA_RT_PRIORITY", u32},
    {10, "IFA_TARGET_NETNSID", s32},
    {11, "IFA_PROTO"},
};
const AttributeSet interface_address_attributes{"IFA_???", interface_address_attributes_rows};

static constexpr Attribute address_label_attributes_rows[] = {
    {1, "IFAL_ADDRESS", address},
    {2, "IFAL_LABEL", u32},
};
const AttributeSet address_label_attributes{"IFAL_???", address_label_attributes_rows};

// Routes.
static constexpr Field route_cache_fields[] = {
    {"rta_clntref rta_lastuse", u32}, {"rta_expires", u32}, {"rta_error rta_used", u32}, {"rta_id", x32}, {"rta_ts rta_tsage", u32}};
static constexpr Layout route_cache{route_cache_fields};
static constexpr Field multicast_statistics_fields[] = {{"mfcs_packets mfcs_bytes mfcs_wrong_if", u64}};
static constexpr Layout multicast_statistics{multicast_statistics_fields};
static constexpr Field route_via_fields[] = {{"rtvia_family", family16}, {"rtvia_addr", address}};
static constexpr Layout route_via{route_via_fields};
static constexpr Attribute route_metric_attributes_rows[] = {
    {0, "RTAX_UNSPEC"},          {1, "RTAX_LOCK", u32},      {2, "RTAX_MTU", u32},
    {3, "RTAX_WINDOW", u32},     {4, "RTAX_RTT", u32},       {5, "RTAX_RTTVAR", u32},
    {6, "RTAX_SSTHRESH", u32},   {7, "RTAX_CWND", u32},      {8, "RTAX_ADVMSS", u32},
    {9, "RTAX_REORDERING", u32}, {10, "RTAX_HOPLIMIT", u32}, {11, "RTAX_INITCWND", u32},
    {12, "RTAX_FEATURES", u32},  {13, "RTAX_RTO_MIN", u32},  {14, "RTAX_INITRWND", u32},
    {15, "RTAX_QUICKACK", u32},  {16, "RTAX_CC_ALGO", text}, {17, "RTAX_FASTOPEN_NO_COOKIE", u32},
};
static constexpr AttributeSet route_metric_attributes{"RTAX_???", route_metric_attributes_rows};

static void print_next_hops(Printer& printer, const Region& region, Surroundings& around);
static constexpr Attribute route_attributes_rows[] = {
    {0, "RTA_UNSPEC"},
    {1, "RTA_DST", address},
    {2, "RTA_SRC", address},
    {3, "RTA_IIF", index},
    {4, "RTA_OIF", index},
    {5, "RTA_GATEWAY", address},
    {6, "RTA_PRIORITY", u32},
    {7, "RTA_PREFSRC", address},
    {8, "RTA_METRICS", route_metric_attributes},
    {9, "RTA_MULTIPATH", print_next_hops},
    {10, "RTA_PROTOINFO"},
    {11, "RTA_FLOW", u32},
    {12, "RTA_CACHEINFO", route_cache},
    {13, "RTA_SESSION"},
    {14, "RTA_MP_ALGO"},
    {15, "RTA_TABLE", constant32(route_tables)},
    {16, "RTA_MARK", u32},
    {17, "RTA_MFC_STATS", multicast_statistics},
    {18, "RTA_VIA", route_via},
    {19, "RTA_NEWDST", address},
    {20, "RTA_PREF", u8},
    {21, "RTA_ENCAP_TYPE", constant16(tunnel_encapsulations)},
    {22, "RTA_ENCAP"},
    {23, "RTA_EXPIRES", u64},
    {24, "RTA_PAD"},
    {25, "RTA_UID", user},
    {26, "RTA_TTL_PROPAGATE", u8},
    {27, "RTA_IP_PROTO", constant8(inet_protocols)},
    {28, "RTA_SPORT", be16},
    {29, "RTA_DPORT", be16},
    {30, "RTA_NH_ID"},
};
const AttributeSet route_attributes{"RTA_???", route_attributes_rows};

static constexpr Field next_hop_fields[] = {
    {"rtnh_len", u16}, {"rtnh_flags", flags8(next_hop_flags)}, {"rtnh_hops", u8}, {"rtnh_ifindex", index}};
static constexpr Layout next_hop{next_hop_fields};
static constexpr std::size_t next_hop_size = 8;

/// Each with its attributes: [[{rtnh_len=…}, [{nla_len=…}, …]], …].
void print_next_hops(Printer& printer, const Region& region, Surroundings& around) {
    if (around.depth > 4) return print_hex_text(printer, region);
    print_headed_list(
        printer, region, next_hop_size, [](const Region& at) { return value_at<std::uint16_t>(at.bytes, 0); },
        [&](const Region& hop) {
            printer.put('[');
            print_fields(printer, next_hop, hop, around);
            if (hop.length > next_hop_size) {
                printer.text(", ");
                print_attributes(printer, route_attributes, hop.from(next_hop_size), around);
            }
            printer.put(']');
        });
}

// Rules.
static constexpr Field user_range_fields[] = {{"start end", u32}};
static constexpr Layout user_range{user_range_fields};
static constexpr Field port_range_fields[] = {{"start end", u16}};
static constexpr Layout port_range{port_range_fields};
static constexpr Attribute rule_attributes_rows[] = {
    {0, "FRA_UNSPEC"},
    {1, "FRA_DST", address},
    {2, "FRA_SRC", address},
    {3, "FRA_IIFNAME", text},
    {4, "FRA_GOTO", u32},
    {5, "FRA_UNUSED2"},
    {6, "FRA_PRIORITY", u32},
    {7, "FRA_UNUSED3"},
    {8, "FRA_UNUSED4"},
    {9, "FRA_UNUSED5"},
    {10, "FRA_FWMARK", u32},
    {11, "FRA_FLOW", u32},
    {12, "FRA_TUN_ID", be64},
    {13, "FRA_SUPPRESS_IFGROUP", u32},
    {14, "FRA_SUPPRESS_PREFIXLEN", u32},
    {15, "FRA_TABLE", constant32(route_tables)},
    {16, "FRA_FWMASK", u32},
    {17, "FRA_OIFNAME", text},
    {18, "FRA_PAD"},
    {19, "FRA_L3MDEV", u8},
    {20, "FRA_UID_RANGE", user_range},
    {21, "FRA_PROTOCOL", constant8(route_protocols)},
    {22, "FRA_IP_PROTO", constant8(inet_protocols)},
    {23, "FRA_SPORT_RANGE", port_range},
    {24, "FRA_DPORT_RANGE", port_range},
};
const AttributeSet rule_attributes{"FRA_???", rule_attributes_rows};

// Neighbours and their tables.
static constexpr Field neighbour_cache_fields[] = {{"ndm_confirmed ndm_used ndm_updated ndm_refcnt", u32}};
static constexpr Layout neighbour_cache{neighbour_cache_fields};
static constexpr Attribute forwarding_attributes_rows[] = {
    {0, "NFEA_UNSPEC"},
    {1, "NFEA_ACTIVITY_NOTIFY", flags8(neighbour_notify_flags)},
    {2, "NFEA_DONT_REFRESH"},
};
static constexpr AttributeSet forwarding_attributes{"NFEA_???", forwarding_attributes_rows};

static constexpr Attribute neighbour_attributes_rows[] = {
    {0, "NDA_UNSPEC"},
    {1, "NDA_DST", address},
    {2, "NDA_LLADDR", hardware_address},
    {3, "NDA_CACHEINFO", neighbour_cache},
    {4, "NDA_PROBES", u32},
    {5, "NDA_VLAN", u16},
    {6, "NDA_PORT", be16},
    {7, "NDA_VNI", u32},
    {8, "NDA_IFINDEX", index},
    {9, "NDA_MASTER", index},
    {10, "NDA_LINK_NETNSID", u32},
    {11, "NDA_SRC_VNI", u32},
    {12, "NDA_PROTOCOL", constant8(route_protocols)},
    {13, "NDA_NH_ID", u32},
    {14, "NDA_FDB_EXT_ATTRS", forwarding_attributes},
    {15, "NDA_FLAGS_EXT", flags32(neighbour_extended_flags)},
    {16, "NDA_NDM_STATE_MASK", flags16(neighbour_states)},
    {17, "NDA_NDM_FLAGS_MASK", flags8(neighbour_flags)},
};
const AttributeSet neighbour_attributes{"NDA_???", neighbour_attributes_rows};

static constexpr Field neighbour_table_fields[] = {{"ndtc_key_len ndtc_entry_size", u16},
                                                   {"ndtc_entries ndtc_last_flush ndtc_last_rand ndtc_hash_rnd", u32},
                                                   {"ndtc_hash_mask", of(Format::padded_hex, 4)},
                                                   {"ndtc_hash_chain_gc ndtc_proxy_qlen", u32}};
static constexpr Layout neighbour_table{neighbour_table_fields};
static constexpr Field neighbour_table_statistics_fields[] = {
    {"ndts_allocs ndts_destroys ndts_hash_grows ndts_res_failed ndts_lookups ndts_hits ndts_rcv_probes_mcast ndts_rcv_probes_ucast "
     "ndts_periodic_gc_runs ndts_forced_gc_runs ndts_table_fulls",
     u64}};
static constexpr Layout neighbour_table_statistics{neighbour_table_statistics_fields};
static constexpr Attribute neighbour_parameter_attributes_rows[] = {
    {0, "NDTPA_UNSPEC"},
    {1, "NDTPA_IFINDEX", index},
    {2, "NDTPA_REFCNT", u32},
    {3, "NDTPA_REACHABLE_TIME", u64},
    {4, "NDTPA_BASE_REACHABLE_TIME", u64},
    {5, "NDTPA_RETRANS_TIME", u64},
    {6, "NDTPA_GC_STALETIME", u64},
    {7, "NDTPA_DELAY_PROBE_TIME", u64},
    {8, "NDTPA_QUEUE_LEN", u32},
    {9, "NDTPA_APP_PROBES", u32},
    {10, "NDTPA_UCAST_PROBES", u32},
    {11, "NDTPA_MCAST_PROBES", u32},
    {12, "NDTPA_ANYCAST_DELAY", u64},
    {13, "NDTPA_PROXY_DELAY", u64},
    {14, "NDTPA_PROXY_QLEN", u32},
    {15, "NDTPA_LOCKTIME", u64},
    {16, "NDTPA_QUEUE_LENBYTES", u32},
    {17, "NDTPA_MCAST_REPROBES", u32},
    {18, "NDTPA_PAD"},
    {19, "NDTPA_INTERVAL_PROBE_TIME_MS"},
};
static constexpr AttributeSet neighbour_parameter_attributes{"NDTPA_???", neighbour_parameter_attributes_rows};

static constexpr Attribute neighbour_table_attributes_rows[] = {
    {0, "NDTA_UNSPEC"},
    {1, "NDTA_NAME", text},
    {2, "NDTA_THRESH1", u32},
    {3, "NDTA_THRESH2", u32},
    {4, "NDTA_THRESH3", u32},
    {5, "NDTA_CONFIG", neighbour_table},
    {6, "NDTA_PARMS", neighbour_parameter_attributes},
    {7, "NDTA_STATS", neighbour_table_statistics},
    {8, "NDTA_GC_INTERVAL", u64},
    {9, "NDTA_PAD"},
};
const AttributeSet neighbour_table_attributes{"NDTA_???", neighbour_table_attributes_rows};

// Next hops as objects.
static constexpr Field next_hop_member_fields[] = {
    {"id", u32}, {"weight", u8}, {"resvd1", of(Format::reserved, 1)}, {"resvd2", of(Format::reserved, 2)}};
static constexpr Layout next_hop_member{next_hop_member_fields};
static constexpr Elements next_hop_members{next_hop_member};
static constexpr Attribute next_hop_group_attributes_rows[] = {
    {0, "NHA_RES_GROUP_PAD"},
    {1, "NHA_RES_GROUP_BUCKETS", u16},
    {2, "NHA_RES_GROUP_IDLE_TIMER", ticks},
    {3, "NHA_RES_GROUP_UNBALANCED_TIMER", ticks},
    {4, "NHA_RES_GROUP_UNBALANCED_TIME", ticks},
};
static constexpr AttributeSet next_hop_group_attributes{"NHA_RES_GROUP_???", next_hop_group_attributes_rows};

static constexpr Attribute next_hop_bucket_attributes_rows[] = {
    {0, "NHA_RES_BUCKET_PAD"},
    {1, "NHA_RES_BUCKET_INDEX", u16},
    {2, "NHA_RES_BUCKET_IDLE_TIME", ticks},
    {3, "NHA_RES_BUCKET_NH_ID", u32},
};
static constexpr AttributeSet next_hop_bucket_attributes{"NHA_RES_BUCKET_???", next_hop_bucket_attributes_rows};

static constexpr Attribute next_hop_attributes_rows[] = {
    {0, "NHA_UNSPEC"},
    {1, "NHA_ID", u32},
    {2, "NHA_GROUP", next_hop_members},
    {3, "NHA_GROUP_TYPE", constant16(next_hop_group_types)},
    {4, "NHA_BLACKHOLE", u32},
    {5, "NHA_OIF", index},
    {6, "NHA_GATEWAY", address},
    {7, "NHA_ENCAP_TYPE", constant16(tunnel_encapsulations)},
    {8, "NHA_ENCAP"},
    {9, "NHA_GROUPS", u32},
    {10, "NHA_MASTER", index},
    {11, "NHA_FDB", u32},
    {12, "NHA_RES_GROUP", next_hop_group_attributes},
    {13, "NHA_RES_BUCKET", next_hop_bucket_attributes},
};
const AttributeSet next_hop_attributes{"NHA_???", next_hop_attributes_rows};

// Bridges, and the rest.
static constexpr Attribute mdb_entry_attributes_rows[] = {
    {0, "MDBA_MDB_EATTR_UNSPEC"},     {1, "MDBA_MDB_EATTR_TIMER", u32}, {2, "MDBA_MDB_EATTR_SRC_LIST"},
    {3, "MDBA_MDB_EATTR_GROUP_MODE"}, {4, "MDBA_MDB_EATTR_SOURCE"},     {5, "MDBA_MDB_EATTR_RTPROT"},
};
static constexpr AttributeSet mdb_entry_attributes{"MDBA_MDB_EATTR_???", mdb_entry_attributes_rows};

static constexpr Field mdb_address_fields[] = {
    {"u", of(Format::bytes, 16)}, {"proto", {Format::network_constant, 2, address_families}}, {"", of(Format::skipped, 2)}};
static constexpr Layout mdb_address{mdb_address_fields};
static constexpr Field mdb_entry_fields[] = {
    {"ifindex", index}, {"state", constant8(mdb_states)}, {"flags", flags8(mdb_flags)}, {"vid", u16}, {"addr", mdb_address}};
static constexpr Layout mdb_entry{mdb_entry_fields, 0, Rest::attributes, &mdb_entry_attributes};
static constexpr Attribute mdb_entries_attributes_rows[] = {{0, "MDBA_MDB_ENTRY_UNSPEC"}, {1, "MDBA_MDB_ENTRY_INFO", mdb_entry}};
static constexpr AttributeSet mdb_entries_attributes{"MDBA_MDB_ENTRY_???", mdb_entries_attributes_rows};
static constexpr Attribute mdb_attributes_rows[] = {{0, "MDBA_MDB_UNSPEC"}, {1, "MDBA_MDB_ENTRY", mdb_entries_attributes}};
static constexpr AttributeSet mdb_attributes{"MDBA_MDB_???", mdb_attributes_rows};
static constexpr Attribute router_port_attributes_rows[] = {
    {0, "MDBA_ROUTER_PATTR_UNSPEC"},
    {1, "MDBA_ROUTER_PATTR_TIMER", ticks},
    {2, "MDBA_ROUTER_PATTR_TYPE", constant8(mdb_router_types)},
    {3, "MDBA_ROUTER_PATTR_INET_TIMER", ticks},
    {4, "MDBA_ROUTER_PATTR_INET6_TIMER", ticks},
    {5, "MDBA_ROUTER_PATTR_VID", u16},
};
static constexpr AttributeSet router_port_attributes{"MDBA_ROUTER_PATTR_???", router_port_attributes_rows};

static void print_router_port(Printer& printer, const Region& region, Surroundings& around) {
    constexpr std::size_t size = 4;
    print_value(printer, index, region, around);
    if (region.length <= size) return;
    printer.text(", ");
    print_attributes(printer, router_port_attributes, region.from(size), around);
}
static constexpr Attribute router_attributes_rows[] = {{0, "MDBA_ROUTER_UNSPEC"}, {1, "MDBA_ROUTER_PORT", print_router_port}};
static constexpr AttributeSet router_attributes{"MDBA_ROUTER_???", router_attributes_rows};
static constexpr Attribute bridge_port_message_attributes_rows[] = {
    {0, "MDBA_UNSPEC"}, {1, "MDBA_MDB", mdb_attributes}, {2, "MDBA_ROUTER", router_attributes}};
const AttributeSet bridge_port_message_attributes{"MDBA_???", bridge_port_message_attributes_rows};
static constexpr Attribute dcb_attributes_rows[] = {
    {0, "DCB_ATTR_UNDEFINED"}, {1, "DCB_ATTR_IFNAME"},  {2, "DCB_ATTR_STATE"},
    {3, "DCB_ATTR_PFC_STATE"}, {4, "DCB_ATTR_PFC_CFG"}, {5, "DCB_ATTR_NUM_TC"},
    {6, "DCB_ATTR_PG_CFG"},    {7, "DCB_ATTR_SET_ALL"}, {8, "DCB_ATTR_PERM_HWADDR"},
    {9, "DCB_ATTR_CAP"},       {10, "DCB_ATTR_NUMTCS"}, {11, "DCB_ATTR_BCN"},
    {12, "DCB_ATTR_APP"},      {13, "DCB_ATTR_IEEE"},   {14, "DCB_ATTR_DCBX"},
    {15, "DCB_ATTR_FEATCFG"},  {16, "DCB_ATTR_CEE"},    {255, "DCB_ATTR_VALUE_UNDEFINED"},
};
const AttributeSet dcb_attributes{"DCB_ATTR_???", dcb_attributes_rows};

static constexpr Attribute network_configuration_attributes_rows[] = {
    {0, "NETCONFA_UNSPEC"},
    {1, "NETCONFA_IFINDEX", index},
    {2, "NETCONFA_FORWARDING", s32},
    {3, "NETCONFA_RP_FILTER", s32},
    {4, "NETCONFA_MC_FORWARDING", s32},
    {5, "NETCONFA_PROXY_NEIGH", s32},
    {6, "NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN", s32},
    {7, "NETCONFA_INPUT", s32},
    {8, "NETCONFA_BC_FORWARDING", s32},
};
const AttributeSet network_configuration_attributes{"NETCONFA_???", network_configuration_attributes_rows};

static constexpr Attribute network_namespace_attributes_rows[] = {
    {0, "NETNSA_NONE"},           {1, "NETNSA_NSID", s32},        {2, "NETNSA_PID", u32},
    {3, "NETNSA_FD", descriptor}, {4, "NETNSA_TARGET_NSID", s32}, {5, "NETNSA_CURRENT_NSID", s32},
};
const AttributeSet network_namespace_attributes{"NETNSA_???", network_namespace_attributes_rows};

static constexpr Attribute inet_report_attributes_rows[] = {
    {0, "IPMRA_CREPORT_UNSPEC"},         {1, "IPMRA_CREPORT_MSGTYPE", constant8(igmp_messages)},
    {2, "IPMRA_CREPORT_VIF_ID", u32},    {3, "IPMRA_CREPORT_SRC_ADDR", inet},
    {4, "IPMRA_CREPORT_DST_ADDR", inet}, {5, "IPMRA_CREPORT_PKT"},
    {6, "IPMRA_CREPORT_TABLE", u32},
};
static constexpr AttributeSet inet_report_attributes{"IPMRA_CREPORT_???", inet_report_attributes_rows};

static constexpr Attribute inet6_report_attributes_rows[] = {
    {0, "IP6MRA_CREPORT_UNSPEC"},          {1, "IP6MRA_CREPORT_MSGTYPE", constant8(mrt6_messages)},
    {2, "IP6MRA_CREPORT_MIF_ID", u32},     {3, "IP6MRA_CREPORT_SRC_ADDR", inet6},
    {4, "IP6MRA_CREPORT_DST_ADDR", inet6}, {5, "IP6MRA_CREPORT_PKT"},
};
static constexpr AttributeSet inet6_report_attributes{"IP6MRA_CREPORT_???", inet6_report_attributes_rows};

static constexpr OfFamily cache_report_rows[] = {{128, inet_report_attributes}, {129, inet6_report_attributes}};
static constexpr ByFamily cache_report{cache_report_rows};
const Value cache_report_value = cache_report;

}  // namespace shimtrace::decoders::netlink
