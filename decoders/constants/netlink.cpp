#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

static constexpr FlagName netlink_flags_rows[] = {
    {1, "NLM_F_REQUEST"},
    {2, "NLM_F_MULTI"},
    {4, "NLM_F_ACK"},
    {8, "NLM_F_ECHO"},
    {0x10, "NLM_F_DUMP_INTR"},
    {0x20, "NLM_F_DUMP_FILTERED"},
};
const FlagSet netlink_flags{"NLM_F_???", netlink_flags_rows};

static constexpr FlagName netlink_get_flags_rows[] = {
    {1, "NLM_F_REQUEST"},
    {2, "NLM_F_MULTI"},
    {4, "NLM_F_ACK"},
    {8, "NLM_F_ECHO"},
    {0x10, "NLM_F_DUMP_INTR"},
    {0x20, "NLM_F_DUMP_FILTERED"},
    {0x300, "NLM_F_DUMP"},
    {0x100, "NLM_F_ROOT"},
    {0x200, "NLM_F_MATCH"},
    {0x400, "NLM_F_ATOMIC"},
};
const FlagSet netlink_get_flags{"NLM_F_???", netlink_get_flags_rows};

static constexpr FlagName netlink_new_flags_rows[] = {
    {1, "NLM_F_REQUEST"},
    {2, "NLM_F_MULTI"},
    {4, "NLM_F_ACK"},
    {8, "NLM_F_ECHO"},
    {0x10, "NLM_F_DUMP_INTR"},
    {0x20, "NLM_F_DUMP_FILTERED"},
    {0x100, "NLM_F_REPLACE"},
    {0x200, "NLM_F_EXCL"},
    {0x400, "NLM_F_CREATE"},
    {0x800, "NLM_F_APPEND"},
};
const FlagSet netlink_new_flags{"NLM_F_???", netlink_new_flags_rows};

static constexpr FlagName netlink_delete_flags_rows[] = {
    {1, "NLM_F_REQUEST"},
    {2, "NLM_F_MULTI"},
    {4, "NLM_F_ACK"},
    {8, "NLM_F_ECHO"},
    {0x10, "NLM_F_DUMP_INTR"},
    {0x20, "NLM_F_DUMP_FILTERED"},
    {0x100, "NLM_F_NONREC"},
    {0x200, "NLM_F_BULK"},
};
const FlagSet netlink_delete_flags{"NLM_F_???", netlink_delete_flags_rows};

static constexpr FlagName netlink_error_flags_rows[] = {
    {1, "NLM_F_REQUEST"},
    {2, "NLM_F_MULTI"},
    {4, "NLM_F_ACK"},
    {8, "NLM_F_ECHO"},
    {0x10, "NLM_F_DUMP_INTR"},
    {0x20, "NLM_F_DUMP_FILTERED"},
    {0x100, "NLM_F_CAPPED"},
    {0x200, "NLM_F_ACK_TLVS"},
};
const FlagSet netlink_error_flags{"NLM_F_???", netlink_error_flags_rows};

static constexpr FlagName netlink_control_types_rows[] = {
    {1, "NLMSG_NOOP"},
    {2, "NLMSG_ERROR"},
    {3, "NLMSG_DONE"},
    {4, "NLMSG_OVERRUN"},
};
const FlagSet netlink_control_types{"NLMSG_???", netlink_control_types_rows};

static constexpr FlagName attribute_flags_rows[] = {
    {0x8000, "NLA_F_NESTED"},
    {0x4000, "NLA_F_NET_BYTEORDER"},
};
const FlagSet attribute_flags{"NLA_F_???", attribute_flags_rows};

