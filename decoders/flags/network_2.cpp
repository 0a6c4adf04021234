#include "decoders_flags/network.hpp"

namespace shimtrace::decoders {

static constexpr FlagName ip_options_rows[] = {
    {1, "IP_TOS"},
    {2, "IP_TTL"},
    {3, "IP_HDRINCL"},
    {4, "IP_OPTIONS"},
    {5, "IP_ROUTER_ALERT"},
    {6, "IP_RECVOPTS"},
    {7, "IP_RETOPTS"},
    {8, "IP_PKTINFO"},
    {9, "IP_PKTOPTIONS"},
    {0xa, "IP_MTU_DISCOVER"},
    {0xb, "IP_RECVERR"},
    {0xc, "IP_RECVTTL"},
    {0xd, "IP_RECVTOS"},
    {0xe, "IP_MTU"},
    {0xf, "IP_FREEBIND"},
    {0x10, "IP_IPSEC_POLICY"},
    {0x11, "IP_XFRM_POLICY"},
    {0x12, "IP_PASSSEC"},
    {0x13, "IP_TRANSPARENT"},
    {0x14, "IP_ORIGDSTADDR"},
    {0x15, "IP_MINTTL"},
    {0x16, "IP_NODEFRAG"},
    {0x17, "IP_CHECKSUM"},
    {0x18, "IP_BIND_ADDRESS_NO_PORT"},
    {0x19, "IP_RECVFRAGSIZE"},
    {0x1a, "IP_RECVERR_RFC4884"},
    {0x20, "IP_MULTICAST_IF"},
    {0x21, "IP_MULTICAST_TTL"},
    {0x22, "IP_MULTICAST_LOOP"},
    {0x23, "IP_ADD_MEMBERSHIP"},
    {0x24, "IP_DROP_MEMBERSHIP"},
    {0x25, "IP_UNBLOCK_SOURCE"},
    {0x26, "IP_BLOCK_SOURCE"},
    {0x27, "IP_ADD_SOURCE_MEMBERSHIP"},
    {0x28, "IP_DROP_SOURCE_MEMBERSHIP"},
    {0x29, "IP_MSFILTER"},
    {0x2a, "MCAST_JOIN_GROUP"},
    {0x2b, "MCAST_BLOCK_SOURCE"},
    {0x2c, "MCAST_UNBLOCK_SOURCE"},
    {0x2d, "MCAST_LEAVE_GROUP"},
    {0x2e, "MCAST_JOIN_SOURCE_GROUP"},
    {0x2f, "MCAST_LEAVE_SOURCE_GROUP"},
    {0x30, "MCAST_MSFILTER"},
    {0x31, "IP_MULTICAST_ALL"},
    {0x32, "IP_UNICAST_IF"},
    {0x40, "IPT_SO_SET_REPLACE"},
    {0x41, "IPT_SO_SET_ADD_COUNTERS"},
};
const FlagSet ip_options{"IP_???", ip_options_rows};

static constexpr FlagName ipv6_options_rows[] = {
    {1, "IPV6_ADDRFORM"},
    {2, "IPV6_2292PKTINFO"},
    {3, "IPV6_2292HOPOPTS"},
    {4, "IPV6_2292DSTOPTS"},
    {5, "IPV6_2292RTHDR"},
    {6, "IPV6_2292PKTOPTIONS"},
    {7, "IPV6_CHECKSUM"},
    {8, "IPV6_2292HOPLIMIT"},
    {9, "IPV6_NEXTHOP"},
    {0xa, "IPV6_AUTHHDR"},
    {0xb, "IPV6_FLOWINFO"},
    {0x10, "IPV6_UNICAST_HOPS"},
    {0x11, "IPV6_MULTICAST_IF"},
    {0x12, "IPV6_MULTICAST_HOPS"},
    {0x13, "IPV6_MULTICAST_LOOP"},
    {0x14, "IPV6_ADD_MEMBERSHIP"},
    {0x15, "IPV6_DROP_MEMBERSHIP"},
    {0x16, "IPV6_ROUTER_ALERT"},
    {0x17, "IPV6_MTU_DISCOVER"},
    {0x18, "IPV6_MTU"},
    {0x19, "IPV6_RECVERR"},
    {0x1a, "IPV6_V6ONLY"},
    {0x1b, "IPV6_JOIN_ANYCAST"},
    {0x1c, "IPV6_LEAVE_ANYCAST"},
    {0x1d, "IPV6_MULTICAST_ALL"},
    {0x1e, "IPV6_ROUTER_ALERT_ISOLATE"},
    {0x1f, "IPV6_RECVERR_RFC4884"},
    {0x20, "IPV6_FLOWLABEL_MGR"},
    {0x21, "IPV6_FLOWINFO_SEND"},
    {0x22, "IPV6_IPSEC_POLICY"},
    {0x23, "IPV6_XFRM_POLICY"},
    {0x24, "IPV6_HDRINCL"},
    {0x31, "IPV6_RECVPKTINFO"},
    {0x32, "IPV6_PKTINFO"},
    {0x33, "IPV6_RECVHOPLIMIT"},
    {0x34, "IPV6_HOPLIMIT"},
    {0x35, "IPV6_RECVHOPOPTS"},
    {0x36, "IPV6_HOPOPTS"},
    {0x37, "IPV6_RTHDRDSTOPTS"},
    {0x38, "IPV6_RECVRTHDR"},
    {0x39, "IPV6_RTHDR"},
    {0x3a, "IPV6_RECVDSTOPTS"},
    {0x3b, "IPV6_DSTOPTS"},
    {0x3c, "IPV6_RECVPATHMTU"},
    {0x3d, "IPV6_PATHMTU"},
    {0x3e, "IPV6_DONTFRAG"},
    {0x42, "IPV6_RECVTCLASS"},
    {0x43, "IPV6_TCLASS"},
    {0x46, "IPV6_AUTOFLOWLABEL"},
    {0x48, "IPV6_ADDR_PREFERENCES"},
    {0x49, "IPV6_MINHOPCOUNT"},
    {0x4a, "IPV6_ORIGDSTADDR"},
    {0x4b, "IPV6_TRANSPARENT"},
    {0x4c, "IPV6_UNICAST_IF"},
    {0x4d, "IPV6_RECVFRAGSIZE"},
    {0x4e, "IPV6_FREEBIND"},
};
const FlagSet ipv6_options{"IPV6_???", ipv6_options_rows};

static constexpr FlagName netlink_options_rows[] = {
    {1, "NETLINK_ADD_MEMBERSHIP"},
    {2, "NETLINK_DROP_MEMBERSHIP"},
    {3, "NETLINK_PKTINFO"},
    {4, "NETLINK_BROADCAST_ERROR"},
    {5, "NETLINK_NO_ENOBUFS"},
    {6, "NETLINK_RX_RING"},
    {7, "NETLINK_TX_RING"},
    {8, "NETLINK_LISTEN_ALL_NSID"},
    {9, "NETLINK_LIST_MEMBERSHIPS"},
    {0xa, "NETLINK_CAP_ACK"},
    {0xb, "NETLINK_EXT_ACK"},
    {0xc, "NETLINK_GET_STRICT_CHK"},
};
const FlagSet netlink_options{"NETLINK_???", netlink_options_rows};

static constexpr FlagName packet_options_rows[] = {
    {1, "PACKET_ADD_MEMBERSHIP"},
    {2, "PACKET_DROP_MEMBERSHIP"},
    {3, "PACKET_RECV_OUTPUT"},
    {5, "PACKET_RX_RING"},
    {6, "PACKET_STATISTICS"},
    {7, "PACKET_COPY_THRESH"},
    {8, "PACKET_AUXDATA"},
    {9, "PACKET_ORIGDEV"},
    {0xa, "PACKET_VERSION"},
    {0xb, "PACKET_HDRLEN"},
    {0xc, "PACKET_RESERVE"},
    {0xd, "PACKET_TX_RING"},
    {0xe, "PACKET_LOSS"},
    {0xf, "PACKET_VNET_HDR"},
    {0x10, "PACKET_TX_TIMESTAMP"},
    {0x11, "PACKET_TIMESTAMP"},
    {0x12, "PACKET_FANOUT"},
    {0x13, "PACKET_TX_HAS_OFF"},
    {0x14, "PACKET_QDISC_BYPASS"},
    {0x15, "PACKET_ROLLOVER_STATS"},
    {0x16, "PACKET_FANOUT_DATA"},
    {0x17, "PACKET_IGNORE_OUTGOING"},
    {0x18, "PACKET_VNET_HDR_SZ"},
};
const FlagSet packet_options{"PACKET_???", packet_options_rows};

static constexpr FlagName packet_types_rows[] = {
    {0, "PACKET_HOST"},
    {1, "PACKET_BROADCAST"},
    {2, "PACKET_MULTICAST"},
    {3, "PACKET_OTHERHOST"},
    {4, "PACKET_OUTGOING"},
    {5, "PACKET_LOOPBACK"},
    {6, "PACKET_FASTROUTE"},
};
const FlagSet packet_types{"PACKET_???", packet_types_rows};

static constexpr FlagName arp_types_rows[] = {
    {0, "ARPHRD_NETROM"},
    {1, "ARPHRD_ETHER"},
    {0x304, "ARPHRD_LOOPBACK"},
    {0x300, "ARPHRD_TUNNEL"},
    {0xfffe, "ARPHRD_NONE"},
    {0xffff, "ARPHRD_VOID"},
};
const FlagSet arp_types{"ARPHRD_???", arp_types_rows};

static constexpr FlagName vsock_cids_rows[] = {
    {0xffffffff, "VMADDR_CID_ANY"},
    {0, "VMADDR_CID_HYPERVISOR"},
    {1, "VMADDR_CID_LOCAL"},
    {2, "VMADDR_CID_HOST"},
};
const FlagSet vsock_cids{"VMADDR_CID_???", vsock_cids_rows};

static constexpr FlagName control_socket_types_rows[] = {
    {1, "SCM_RIGHTS"},
    {2, "SCM_CREDENTIALS"},
    {3, "SCM_SECURITY"},
    {4, "SCM_PIDFD"},
    {0x1d, "SO_TIMESTAMP_OLD"},
    {0x23, "SO_TIMESTAMPNS_OLD"},
    {0x25, "SO_TIMESTAMPING_OLD"},
    {0x3f, "SO_TIMESTAMP_NEW"},
    {0x40, "SO_TIMESTAMPNS_NEW"},
    {0x41, "SO_TIMESTAMPING_NEW"},
};
const FlagSet control_socket_types{"SCM_???", control_socket_types_rows};

static constexpr FlagName mcast_mtu_discover_rows[] = {
    {0, "IP_PMTUDISC_DONT"},
    {1, "IP_PMTUDISC_WANT"},
    {2, "IP_PMTUDISC_DO"},
    {3, "IP_PMTUDISC_PROBE"},
    {4, "IP_PMTUDISC_INTERFACE"},
    {5, "IP_PMTUDISC_OMIT"},
};
const FlagSet mcast_mtu_discover{"IP_PMTUDISC_???", mcast_mtu_discover_rows};

static constexpr FlagName netlink_message_flags_rows[] = {
    {1, "NLM_F_REQUEST"},
    {2, "NLM_F_MULTI"},
    {4, "NLM_F_ACK"},
    {8, "NLM_F_ECHO"},
    {0x10, "NLM_F_DUMP_INTR"},
    {0x20, "NLM_F_DUMP_FILTERED"},
};
const FlagSet netlink_message_flags{"NLM_F_???", netlink_message_flags_rows};

static constexpr FlagName netlink_message_types_rows[] = {
    {1, "NLMSG_NOOP"},
    {2, "NLMSG_ERROR"},
    {3, "NLMSG_DONE"},
    {4, "NLMSG_OVERRUN"},
};
const FlagSet netlink_message_types{"NLMSG_???", netlink_message_types_rows};

}  // namespace shimtrace::decoders
