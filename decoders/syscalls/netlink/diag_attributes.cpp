// NETLINK_SOCK_DIAG: the attributes of sockets.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/filter_program.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

// AF_UNIX, AF_NETLINK, AF_PACKET.

/// struct unix_diag_vfs has the inode first, and is shown the other way round.
static void print_unix_file(Printer& printer, const Region& region, Surroundings& around) {
    constexpr std::size_t size = 8, device_place = 4;
    if (region.length < size) return print_hex_text(printer, region);
    if (!region.readable(size)) return printer.address(region.address);
    Fields fields(printer);
    print_value(fields("udiag_vfs_dev"), of(Format::device, 4), region.from(device_place), around);
    print_value(fields("udiag_vfs_ino"), u32, region, around);
}
static constexpr Field unix_queue_fields[] = {{"udiag_rqueue udiag_wqueue", u32}};
static constexpr Layout unix_queue{unix_queue_fields};
static constexpr Elements numbers{u32}, long_masks{x64}, memory_counts{u32, &memory_info};
static constexpr Attribute unix_diag_attributes_rows[] = {
    {0, "UNIX_DIAG_NAME", text},        {1, "UNIX_DIAG_VFS", print_unix_file},
    {2, "UNIX_DIAG_PEER", u32},         {3, "UNIX_DIAG_ICONS", numbers},
    {4, "UNIX_DIAG_RQLEN", unix_queue}, {5, "UNIX_DIAG_MEMINFO", memory_counts},
    {6, "UNIX_DIAG_SHUTDOWN", u8},      {7, "UNIX_DIAG_UID", user},
};
const AttributeSet unix_diag_attributes{"UNIX_DIAG_???", unix_diag_attributes_rows};

static constexpr Field netlink_ring_fields[] = {{"ndr_block_size ndr_block_nr ndr_frame_size ndr_frame_nr", u32}};
static constexpr Layout netlink_ring{netlink_ring_fields};
static constexpr Attribute netlink_diag_attributes_rows[] = {
    {0, "NETLINK_DIAG_MEMINFO", memory_counts},
    {1, "NETLINK_DIAG_GROUPS", long_masks},
    {2, "NETLINK_DIAG_RX_RING", netlink_ring},
    {3, "NETLINK_DIAG_TX_RING", netlink_ring},
    {4, "NETLINK_DIAG_FLAGS", flags32(netlink_diag_flags)},
};
const AttributeSet netlink_diag_attributes{"NETLINK_DIAG_???", netlink_diag_attributes_rows};

static constexpr Field packet_info_fields[] = {{"pdi_index", index},
                                               {"pdi_version", constant32(packet_versions)},
                                               {"pdi_reserve pdi_copy_thresh pdi_tstamp", u32},
                                               {"pdi_flags", flags32(packet_diag_flags)}};
static constexpr Layout packet_info{packet_info_fields};
static constexpr Field packet_group_fields[] = {
    {"pdmc_index", index}, {"pdmc_count", u32}, {"pdmc_type pdmc_alen", u16}, {"pdmc_addr", counted_bytes(32, 10)}};
static constexpr Layout packet_group{packet_group_fields};
static constexpr Elements packet_groups{packet_group};
static constexpr Field packet_ring_fields[] = {
    {"pdr_block_size pdr_block_nr pdr_frame_size pdr_frame_nr pdr_retire_tmo pdr_sizeof_priv pdr_features", u32}};
static constexpr Layout packet_ring{packet_ring_fields};

static void print_instruction(Printer& printer, const Region& region, Surroundings&) {
    print_filter_instruction(printer, region.bytes);
}
static constexpr Elements instructions{of(print_instruction, filter_instruction_size)};
static constexpr Attribute packet_diag_attributes_rows[] = {
    {0, "PACKET_DIAG_INFO", packet_info},      {1, "PACKET_DIAG_MCLIST", packet_groups}, {2, "PACKET_DIAG_RX_RING", packet_ring},
    {3, "PACKET_DIAG_TX_RING", packet_ring},   {4, "PACKET_DIAG_FANOUT", u32},           {5, "PACKET_DIAG_UID", user},
    {6, "PACKET_DIAG_MEMINFO", memory_counts}, {7, "PACKET_DIAG_FILTER", instructions},
};
const AttributeSet packet_diag_attributes{"PACKET_DIAG_???", packet_diag_attributes_rows};