const FlagSet netlink_route_types{"RTM_???", numbers("0x10 RTM_NEWLINK RTM_DELLINK RTM_GETLINK RTM_SETLINK RTM_NEWADDR RTM_DELADDR RTM_GETADDR 0x18 RTM_NEWROUTE "
                 "RTM_DELROUTE RTM_GETROUTE 0x1c RTM_NEWNEIGH RTM_DELNEIGH RTM_GETNEIGH 0x20 RTM_NEWRULE RTM_DELRULE RTM_GETRULE 0x24 "
                 "RTM_NEWQDISC RTM_DELQDISC RTM_GETQDISC 0x28 RTM_NEWTCLASS RTM_DELTCLASS RTM_GETTCLASS 0x2c RTM_NEWTFILTER "
                 "RTM_DELTFILTER RTM_GETTFILTER 0x30 RTM_NEWACTION RTM_DELACTION RTM_GETACTION 0x34 RTM_NEWPREFIX 0x3a RTM_GETMULTICAST "
                 "0x3e RTM_GETANYCAST 0x40 RTM_NEWNEIGHTBL 0x42 RTM_GETNEIGHTBL RTM_SETNEIGHTBL RTM_NEWNDUSEROPT 0x48 RTM_NEWADDRLABEL "
                 "RTM_DELADDRLABEL RTM_GETADDRLABEL 0x4e RTM_GETDCB RTM_SETDCB RTM_NEWNETCONF RTM_DELNETCONF RTM_GETNETCONF 0x54 "
                 "RTM_NEWMDB RTM_DELMDB RTM_GETMDB 0x58 RTM_NEWNSID RTM_DELNSID RTM_GETNSID 0x5c RTM_NEWSTATS 0x5e RTM_GETSTATS 0x60 "
                 "RTM_NEWCACHEREPORT 0x64 RTM_NEWCHAIN RTM_DELCHAIN RTM_GETCHAIN 0x68 RTM_NEWNEXTHOP RTM_DELNEXTHOP RTM_GETNEXTHOP 0x6c "
                 "RTM_NEWLINKPROP RTM_DELLINKPROP RTM_GETLINKPROP 0x70 RTM_NEWVLAN RTM_DELVLAN RTM_GETVLAN 0x74 RTM_NEWNEXTHOPBUCKET "
                 "RTM_DELNEXTHOPBUCKET RTM_GETNEXTHOPBUCKET")};

static constexpr FlagName netlink_diag_types_rows[] = {
    {0x12, "TCPDIAG_GETSOCK"},
    {0x13, "DCCPDIAG_GETSOCK"},
    {0x14, "SOCK_DIAG_BY_FAMILY"},
    {0x15, "SOCK_DESTROY"},
};
const FlagSet netlink_diag_types{"SOCK_DIAG_???", netlink_diag_types_rows};

const FlagSet netlink_xfrm_types{"XFRM_MSG_???", numbers("0x10 XFRM_MSG_NEWSA XFRM_MSG_DELSA XFRM_MSG_GETSA XFRM_MSG_NEWPOLICY XFRM_MSG_DELPOLICY XFRM_MSG_GETPOLICY "
                 "XFRM_MSG_ALLOCSPI XFRM_MSG_ACQUIRE XFRM_MSG_EXPIRE XFRM_MSG_UPDPOLICY XFRM_MSG_UPDSA XFRM_MSG_POLEXPIRE "
                 "XFRM_MSG_FLUSHSA XFRM_MSG_FLUSHPOLICY XFRM_MSG_NEWAE XFRM_MSG_GETAE XFRM_MSG_REPORT XFRM_MSG_MIGRATE "
                 "XFRM_MSG_NEWSADINFO XFRM_MSG_GETSADINFO XFRM_MSG_NEWSPDINFO XFRM_MSG_GETSPDINFO XFRM_MSG_MAPPING XFRM_MSG_SETDEFAULT "
                 "XFRM_MSG_GETDEFAULT")};

static constexpr FlagName netlink_selinux_types_rows[] = {
    {0x10, "SELNL_MSG_SETENFORCE"},
    {0x11, "SELNL_MSG_POLICYLOAD"},
};
const FlagSet netlink_selinux_types{"SELNL_MSG_???", netlink_selinux_types_rows};

static constexpr FlagName netlink_crypto_types_rows[] = {
    {0x10, "CRYPTO_MSG_NEWALG"},
    {0x11, "CRYPTO_MSG_DELALG"},
    {0x12, "CRYPTO_MSG_UPDATEALG"},
    {0x13, "CRYPTO_MSG_GETALG"},
    {0x14, "CRYPTO_MSG_DELRNG"},
    {0x15, "CRYPTO_MSG_GETSTAT"},
};
const FlagSet netlink_crypto_types{"CRYPTO_MSG_???", netlink_crypto_types_rows};

static constexpr FlagName netlink_generic_types_rows[] = {
    {0x10, "nlctrl"},
};
const FlagSet netlink_generic_types{"GENERIC_FAMILY_???", netlink_generic_types_rows};

}  // namespace shimtrace::decoders
