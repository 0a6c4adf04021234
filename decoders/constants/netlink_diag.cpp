#include "decoders/constants/netlink.hpp"

namespace shimtrace::decoders {

const FlagSet tcp_states{"TCP_???", numbers("1 TCP_ESTABLISHED TCP_SYN_SENT TCP_SYN_RECV TCP_FIN_WAIT1 TCP_FIN_WAIT2 TCP_TIME_WAIT TCP_CLOSE TCP_CLOSE_WAIT "
                 "TCP_LAST_ACK TCP_LISTEN TCP_CLOSING TCP_NEW_SYN_RECV")};

static constexpr FlagName tcp_state_sets_rows[] = {
    {2, "1<<TCP_ESTABLISHED"},
    {4, "1<<TCP_SYN_SENT"},
    {8, "1<<TCP_SYN_RECV"},
    {0x10, "1<<TCP_FIN_WAIT1"},
    {0x20, "1<<TCP_FIN_WAIT2"},
    {0x40, "1<<TCP_TIME_WAIT"},
    {0x80, "1<<TCP_CLOSE"},
    {0x100, "1<<TCP_CLOSE_WAIT"},
    {0x200, "1<<TCP_LAST_ACK"},
    {0x400, "1<<TCP_LISTEN"},
    {0x800, "1<<TCP_CLOSING"},
    {0x1000, "1<<TCP_NEW_SYN_RECV"},
};
const FlagSet tcp_state_sets{"1<<TCP_???", tcp_state_sets_rows};

static constexpr FlagName unix_diag_show_rows[] = {
    {1, "UDIAG_SHOW_NAME"},
    {2, "UDIAG_SHOW_VFS"},
    {4, "UDIAG_SHOW_PEER"},
    {8, "UDIAG_SHOW_ICONS"},
    {0x10, "UDIAG_SHOW_RQLEN"},
    {0x20, "UDIAG_SHOW_MEMINFO"},
    {0x40, "UDIAG_SHOW_UID"},
};
const FlagSet unix_diag_show{"UDIAG_SHOW_???", unix_diag_show_rows};

static constexpr FlagName netlink_diag_show_rows[] = {
    {1, "NDIAG_SHOW_MEMINFO"},
    {2, "NDIAG_SHOW_GROUPS"},
    {8, "NDIAG_SHOW_FLAGS"},
    {4, "NDIAG_SHOW_RING_CFG"},
};
const FlagSet netlink_diag_show{"NDIAG_SHOW_???", netlink_diag_show_rows};

static constexpr FlagName netlink_diag_flags_rows[] = {
    {1, "NDIAG_FLAG_CB_RUNNING"},
    {2, "NDIAG_FLAG_PKTINFO"},
    {4, "NDIAG_FLAG_BROADCAST_ERROR"},
    {8, "NDIAG_FLAG_NO_ENOBUFS"},
    {0x10, "NDIAG_FLAG_LISTEN_ALL_NSID"},
    {0x20, "NDIAG_FLAG_CAP_ACK"},
};
const FlagSet netlink_diag_flags{"NDIAG_FLAG_???", netlink_diag_flags_rows};

static constexpr FlagName netlink_states_rows[] = {
    {0, "NETLINK_UNCONNECTED"},
    {1, "NETLINK_CONNECTED"},
};
const FlagSet netlink_states{"NETLINK_???", netlink_states_rows};

static constexpr FlagName packet_diag_show_rows[] = {
    {1, "PACKET_SHOW_INFO"},
    {2, "PACKET_SHOW_MCLIST"},
    {4, "PACKET_SHOW_RING_CFG"},
    {8, "PACKET_SHOW_FANOUT"},
    {0x10, "PACKET_SHOW_MEMINFO"},
    {0x20, "PACKET_SHOW_FILTER"},
};
const FlagSet packet_diag_show{"PACKET_SHOW_???", packet_diag_show_rows};

static constexpr FlagName packet_diag_flags_rows[] = {
    {1, "PDI_RUNNING"},
    {2, "PDI_AUXDATA"},
    {4, "PDI_ORIGDEV"},
    {8, "PDI_VNETHDR"},
    {0x10, "PDI_LOSS"},
};
const FlagSet packet_diag_flags{"PDI_???", packet_diag_flags_rows};

static constexpr FlagName packet_versions_rows[] = {
    {0, "TPACKET_V1"},
    {1, "TPACKET_V2"},
    {2, "TPACKET_V3"},
};
const FlagSet packet_versions{"TPACKET_???", packet_versions_rows};

static constexpr FlagName inet_diag_extensions_rows[] = {
    {1, "1<<(INET_DIAG_MEMINFO-1)"},
    {2, "1<<(INET_DIAG_INFO-1)"},
    {4, "1<<(INET_DIAG_VEGASINFO-1)"},
    {8, "1<<(INET_DIAG_CONG-1)"},
    {0x10, "1<<(INET_DIAG_TOS-1)"},
    {0x20, "1<<(INET_DIAG_TCLASS-1)"},
    {0x40, "1<<(INET_DIAG_SKMEMINFO-1)"},
    {0x80, "1<<(INET_DIAG_SHUTDOWN-1)"},
};
const FlagSet inet_diag_extensions{"1<<INET_DIAG_??" "?-1", inet_diag_extensions_rows};

const FlagSet inet_diag_conditions{"INET_DIAG_BC_???", numbers("INET_DIAG_BC_NOP INET_DIAG_BC_JMP INET_DIAG_BC_S_GE INET_DIAG_BC_S_LE INET_DIAG_BC_D_GE INET_DIAG_BC_D_LE "
                 "INET_DIAG_BC_AUTO INET_DIAG_BC_S_COND INET_DIAG_BC_D_COND INET_DIAG_BC_DEV_COND INET_DIAG_BC_MARK_COND "
                 "INET_DIAG_BC_S_EQ INET_DIAG_BC_D_EQ INET_DIAG_BC_CGROUP_COND")};

static constexpr FlagName memory_info_rows[] = {
    {0, "SK_MEMINFO_RMEM_ALLOC"},
    {1, "SK_MEMINFO_RCVBUF"},
    {2, "SK_MEMINFO_WMEM_ALLOC"},
    {3, "SK_MEMINFO_SNDBUF"},
    {4, "SK_MEMINFO_FWD_ALLOC"},
    {5, "SK_MEMINFO_WMEM_QUEUED"},
    {6, "SK_MEMINFO_OPTMEM"},
    {7, "SK_MEMINFO_BACKLOG"},
    {8, "SK_MEMINFO_DROPS"},
};
const FlagSet memory_info{"SK_MEMINFO_???", memory_info_rows};

static constexpr FlagName socket_shutdowns_rows[] = {
    {1, "RCV_SHUTDOWN"},
    {2, "SEND_SHUTDOWN"},
};
const FlagSet socket_shutdowns{"???_SHUTDOWN", socket_shutdowns_rows};

static constexpr FlagName tls_versions_rows[] = {
    {0x303, "TLS_1_2_VERSION"},
    {0x304, "TLS_1_3_VERSION"},
};
const FlagSet tls_versions{"TLS_???_VERSION", tls_versions_rows};

static constexpr FlagName tls_ciphers_rows[] = {
    {0x33, "TLS_CIPHER_AES_GCM_128"},
    {0x34, "TLS_CIPHER_AES_GCM_256"},
    {0x35, "TLS_CIPHER_AES_CCM_128"},
    {0x36, "TLS_CIPHER_CHACHA20_POLY1305"},
    {0x37, "TLS_CIPHER_SM4_GCM"},
    {0x38, "TLS_CIPHER_SM4_CCM"},
    {0x39, "TLS_CIPHER_ARIA_GCM_128"},
    {0x3a, "TLS_CIPHER_ARIA_GCM_256"},
};
const FlagSet tls_ciphers{"TLS_CIPHER_???", tls_ciphers_rows};

static constexpr FlagName tls_configurations_rows[] = {
    {1, "TLS_CONF_BASE"},
    {2, "TLS_CONF_SW"},
    {3, "TLS_CONF_HW"},
    {4, "TLS_CONF_HW_RECORD"},
};
const FlagSet tls_configurations{"TLS_CONF_???", tls_configurations_rows};

static constexpr FlagName mptcp_flags_rows[] = {
    {1, "MPTCP_SUBFLOW_FLAG_MCAP_REM"},
    {2, "MPTCP_SUBFLOW_FLAG_MCAP_LOC"},
    {4, "MPTCP_SUBFLOW_FLAG_JOIN_REM"},
    {8, "MPTCP_SUBFLOW_FLAG_JOIN_LOC"},
    {0x10, "MPTCP_SUBFLOW_FLAG_BKUP_REM"},
    {0x20, "MPTCP_SUBFLOW_FLAG_BKUP_LOC"},
    {0x40, "MPTCP_SUBFLOW_FLAG_FULLY_ESTABLISHED"},
    {0x80, "MPTCP_SUBFLOW_FLAG_CONNECTED"},
    {0x100, "MPTCP_SUBFLOW_FLAG_MAPVALID"},
};
const FlagSet mptcp_flags{"MPTCP_SUBFLOW_FLAG_???", mptcp_flags_rows};

const FlagSet smc_states{"SMC_???", numbers("1 SMC_ACTIVE SMC_INIT 7 SMC_CLOSED 0xa SMC_LISTEN 0x14 SMC_PEERCLOSEWAIT1 SMC_PEERCLOSEWAIT2 SMC_APPCLOSEWAIT1 "
                 "SMC_APPCLOSEWAIT2 SMC_APPFINCLOSEWAIT SMC_PEERFINCLOSEWAIT SMC_PEERABORTWAIT SMC_PROCESSABORT")};

static constexpr FlagName smc_modes_rows[] = {
    {0, "SMC_DIAG_MODE_SMCR"},
    {1, "SMC_DIAG_MODE_FALLBACK_TCP"},
    {2, "SMC_DIAG_MODE_SMCD"},
};
const FlagSet smc_modes{"SMC_DIAG_MODE_???", smc_modes_rows};

static constexpr FlagName smc_extensions_rows[] = {
    {1, "1<<(SMC_DIAG_CONNINFO-1)"},
    {2, "1<<(SMC_DIAG_LGRINFO-1)"},
    {4, "1<<(SMC_DIAG_SHUTDOWN-1)"},
    {8, "1<<(SMC_DIAG_DMBINFO-1)"},
    {0x10, "1<<(SMC_DIAG_FALLBACK-1)"},
};
const FlagSet smc_extensions{"1<<SMC_DIAG_??" "?-1", smc_extensions_rows};

static constexpr FlagName smc_roles_rows[] = {
    {0, "SMC_CLNT"},
    {1, "SMC_SERV"},
};
const FlagSet smc_roles{"SMC_???", smc_roles_rows};

const FlagSet smc_declines{"SMC_CLC_DECL_???", numbers("0x1010000 SMC_CLC_DECL_MEM 0x2010000 SMC_CLC_DECL_TIMEOUT_CL 0x2020000 SMC_CLC_DECL_TIMEOUT_AL 0x3000000 "
                 "SMC_CLC_DECL_CNFERR 0x3010000 SMC_CLC_DECL_PEERNOSMC 0x3020000 SMC_CLC_DECL_IPSEC 0x3030000 SMC_CLC_DECL_NOSMCDEV "
                 "0x3040000 SMC_CLC_DECL_MODEUNSUPP 0x3050000 SMC_CLC_DECL_RMBE_EC 0x3060000 SMC_CLC_DECL_OPTUNSUPP 0x3070000 "
                 "SMC_CLC_DECL_DIFFPREFIX 0x4000000 SMC_CLC_DECL_SYNCERR 0x5000000 SMC_CLC_DECL_PEERDECL 0x9990000 SMC_CLC_DECL_INTERR "
                 "SMC_CLC_DECL_ERR_RTOK SMC_CLC_DECL_ERR_RDYLNK SMC_CLC_DECL_ERR_REGRMB")};

}  // namespace shimtrace::decoders