// AF_INET, AF_INET6.
static constexpr Field inet_memory_fields[] = {{"idiag_rmem idiag_wmem idiag_fmem idiag_tmem", u32}};
static constexpr Layout inet_memory{inet_memory_fields};
static constexpr Field vegas_fields[] = {{"tcpv_enabled tcpv_rttcnt tcpv_rtt tcpv_minrtt", u32}};
static constexpr Layout vegas{vegas_fields};
static constexpr Field dctcp_fields[] = {{"dctcp_enabled dctcp_ce_state", u16}, {"dctcp_alpha dctcp_ab_ecn dctcp_ab_tot", u32}};
static constexpr Layout dctcp{dctcp_fields};
static constexpr Field bbr_fields[] = {{"bbr_bw_lo bbr_bw_hi", x32}, {"bbr_min_rtt bbr_pacing_gain bbr_cwnd_gain", u32}};
static constexpr Layout bbr{bbr_fields};
static constexpr Field signature_fields[] = {{"tcpm_family", family8},
                                             {"tcpm_prefixlen", u8},
                                             {"tcpm_keylen", u16},
                                             {"tcpm_addr", of(Format::address, 16)},
                                             {"tcpm_key", counted_bytes(80, 2)}};
static constexpr Layout signature{signature_fields};
static constexpr Elements signatures{signature}, socket_addresses{Value{Format::socket_address}};

/// Bits, named where they are set: {recverr=1, mc_all=1}.
static void print_socket_options(Printer& printer, const Region& region, Surroundings&) {
    constexpr std::string_view names[] = {
        "recverr",         "is_icsk",      "freebind", "hdrincl", "mc_loop", "transparent", "mc_all", "nodefrag", "bind_address_no_port",
        "recverr_rfc4884", "defer_connect"};
    constexpr std::size_t size = 2;
    if (region.length < size) return print_hex_text(printer, region);
    if (!region.readable(size)) return printer.address(region.address);
    const auto bits = value_at<std::uint16_t>(region.bytes, 0);
    {
        Fields fields(printer);
        for (std::size_t bit = 0; bit < std::size(names); ++bit)
            if (bits >> bit & 1) fields(names[bit]).put('1');
        if (bits >> std::size(names) != 0) {
            fields("unused").hex(static_cast<std::uint64_t>(bits >> std::size(names)));
            printer.comment("bits 3..8");
        }
    }
    const Region rest = region.from(size);
    if (is_all_zero(rest.bytes)) return;
    printer.text(", /* bytes 2..");
    printer.unsigned_decimal(region.length - 1);
    printer.text(" */ ");
    print_hex_text(printer, rest);
}

/// A map's value: a number where it has the size of one.
static void print_map_value(Printer& printer, const Region& region, Surroundings& around) {
    const bool is_number = region.length == 1 || region.length == 2 || region.length == 4 || region.length == 8;
    print_value(printer, is_number ? of(Format::hex, static_cast<std::uint8_t>(region.length)) : Value{}, region, around);
}

static constexpr Attribute tls_attributes_rows[] = {
    {0, "TLS_INFO_UNSPEC"},
    {1, "TLS_INFO_VERSION", constant16(tls_versions)},
    {2, "TLS_INFO_CIPHER", constant16(tls_ciphers)},
    {3, "TLS_INFO_TXCONF", constant16(tls_configurations)},
    {4, "TLS_INFO_RXCONF", constant16(tls_configurations)},
    {5, "TLS_INFO_ZC_RO_TX"},
    {6, "TLS_INFO_RX_NO_PAD"},
};
static constexpr AttributeSet tls_attributes{"TLS_INFO_???", tls_attributes_rows};

