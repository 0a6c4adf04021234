// Names of the constants of sockets.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet address_families;
extern const FlagSet socket_types;
extern const FlagSet socket_flags;
extern const FlagSet inet_protocols;
extern const FlagSet netlink_protocols;
extern const FlagSet ethernet_protocols;
extern const FlagSet message_flags;
extern const FlagSet shutdown_modes;
extern const FlagSet socket_levels;
extern const FlagSet socket_options;
extern const FlagSet tcp_options;
extern const FlagSet udp_options;
extern const FlagSet ip_options;
extern const FlagSet ipv6_options;
extern const FlagSet netlink_options;
extern const FlagSet packet_options;
extern const FlagSet packet_membership_types;
extern const FlagSet raw_options;
extern const FlagSet packet_types;
extern const FlagSet arp_types;
extern const FlagSet vsock_cids, vsock_ports, vsock_flags;
extern const FlagSet rxrpc_services, low_power_address_types, low_power_addresses, low_power_networks, algorithm_address_flags,
    near_field_protocols, near_field_services, router_nodes, router_ports, express_address_flags, component_networks, component_addresses;
extern const FlagSet control_socket_types, control_ip_types;
extern const FlagSet mcast_mtu_discover;

}  // namespace shimtrace::decoders
