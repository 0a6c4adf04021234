// All sockets of one family and protocol, as sock_diag tells them, asked by a stand-in: where it is to tell of times and windows
// (INET_DIAG_INFO), the kernel takes each socket's lock, and whoever is in the midst of a send has that for as long as a page of what it
// sends does not come (linux/net/ipv4/tcp.c: tcp_get_info).
#pragma once

#include <linux/inet_diag.h>

#include <optional>
#include <string>

namespace shimtrace::host {

/// The answers, netlink messages one behind the other; of the calling thread's network namespace. nullopt: refused, or no answer in time.
std::optional<std::string> dump_inet_in_time(const inet_diag_req_v2& wanted);

}  // namespace shimtrace::host
