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

static constexpr FlagName netlink_route_types_rows[] = {
    {0x10, "RTM_NEWLINK"},
    {0x11, "RTM_DELLINK"},
    {0x12, "RTM_GETLINK"},
    {0x13, "RTM_SETLINK"},
    {0x14, "RTM_NEWADDR"},
    {0x15, "RTM_DELADDR"},
    {0x16, "RTM_GETADDR"},
    {0x18, "RTM_NEWROUTE"},
    {0x19, "RTM_DELROUTE"},
    {0x1a, "RTM_GETROUTE"},
    {0x1c, "RTM_NEWNEIGH"},
    {0x1d, "RTM_DELNEIGH"},
    {0x1e, "RTM_GETNEIGH"},
    {0x20, "RTM_NEWRULE"},
    {0x21, "RTM_DELRULE"},
    {0x22, "RTM_GETRULE"},
    {0x24, "RTM_NEWQDISC"},
    {0x25, "RTM_DELQDISC"},
    {0x26, "RTM_GETQDISC"},
    {0x28, "RTM_NEWTCLASS"},
    {0x29, "RTM_DELTCLASS"},
    {0x2a, "RTM_GETTCLASS"},
    {0x2c, "RTM_NEWTFILTER"},
    {0x2d, "RTM_DELTFILTER"},
    {0x2e, "RTM_GETTFILTER"},
    {0x30, "RTM_NEWACTION"},
    {0x31, "RTM_DELACTION"},
    {0x32, "RTM_GETACTION"},
    {0x34, "RTM_NEWPREFIX"},
    {0x3a, "RTM_GETMULTICAST"},
    {0x3e, "RTM_GETANYCAST"},
    {0x40, "RTM_NEWNEIGHTBL"},
    {0x42, "RTM_GETNEIGHTBL"},
    {0x43, "RTM_SETNEIGHTBL"},
    {0x44, "RTM_NEWNDUSEROPT"},
    {0x48, "RTM_NEWADDRLABEL"},
    {0x49, "RTM_DELADDRLABEL"},
    {0x4a, "RTM_GETADDRLABEL"},
    {0x4e, "RTM_GETDCB"},
    {0x4f, "RTM_SETDCB"},
    {0x50, "RTM_NEWNETCONF"},
    {0x51, "RTM_DELNETCONF"},
    {0x52, "RTM_GETNETCONF"},
    {0x54, "RTM_NEWMDB"},
    {0x55, "RTM_DELMDB"},
    {0x56, "RTM_GETMDB"},
    {0x58, "RTM_NEWNSID"},
    {0x59, "RTM_DELNSID"},
    {0x5a, "RTM_GETNSID"},
    {0x5c, "RTM_NEWSTATS"},
    {0x5e, "RTM_GETSTATS"},
    {0x60, "RTM_NEWCACHEREPORT"},
    {0x64, "RTM_NEWCHAIN"},
    {0x65, "RTM_DELCHAIN"},
    {0x66, "RTM_GETCHAIN"},
    {0x68, "RTM_NEWNEXTHOP"},
    {0x69, "RTM_DELNEXTHOP"},
    {0x6a, "RTM_GETNEXTHOP"},
    {0x6c, "RTM_NEWLINKPROP"},
    {0x6d, "RTM_DELLINKPROP"},
    {0x6e, "RTM_GETLINKPROP"},
    {0x70, "RTM_NEWVLAN"},
    {0x71, "RTM_DELVLAN"},
    {0x72, "RTM_GETVLAN"},
    {0x74, "RTM_NEWNEXTHOPBUCKET"},
    {0x75, "RTM_DELNEXTHOPBUCKET"},
    {0x76, "RTM_GETNEXTHOPBUCKET"},
};
const FlagSet netlink_route_types{"RTM_???", netlink_route_types_rows};

static constexpr FlagName netlink_diag_types_rows[] = {
    {0x12, "TCPDIAG_GETSOCK"},
    {0x13, "DCCPDIAG_GETSOCK"},
    {0x14, "SOCK_DIAG_BY_FAMILY"},
    {0x15, "SOCK_DESTROY"},
};
const FlagSet netlink_diag_types{"SOCK_DIAG_???", netlink_diag_types_rows};

static constexpr FlagName netlink_xfrm_types_rows[] = {
    {0x10, "XFRM_MSG_NEWSA"},
    {0x11, "XFRM_MSG_DELSA"},
    {0x12, "XFRM_MSG_GETSA"},
    {0x13, "XFRM_MSG_NEWPOLICY"},
    {0x14, "XFRM_MSG_DELPOLICY"},
    {0x15, "XFRM_MSG_GETPOLICY"},
    {0x16, "XFRM_MSG_ALLOCSPI"},
    {0x17, "XFRM_MSG_ACQUIRE"},
    {0x18, "XFRM_MSG_EXPIRE"},
    {0x19, "XFRM_MSG_UPDPOLICY"},
    {0x1a, "XFRM_MSG_UPDSA"},
    {0x1b, "XFRM_MSG_POLEXPIRE"},
    {0x1c, "XFRM_MSG_FLUSHSA"},
    {0x1d, "XFRM_MSG_FLUSHPOLICY"},
    {0x1e, "XFRM_MSG_NEWAE"},
    {0x1f, "XFRM_MSG_GETAE"},
    {0x20, "XFRM_MSG_REPORT"},
    {0x21, "XFRM_MSG_MIGRATE"},
    {0x22, "XFRM_MSG_NEWSADINFO"},
    {0x23, "XFRM_MSG_GETSADINFO"},
    {0x24, "XFRM_MSG_NEWSPDINFO"},
    {0x25, "XFRM_MSG_GETSPDINFO"},
    {0x26, "XFRM_MSG_MAPPING"},
    {0x27, "XFRM_MSG_SETDEFAULT"},
    {0x28, "XFRM_MSG_GETDEFAULT"},
};
const FlagSet netlink_xfrm_types{"XFRM_MSG_???", netlink_xfrm_types_rows};

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
