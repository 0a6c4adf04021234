// Names of the constants of netlink, by family.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

// Of headers: types of messages, flags.
extern const FlagSet netlink_flags, netlink_get_flags, netlink_new_flags, netlink_delete_flags, netlink_error_flags,
    netlink_control_types, attribute_flags, netlink_route_types, netlink_diag_types, netlink_xfrm_types, netlink_selinux_types,
    netlink_crypto_types, netlink_generic_types;

// NETLINK_AUDIT.
extern const FlagSet netlink_audit_types;

// NETLINK_NETFILTER: whole types, subsystems, and the types of each.
extern const FlagSet netfilter_whole_types, netfilter_subsystems, netfilter_versions, netfilter_conntrack_types,
    netfilter_expectation_types, netfilter_queue_types, netfilter_log_types, netfilter_osf_types, netfilter_ipset_types,
    netfilter_acct_types, netfilter_timeout_types, netfilter_helper_types, netfilter_nftables_types, netfilter_compat_types;

// NETLINK_ROUTE.
extern const FlagSet interface_flags, address_flags, route_scopes, route_tables, route_protocols, route_types, route_flags,
    type_of_service_flags, rule_actions, rule_flags, neighbour_states, neighbour_flags, neighbour_extended_flags, neighbour_notify_flags,
    next_hop_flags, next_hop_group_types, tunnel_encapsulations, dcb_commands, action_flags, action_hardware_stats, mdb_states, mdb_flags,
    mdb_router_types, igmp_messages, mrt6_messages, report_families, statistics_filters;

// NETLINK_ROUTE: links.
extern const FlagSet link_filters, link_events, xdp_flags, xdp_attachments, bridge_flags, bridge_modes, bridge_vlan_flags, bridge_options,
    multicast_directions, address_generation_modes, inet6_link_flags, virtual_function_link_states, tunnel_types, inet_configuration,
    inet6_configuration, inet6_statistics, icmp6_statistics;

// NETLINK_SOCK_DIAG.
extern const FlagSet tcp_states, tcp_state_sets, netlink_diag_protocols, unix_diag_show, netlink_diag_show, netlink_diag_flags,
    netlink_states, packet_diag_show, packet_diag_flags, packet_versions, inet_diag_extensions, inet_diag_conditions, memory_info,
    socket_shutdowns, tls_versions, tls_ciphers, tls_configurations, mptcp_flags, smc_states, smc_modes, smc_extensions, smc_roles,
    smc_declines;

}  // namespace shimtrace::decoders
