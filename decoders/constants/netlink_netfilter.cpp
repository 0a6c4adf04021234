#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

static constexpr FlagName netfilter_whole_types_rows[] = {
    {0x10, "NFNL_MSG_BATCH_BEGIN"},
    {0x11, "NFNL_MSG_BATCH_END"},
};
const FlagSet netfilter_whole_types{"NFNL_MSG_???", netfilter_whole_types_rows};

const FlagSet netfilter_subsystems{"NFNL_SUBSYS_???", numbers("NFNL_SUBSYS_NONE NFNL_SUBSYS_CTNETLINK NFNL_SUBSYS_CTNETLINK_EXP NFNL_SUBSYS_QUEUE NFNL_SUBSYS_ULOG NFNL_SUBSYS_OSF "
                 "NFNL_SUBSYS_IPSET NFNL_SUBSYS_ACCT NFNL_SUBSYS_CTNETLINK_TIMEOUT NFNL_SUBSYS_CTHELPER NFNL_SUBSYS_NFTABLES "
                 "NFNL_SUBSYS_NFT_COMPAT NFNL_SUBSYS_HOOK")};

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

const FlagSet netfilter_ipset_types{"IPSET_CMD_???", numbers("IPSET_CMD_NONE IPSET_CMD_PROTOCOL IPSET_CMD_CREATE IPSET_CMD_DESTROY IPSET_CMD_FLUSH IPSET_CMD_RENAME IPSET_CMD_SWAP "
                 "IPSET_CMD_LIST IPSET_CMD_SAVE IPSET_CMD_ADD IPSET_CMD_DEL IPSET_CMD_TEST IPSET_CMD_HEADER IPSET_CMD_TYPE "
                 "IPSET_CMD_GET_BYNAME IPSET_CMD_GET_BYINDEX IPSET_CMD_RESTORE IPSET_CMD_HELP IPSET_CMD_VERSION IPSET_CMD_QUIT "
                 "IPSET_CMD_COMMIT")};

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

const FlagSet netfilter_nftables_types{"NFT_MSG_???", numbers("NFT_MSG_NEWTABLE NFT_MSG_GETTABLE NFT_MSG_DELTABLE NFT_MSG_NEWCHAIN NFT_MSG_GETCHAIN NFT_MSG_DELCHAIN NFT_MSG_NEWRULE "
                 "NFT_MSG_GETRULE NFT_MSG_DELRULE NFT_MSG_NEWSET NFT_MSG_GETSET NFT_MSG_DELSET NFT_MSG_NEWSETELEM NFT_MSG_GETSETELEM "
                 "NFT_MSG_DELSETELEM NFT_MSG_NEWGEN NFT_MSG_GETGEN NFT_MSG_TRACE NFT_MSG_NEWOBJ NFT_MSG_GETOBJ NFT_MSG_DELOBJ "
                 "NFT_MSG_GETOBJ_RESET NFT_MSG_NEWFLOWTABLE NFT_MSG_GETFLOWTABLE NFT_MSG_DELFLOWTABLE")};

static constexpr FlagName netfilter_compat_types_rows[] = {
    {0, "NFNL_MSG_COMPAT_GET"},
};
const FlagSet netfilter_compat_types{"NFNL_MSG_COMPAT_???", netfilter_compat_types_rows};

}  // namespace shimtrace::decoders
