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
extern const FlagSet vsock_cids;
extern const FlagSet control_socket_types;
extern const FlagSet mcast_mtu_discover;

}  // namespace shimtrace::decoders
