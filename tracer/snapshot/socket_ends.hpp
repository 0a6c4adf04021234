// Which two sockets of this host are the ends of one TCP or UDP connection, across network namespaces. Pure.
#pragma once

#include "tracer/procfs/address_owners.hpp"
#include "tracer/procfs/conntrack.hpp"
#include "tracer/procfs/socket_table.hpp"

#include <span>
#include <string>
#include <string_view>

namespace shimtrace::host {

/// "10.0.0.5" of "10.0.0.5:80", "fd00::5" of "[fd00::5]:80", "10.0.0.5" of "[::ffff:10.0.0.5]:80".
std::string host_of(std::string_view address);
/// "80" of them.
std::string_view port_of(std::string_view address);
/// It means the namespace of whoever says it, and no other.
bool is_loopback(std::string_view host);

/// Gives each inet socket its peer's inode, where that is in the table. A socket that connects, or is not accepted yet, has the listener's;
/// one of UDP that which would get what it sends. Addresses mean the same in all namespaces but for loopback; `owners` says whose they are,
/// for listeners at any address. What an address translation hides is found by the other address, where one socket alone fits.
void bind_inet_ends(SocketTable& sockets, const AddressOwners& owners);

/// Notes what the other end of a connection without a peer is, where the kernel translates its addresses; to be bound anew then.
void take_translations(SocketTable& sockets, std::span<const Translation> translations);

}  // namespace shimtrace::host