static constexpr Attribute mptcp_attributes_rows[] = {
    {0, "MPTCP_SUBFLOW_ATTR_UNSPEC"},
    {1, "MPTCP_SUBFLOW_ATTR_TOKEN_REM", x32},
    {2, "MPTCP_SUBFLOW_ATTR_TOKEN_LOC", x32},
    {3, "MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ", u32},
    {4, "MPTCP_SUBFLOW_ATTR_MAP_SEQ", u64},
    {5, "MPTCP_SUBFLOW_ATTR_MAP_SFSEQ", u32},
    {6, "MPTCP_SUBFLOW_ATTR_SSN_OFFSET", u32},
    {7, "MPTCP_SUBFLOW_ATTR_MAP_DATALEN", u16},
    {8, "MPTCP_SUBFLOW_ATTR_FLAGS", flags32(mptcp_flags)},
    {9, "MPTCP_SUBFLOW_ATTR_ID_REM", u8},
    {10, "MPTCP_SUBFLOW_ATTR_ID_LOC", u8},
    {11, "MPTCP_SUBFLOW_ATTR_PAD"},
};
static constexpr AttributeSet mptcp_attributes{"MPTCP_SUBFLOW_ATTR_???", mptcp_attributes_rows};

static constexpr Attribute upper_protocol_attributes_rows[] = {
    {0, "INET_ULP_INFO_UNSPEC"},
    {1, "INET_ULP_INFO_NAME", text},
    {2, "INET_ULP_INFO_TLS", tls_attributes},
    {3, "INET_ULP_INFO_MPTCP", mptcp_attributes},
};
static constexpr AttributeSet upper_protocol_attributes{"INET_ULP_INFO_???", upper_protocol_attributes_rows};

static constexpr Attribute socket_storage_attributes_rows[] = {
    {0, "SK_DIAG_BPF_STORAGE_NONE"},
    {1, "SK_DIAG_BPF_STORAGE_PAD"},
    {2, "SK_DIAG_BPF_STORAGE_MAP_ID", u32},
    {3, "SK_DIAG_BPF_STORAGE_MAP_VALUE", print_map_value},
};
static constexpr AttributeSet socket_storage_attributes{"SK_DIAG_BPF_STORAGE_???", socket_storage_attributes_rows};

static constexpr Attribute socket_storages_attributes_rows[] = {
    {0, "SK_DIAG_BPF_STORAGE_REP_NONE"},
    {1, "SK_DIAG_BPF_STORAGE", socket_storage_attributes},
};
static constexpr AttributeSet socket_storages_attributes{"SK_DIAG_BPF_STORAGE_???", socket_storages_attributes_rows};

static constexpr Attribute inet_diag_attributes_rows[] = {
    {0, "INET_DIAG_NONE"},
    {1, "INET_DIAG_MEMINFO", inet_memory},
    {2, "INET_DIAG_INFO"},
    {3, "INET_DIAG_VEGASINFO", vegas},
    {4, "INET_DIAG_CONG", text},
    {5, "INET_DIAG_TOS", u8},
    {6, "INET_DIAG_TCLASS", u8},
    {7, "INET_DIAG_SKMEMINFO", memory_counts},
    {8, "INET_DIAG_SHUTDOWN", {Format::numbered_flags, 1, socket_shutdowns}},
    {9, "INET_DIAG_DCTCPINFO", dctcp},
    {10, "INET_DIAG_PROTOCOL", constant8(inet_protocols)},
    {11, "INET_DIAG_SKV6ONLY", u8},
    {12, "INET_DIAG_LOCALS", socket_addresses},
    {13, "INET_DIAG_PEERS", socket_addresses},
    {14, "INET_DIAG_PAD"},
    {15, "INET_DIAG_MARK", u32},
    {16, "INET_DIAG_BBRINFO", bbr},
    {17, "INET_DIAG_CLASS_ID", u32},
    {18, "INET_DIAG_MD5SIG", signatures},
    {19, "INET_DIAG_ULP_INFO", upper_protocol_attributes},
    {20, "INET_DIAG_SK_BPF_STORAGES", socket_storages_attributes},
    {21, "INET_DIAG_CGROUP_ID", u64},
    {22, "INET_DIAG_SOCKOPT", print_socket_options},
};
const AttributeSet inet_diag_attributes{"INET_DIAG_???", inet_diag_attributes_rows};

