#include "decoders/constants/network.hpp"

#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

static constexpr FlagName address_families_rows[] = {
    {0, "AF_UNSPEC"},
    {1, "AF_UNIX"},
    {2, "AF_INET"},
    {3, "AF_AX25"},
    {4, "AF_IPX"},
    {5, "AF_APPLETALK"},
    {6, "AF_NETROM"},
    {7, "AF_BRIDGE"},
    {8, "AF_ATMPVC"},
    {9, "AF_X25"},
    {0xa, "AF_INET6"},
    {0xb, "AF_ROSE"},
    {0xc, "AF_DECnet"},
    {0xd, "AF_NETBEUI"},
    {0xe, "AF_SECURITY"},
    {0xf, "AF_KEY"},
    {0x10, "AF_NETLINK"},
    {0x11, "AF_PACKET"},
    {0x12, "AF_ASH"},
    {0x13, "AF_ECONET"},
    {0x14, "AF_ATMSVC"},
    {0x15, "AF_RDS"},
    {0x16, "AF_SNA"},
    {0x17, "AF_IRDA"},
    {0x18, "AF_PPPOX"},
    {0x19, "AF_WANPIPE"},
    {0x1a, "AF_LLC"},
    {0x1b, "AF_IB"},
    {0x1c, "AF_MPLS"},
    {0x1d, "AF_CAN"},
    {0x1e, "AF_TIPC"},
    {0x1f, "AF_BLUETOOTH"},
    {0x20, "AF_IUCV"},
    {0x21, "AF_RXRPC"},
    {0x22, "AF_ISDN"},
    {0x23, "AF_PHONET"},
    {0x24, "AF_IEEE802154"},
    {0x25, "AF_CAIF"},
    {0x26, "AF_ALG"},
    {0x27, "AF_NFC"},
    {0x28, "AF_VSOCK"},
    {0x29, "AF_KCM"},
    {0x2a, "AF_QIPCRTR"},
    {0x2b, "AF_SMC"},
    {0x2c, "AF_XDP"},
    {0x2d, "AF_MCTP"},
};
const FlagSet address_families{"AF_???", address_families_rows};

static constexpr FlagName report_only_rows[] = {
    {0x80, "RTNL_FAMILY_IPMR"},
    {0x81, "RTNL_FAMILY_IP6MR"},
};
static constexpr auto report_families_rows = joined(address_families_rows, report_only_rows);
const FlagSet report_families{"RTNL_FAMILY_???", report_families_rows};

static constexpr FlagName socket_types_rows[] = {
    {1, "SOCK_STREAM"},
    {2, "SOCK_DGRAM"},
    {3, "SOCK_RAW"},
    {4, "SOCK_RDM"},
    {5, "SOCK_SEQPACKET"},
    {6, "SOCK_DCCP"},
    {0xa, "SOCK_PACKET"},
};
const FlagSet socket_types{"SOCK_???", socket_types_rows};

static constexpr FlagName socket_flags_rows[] = {
    {0x80000, "SOCK_CLOEXEC"},
    {0x800, "SOCK_NONBLOCK"},
};
const FlagSet socket_flags{"SOCK_???", socket_flags_rows};

const FlagSet inet_protocols{"IPPROTO_???", numbers("IPPROTO_IP IPPROTO_ICMP IPPROTO_IGMP 4 IPPROTO_IPIP 6 IPPROTO_TCP 8 IPPROTO_EGP 0xc IPPROTO_PUP 0x11 IPPROTO_UDP 0x16 "
                 "IPPROTO_IDP 0x1d IPPROTO_TP 0x21 IPPROTO_DCCP 0x29 IPPROTO_IPV6 0x2b IPPROTO_ROUTING IPPROTO_FRAGMENT 0x2e "
                 "IPPROTO_RSVP IPPROTO_GRE 0x32 IPPROTO_ESP IPPROTO_AH 0x3a IPPROTO_ICMPV6 IPPROTO_NONE IPPROTO_DSTOPTS 0x5c IPPROTO_MTP "
                 "0x5e IPPROTO_BEETPH 0x62 IPPROTO_ENCAP 0x67 IPPROTO_PIM 0x6c IPPROTO_COMP 0x73 IPPROTO_L2TP 0x84 IPPROTO_SCTP 0x87 "
                 "IPPROTO_MH IPPROTO_UDPLITE IPPROTO_MPLS 0x8f IPPROTO_ETHERNET 0xff IPPROTO_RAW 0x106 IPPROTO_MPTCP")};

