#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

static constexpr FlagName netfilter_whole_types_rows[] = {
    {0x10, "NFNL_MSG_BATCH_BEGIN"},
    {0x11, "NFNL_MSG_BATCH_END"},
};
const FlagSet netfilter_whole_types{"NFNL_MSG_???", netfilter_whole_types_rows};

static constexpr FlagName netfilter_subsystems_rows[] = {
    {0, "NFNL_SUBSYS_NONE"},
    {1, "NFNL_SUBSYS_CTNETLINK"},
    {2, "NFNL_SUBSYS_CTNETLINK_EXP"},
    {3, "NFNL_SUBSYS_QUEUE"},
    {4, "NFNL_SUBSYS_ULOG"},
    {5, "NFNL_SUBSYS_OSF"},
    {6, "NFNL_SUBSYS_IPSET"},
    {7, "NFNL_SUBSYS_ACCT"},
    {8, "NFNL_SUBSYS_CTNETLINK_TIMEOUT"},
    {9, "NFNL_SUBSYS_CTHELPER"},
    {0xa, "NFNL_SUBSYS_NFTABLES"},
    {0xb, "NFNL_SUBSYS_NFT_COMPAT"},
    {0xc, "NFNL_SUBSYS_HOOK"},
};
const FlagSet netfilter_subsystems{"NFNL_SUBSYS_???", netfilter_subsystems_rows};

static constexpr FlagName netfilter_versions_rows[] = {
    {0, "NFNETLINK_V0"},
};
const FlagSet netfilter_versions{"NFNETLINK_???", netfilter_versions_rows};

static constexpr FlagName netfilter_conntrack_types_rows[] = {
    {0, "IPCTNL_MSG_CT_NEW"},
    {1, "IPCTNL_MSG_CT_GET"},
    {2, "IPCTNL_MSG_CT_DELETE"},
    {3, "IPCTNL_MSG_CT_GET_CTRZERO"},
    {4, "IPCTNL_MSG_CT_GET_STATS_CPU"},
    {5, "IPCTNL_MSG_CT_GET_STATS"},
    {6, "IPCTNL_MSG_CT_GET_DYING"},
    {7, "IPCTNL_MSG_CT_GET_UNCONFIRMED"},
};
const FlagSet netfilter_conntrack_types{"IPCTNL_MSG_CT_???", netfilter_conntrack_types_rows};

static constexpr FlagName netfilter_expectation_types_rows[] = {
    {0, "IPCTNL_MSG_EXP_NEW"},
    {1, "IPCTNL_MSG_EXP_GET"},
    {2, "IPCTNL_MSG_EXP_DELETE"},
    {3, "IPCTNL_MSG_EXP_GET_STATS_CPU"},
};
const FlagSet netfilter_expectation_types{"IPCTNL_MSG_EXP_???", netfilter_expectation_types_rows};

static constexpr FlagName netfilter_queue_types_rows[] = {
    {0, "NFQNL_MSG_PACKET"},
    {1, "NFQNL_MSG_VERDICT"},
    {2, "NFQNL_MSG_CONFIG"},
    {3, "NFQNL_MSG_VERDICT_BATCH"},
};
const FlagSet netfilter_queue_types{"NFQNL_MSG_???", netfilter_queue_types_rows};

static constexpr FlagName netfilter_log_types_rows[] = {
    {0, "NFULNL_MSG_PACKET"},
    {1, "NFULNL_MSG_CONFIG"},
};
const FlagSet netfilter_log_types{"NFULNL_MSG_???", netfilter_log_types_rows};

static constexpr FlagName netfilter_osf_types_rows[] = {
    {0, "OSF_MSG_ADD"},
    {1, "OSF_MSG_REMOVE"},
};
const FlagSet netfilter_osf_types{"OSF_MSG_???", netfilter_osf_types_rows};