// What is asked of them: a program of conditions.
static constexpr Field condition_fields[] = {{"code", constant8(inet_diag_conditions)}, {"yes", u8}, {"no", u16}};
static constexpr Layout condition{condition_fields};
static constexpr Field host_fields[] = {{"family", family8}, {"prefix_len", u8}, {"port", s32}, {"addr", address}};
static constexpr Layout host{host_fields, 8};
static constexpr Field mark_fields[] = {{"mark mask", u32}};
static constexpr Layout mark{mark_fields};

static void print_conditions(Printer& printer, const Region& region, Surroundings& around) {
    enum Code : std::uint8_t {
        source_least = 2,
        dest_most = 5,
        from_automatic = 6,
        source = 7,
        dest = 8,
        device = 9,
        marked = 10,
        source_is = 11,
        dest_is = 12
    };
    constexpr std::size_t size = 4;
    print_value(printer, condition, region, around);
    if (region.length <= size || !region.readable(size)) return;
    printer.text(", ");
    const auto code = value_at<std::uint8_t>(region.bytes, 0);
    const bool compares = (code >= source_least && code <= dest_most) || code == source_is || code == dest_is;
    print_value(printer,
                compares                         ? Value(condition)
                : code == source || code == dest ? Value(host)
                : code == device                 ? index
                : code == marked                 ? Value(mark)
                                                 : Value{},
                region.from(size), around);
}

static constexpr Attribute inet_request_attributes_rows[] = {
    {0, "INET_DIAG_REQ_NONE"},
    {1, "INET_DIAG_REQ_BYTECODE", print_conditions},
    {2, "INET_DIAG_REQ_SK_BPF_STORAGES"},
    {3, "INET_DIAG_REQ_PROTOCOL", constant32(inet_protocols)},
};
const AttributeSet inet_request_attributes{"INET_DIAG_REQ_???", inet_request_attributes_rows};

// AF_SMC.
static constexpr Field smc_cursor_fields[] = {{"reserved wrap", u16}, {"count", u32}};
static constexpr Layout smc_cursor{smc_cursor_fields};
static constexpr Field smc_connection_fields[] = {{"token sndbuf_size rmbe_size peer_rmbe_size", u32},
                                                  {"rx_prod rx_cons tx_prod tx_cons", smc_cursor},
                                                  {"rx_prod_flags rx_conn_state_flags tx_prod_flags tx_conn_state_flags", x8},
                                                  {"tx_prep tx_sent tx_fin", smc_cursor}};
static constexpr Layout smc_connection{smc_connection_fields};
static constexpr Field smc_link_fields[] = {
    {"link_id", u8}, {"ibname", of(Format::text, 64)}, {"ibport", u8}, {"gid peer_gid", of(Format::text, 40)}};
static constexpr Layout smc_link{smc_link_fields};
static constexpr Elements smc_links{smc_link, nullptr, 1};
static constexpr Field smc_group_fields[] = {{"lnk", smc_links}, {"role", constant8(smc_roles)}};
static constexpr Layout smc_group{smc_group_fields};
static constexpr Field smc_memory_fields[] = {{"linkid", u32}, {"peer_gid my_gid token peer_token", x64}};
static constexpr Layout smc_memory{smc_memory_fields};
static constexpr Field smc_fallback_fields[] = {{"reason peer_diagnosis", {Format::numbered_constant, 4, smc_declines}}};
static constexpr Layout smc_fallback{smc_fallback_fields};

static constexpr Attribute smc_diag_attributes_rows[] = {
    {0, "SMC_DIAG_NONE"},
    {1, "SMC_DIAG_CONNINFO", smc_connection},
    {2, "SMC_DIAG_LGRINFO", smc_group},
    {3, "SMC_DIAG_SHUTDOWN", flags8(socket_shutdowns)},
    {4, "SMC_DIAG_DMBINFO", smc_memory},
    {5, "SMC_DIAG_FALLBACK", smc_fallback},
};
const AttributeSet smc_diag_attributes{"SMC_DIAG_???", smc_diag_attributes_rows};

}  // namespace shimtrace::decoders::netlink