static constexpr FlagName netlink_protocols_rows[] = {
    {0, "NETLINK_ROUTE"},
    {1, "NETLINK_UNUSED"},
    {2, "NETLINK_USERSOCK"},
    {3, "NETLINK_FIREWALL"},
    {4, "NETLINK_SOCK_DIAG"},
    {5, "NETLINK_NFLOG"},
    {6, "NETLINK_XFRM"},
    {7, "NETLINK_SELINUX"},
    {8, "NETLINK_ISCSI"},
    {9, "NETLINK_AUDIT"},
    {0xa, "NETLINK_FIB_LOOKUP"},
    {0xb, "NETLINK_CONNECTOR"},
    {0xc, "NETLINK_NETFILTER"},
    {0xd, "NETLINK_IP6_FW"},
    {0xe, "NETLINK_DNRTMSG"},
    {0xf, "NETLINK_KOBJECT_UEVENT"},
    {0x10, "NETLINK_GENERIC"},
    {0x12, "NETLINK_SCSITRANSPORT"},
    {0x13, "NETLINK_ECRYPTFS"},
    {0x14, "NETLINK_RDMA"},
    {0x15, "NETLINK_CRYPTO"},
    {0x16, "NETLINK_SMC"},
};
const FlagSet netlink_protocols{"NETLINK_???", netlink_protocols_rows};

static constexpr FlagName every_protocol_rows[] = {{0xff, "NDIAG_PROTO_ALL"}};
static constexpr auto netlink_diag_protocols_rows = joined(netlink_protocols_rows, every_protocol_rows);
const FlagSet netlink_diag_protocols{"NETLINK_???", netlink_diag_protocols_rows};

const FlagSet message_flags{"MSG_???", bits("MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_CTRUNC MSG_PROBE MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL MSG_FIN MSG_SYN "
                 "MSG_CONFIRM MSG_RST MSG_ERRQUEUE MSG_NOSIGNAL MSG_MORE MSG_WAITFORONE MSG_SENDPAGE_NOTLAST MSG_BATCH "
                 "MSG_NO_SHARED_FRAGS 0x4000000 MSG_ZEROCOPY 0x20000000 MSG_FASTOPEN MSG_CMSG_CLOEXEC MSG_CMSG_COMPAT")};

static constexpr FlagName shutdown_modes_rows[] = {
    {0, "SHUT_RD"},
    {1, "SHUT_WR"},
    {2, "SHUT_RDWR"},
};
const FlagSet shutdown_modes{"SHUT_???", shutdown_modes_rows};

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

static constexpr FlagName vsock_cids_rows[] = {
    {0xffffffff, "VMADDR_CID_ANY"},
    {0, "VMADDR_CID_HYPERVISOR"},
    {1, "VMADDR_CID_LOCAL"},
    {2, "VMADDR_CID_HOST"},
};
const FlagSet vsock_cids{"", vsock_cids_rows};
static constexpr FlagName vsock_ports_rows[] = {{0xffffffff, "VMADDR_PORT_ANY"}};
const FlagSet vsock_ports{"", vsock_ports_rows};
const FlagSet vsock_flags{"VMADDR_FLAG_???", bits("VMADDR_FLAG_TO_HOST")};

const FlagSet rxrpc_services{"???_SERVICE", numbers("1 CM_SERVICE 0x9c4 YFS_FS_SERVICE YFS_CM_SERVICE 0x9c7 YFS_VL_SERVICE")};
const FlagSet low_power_address_types{"IEEE802154_ADDR_???", numbers("IEEE802154_ADDR_NONE 2 IEEE802154_ADDR_SHORT IEEE802154_ADDR_LONG")};
const FlagSet low_power_addresses{"", numbers("0xfffe IEEE802154_ADDR_UNDEF IEEE802154_ADDR_BROADCAST")};
const FlagSet low_power_networks{"", numbers("0xffff IEEE802154_PANID_BROADCAST")};
const FlagSet algorithm_address_flags{"CRYPTO_ALG_???", bits("0x1000 CRYPTO_ALG_KERN_DRIVER_ONLY")};
const FlagSet near_field_protocols{"NFC_PROTO_???", numbers("1 NFC_PROTO_JEWEL NFC_PROTO_MIFARE NFC_PROTO_FELICA NFC_PROTO_ISO14443 NFC_PROTO_NFC_DEP "
                                                          "NFC_PROTO_ISO14443_B NFC_PROTO_ISO15693")};
const FlagSet near_field_services{"", numbers("1 LLCP_SAP_SDP LLCP_SAP_IP LLCP_SAP_OBEX LLCP_SAP_SNEP 0xff LLCP_SAP_MAX")};
const FlagSet router_nodes{"", numbers("0xffffffff QRTR_NODE_BCAST")};
const FlagSet router_ports{"", numbers("0xfffffffe QRTR_PORT_CTRL")};
const FlagSet express_address_flags{"XDP_???", bits("XDP_SHARED_UMEM XDP_COPY XDP_ZEROCOPY XDP_USE_NEED_WAKEUP")};
const FlagSet component_networks{"", numbers("MCTP_NET_ANY")};
const FlagSet component_addresses{"", numbers("MCTP_ADDR_NULL 0xff MCTP_ADDR_ANY")};

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
const FlagSet control_ip_types{"IP_???", numbers("1 IP_TOS IP_TTL SCM_SECURITY 6 IP_RECVOPTS IP_RETOPTS IP_PKTINFO 0xb IP_RECVERR "
                                               "0x14 IP_ORIGDSTADDR 0x17 IP_CHECKSUM")};

}  // namespace shimtrace::decoders
