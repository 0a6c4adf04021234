// NETLINK_ROUTE: traffic control.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

static constexpr Field traffic_statistics_fields[] = {{"bytes", u64}, {"packets drops overlimits bps pps qlen backlog", u32}};
static constexpr Layout traffic_statistics{traffic_statistics_fields};
static constexpr Field traffic_rate_fields[] = {{"interval", s8}, {"ewma_log", u8}};
static constexpr Layout traffic_rate{traffic_rate_fields};
static constexpr Field size_table_fields[] = {
    {"cell_log size_log", u8}, {"cell_align", s16}, {"overhead", s32}, {"linklayer mpu mtu tsize", u32}};
static constexpr Layout size_table{size_table_fields};
static constexpr Elements sizes{u16};
static constexpr Field basic_statistics_fields[] = {{"bytes", u64}, {"packets", u32}};
static constexpr Layout basic_statistics{basic_statistics_fields};
static constexpr Field rate_estimate_fields[] = {{"bps pps", u32}};
static constexpr Layout rate_estimate{rate_estimate_fields};
static constexpr Field rate_estimate64_fields[] = {{"bps pps", u64}};
static constexpr Layout rate_estimate64{rate_estimate64_fields};
static constexpr Field queue_statistics_fields[] = {{"qlen backlog drops requeues overlimits", u32}};
static constexpr Layout queue_statistics{queue_statistics_fields};
static constexpr Attribute traffic_statistics_attributes_rows[] = {
    {0, "TCA_STATS_UNSPEC"},
    {1, "TCA_STATS_BASIC", basic_statistics},
    {2, "TCA_STATS_RATE_EST", rate_estimate},
    {3, "TCA_STATS_QUEUE", queue_statistics},
    {4, "TCA_STATS_APP"},
    {5, "TCA_STATS_RATE_EST64", rate_estimate64},
    {6, "TCA_STATS_PAD"},
    {7, "TCA_STATS_BASIC_HW", basic_statistics},
    {8, "TCA_STATS_PKT64", u64},
};
static constexpr AttributeSet traffic_statistics_attributes{"TCA_STATS_???", traffic_statistics_attributes_rows};

static constexpr Attribute size_table_attributes_rows[] = {
    {0, "TCA_STAB_UNSPEC"},
    {1, "TCA_STAB_BASE", size_table},
    {2, "TCA_STAB_DATA", sizes},
};
static constexpr AttributeSet size_table_attributes{"TCA_STAB_???", size_table_attributes_rows};

static constexpr Attribute traffic_attributes_rows[] = {
    {0, "TCA_UNSPEC"},
    {1, "TCA_KIND", text},
    {2, "TCA_OPTIONS"},
    {3, "TCA_STATS", traffic_statistics},
    {4, "TCA_XSTATS"},
    {5, "TCA_RATE", traffic_rate},
    {6, "TCA_FCNT"},
    {7, "TCA_STATS2", traffic_statistics_attributes},
    {8, "TCA_STAB", size_table_attributes},
    {9, "TCA_PAD"},
    {10, "TCA_DUMP_INVISIBLE"},
    {11, "TCA_CHAIN", u32},
    {12, "TCA_HW_OFFLOAD", u8},
    {13, "TCA_INGRESS_BLOCK", u32},
    {14, "TCA_EGRESS_BLOCK", u32},
    {15, "TCA_DUMP_FLAGS"},
};
const AttributeSet traffic_attributes{"TCA_???", traffic_attributes_rows};

static constexpr Attribute action_attributes_rows[] = {
    {0, "TCA_ACT_UNSPEC"},
    {1, "TCA_ACT_KIND", text},
    {2, "TCA_ACT_OPTIONS"},
    {3, "TCA_ACT_INDEX", u32},
    {4, "TCA_ACT_STATS", traffic_statistics_attributes},
    {5, "TCA_ACT_PAD"},
    {6, "TCA_ACT_COOKIE"},
    {7, "TCA_ACT_FLAGS", flags32(action_flags)},
    {8, "TCA_ACT_HW_STATS", flags32(action_hardware_stats)},
    {9, "TCA_ACT_USED_HW_STATS", flags32(action_hardware_stats)},
    {10, "TCA_ACT_IN_HW_COUNT", u32},
};
const AttributeSet action_attributes{"TCA_ACT_???", action_attributes_rows};

}  // namespace shimtrace::decoders::netlink
