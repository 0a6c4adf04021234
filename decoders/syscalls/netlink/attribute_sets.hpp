// The attributes that messages of netlink may have, by what the message is about.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"

namespace shimtrace::decoders::netlink {

// NETLINK_ROUTE.
extern const AttributeSet link_attributes, interface_address_attributes, address_label_attributes, route_attributes, rule_attributes,
    neighbour_attributes, neighbour_table_attributes, next_hop_attributes, traffic_attributes, action_attributes,
    bridge_port_message_attributes, dcb_attributes, network_configuration_attributes, network_namespace_attributes, statistics_attributes,
    virtual_function_list_attributes, port_attributes, port_list_attributes;
extern const Value cache_report_value;
extern const Layout link_statistics64;

// NETLINK_SOCK_DIAG.
extern const AttributeSet unix_diag_attributes, netlink_diag_attributes, packet_diag_attributes, inet_diag_attributes,
    inet_request_attributes, smc_diag_attributes;

}  // namespace shimtrace::decoders::netlink