static constexpr FlagName netfilter_ipset_types_rows[] = {
    {0, "IPSET_CMD_NONE"},
    {1, "IPSET_CMD_PROTOCOL"},
    {2, "IPSET_CMD_CREATE"},
    {3, "IPSET_CMD_DESTROY"},
    {4, "IPSET_CMD_FLUSH"},
    {5, "IPSET_CMD_RENAME"},
    {6, "IPSET_CMD_SWAP"},
    {7, "IPSET_CMD_LIST"},
    {8, "IPSET_CMD_SAVE"},
    {9, "IPSET_CMD_ADD"},
    {0xa, "IPSET_CMD_DEL"},
    {0xb, "IPSET_CMD_TEST"},
    {0xc, "IPSET_CMD_HEADER"},
    {0xd, "IPSET_CMD_TYPE"},
    {0xe, "IPSET_CMD_GET_BYNAME"},
    {0xf, "IPSET_CMD_GET_BYINDEX"},
    {0x10, "IPSET_CMD_RESTORE"},
    {0x11, "IPSET_CMD_HELP"},
    {0x12, "IPSET_CMD_VERSION"},
    {0x13, "IPSET_CMD_QUIT"},
    {0x14, "IPSET_CMD_COMMIT"},
};
const FlagSet netfilter_ipset_types{"IPSET_CMD_???", netfilter_ipset_types_rows};

static constexpr FlagName netfilter_acct_types_rows[] = {
    {0, "NFNL_MSG_ACCT_NEW"},
    {1, "NFNL_MSG_ACCT_GET"},
    {2, "NFNL_MSG_ACCT_GET_CTRZERO"},
    {3, "NFNL_MSG_ACCT_DEL"},
    {4, "NFNL_MSG_ACCT_OVERQUOTA"},
};
const FlagSet netfilter_acct_types{"NFNL_MSG_ACCT_???", netfilter_acct_types_rows};

static constexpr FlagName netfilter_timeout_types_rows[] = {
    {0, "IPCTNL_MSG_TIMEOUT_NEW"},
    {1, "IPCTNL_MSG_TIMEOUT_GET"},
    {2, "IPCTNL_MSG_TIMEOUT_DELETE"},
    {3, "IPCTNL_MSG_TIMEOUT_DEFAULT_SET"},
    {4, "IPCTNL_MSG_TIMEOUT_DEFAULT_GET"},
};
const FlagSet netfilter_timeout_types{"IPCTNL_MSG_TIMEOUT_???", netfilter_timeout_types_rows};

static constexpr FlagName netfilter_helper_types_rows[] = {
    {0, "NFNL_MSG_CTHELPER_NEW"},
    {1, "NFNL_MSG_CTHELPER_GET"},
    {2, "NFNL_MSG_CTHELPER_DEL"},
};
const FlagSet netfilter_helper_types{"NFNL_MSG_CTHELPER_???", netfilter_helper_types_rows};

static constexpr FlagName netfilter_nftables_types_rows[] = {
    {0, "NFT_MSG_NEWTABLE"},
    {1, "NFT_MSG_GETTABLE"},
    {2, "NFT_MSG_DELTABLE"},
    {3, "NFT_MSG_NEWCHAIN"},
    {4, "NFT_MSG_GETCHAIN"},
    {5, "NFT_MSG_DELCHAIN"},
    {6, "NFT_MSG_NEWRULE"},
    {7, "NFT_MSG_GETRULE"},
    {8, "NFT_MSG_DELRULE"},
    {9, "NFT_MSG_NEWSET"},
    {0xa, "NFT_MSG_GETSET"},
    {0xb, "NFT_MSG_DELSET"},
    {0xc, "NFT_MSG_NEWSETELEM"},
    {0xd, "NFT_MSG_GETSETELEM"},
    {0xe, "NFT_MSG_DELSETELEM"},
    {0xf, "NFT_MSG_NEWGEN"},
    {0x10, "NFT_MSG_GETGEN"},
    {0x11, "NFT_MSG_TRACE"},
    {0x12, "NFT_MSG_NEWOBJ"},
    {0x13, "NFT_MSG_GETOBJ"},
    {0x14, "NFT_MSG_DELOBJ"},
    {0x15, "NFT_MSG_GETOBJ_RESET"},
    {0x16, "NFT_MSG_NEWFLOWTABLE"},
    {0x17, "NFT_MSG_GETFLOWTABLE"},
    {0x18, "NFT_MSG_DELFLOWTABLE"},
};
const FlagSet netfilter_nftables_types{"NFT_MSG_???", netfilter_nftables_types_rows};

static constexpr FlagName netfilter_compat_types_rows[] = {
    {0, "NFNL_MSG_COMPAT_GET"},
};
const FlagSet netfilter_compat_types{"NFNL_MSG_COMPAT_???", netfilter_compat_types_rows};

}  // namespace shimtrace::decoders
