// Programs that pass on what they get on one connection over another: by the names that the kernel has of them.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace shimtrace {

enum class Forwarding : unsigned char {
    none,
    by_connections,  ///< it has a connection of its own to whoever is behind it
    into_namespace,  ///< the same, into a network namespace that it has made for rootless containers
    by_packets,      ///< into such a namespace, whose kernel has the only other connection; some it has itself
};

/// Where such a program's arguments name the network namespace that it passes on into.
enum class NamesNetwork : unsigned char {
    nowhere,           ///< it is its children's
    last_but_one,      ///< slirp4netns [OPTION]... PID|PATH TAPNAME; a path by --netns-type=path
    by_option_or_last  ///< pasta [OPTION]... [PID], or --netns PATH
};

struct ForwarderRow {
    std::string_view comm;
    Forwarding how;
    NamesNetwork names = NamesNetwork::nowhere;
};
constexpr auto forwarders = std::to_array<ForwarderRow>({
    {"docker-proxy", Forwarding::by_connections},
    {"socat", Forwarding::by_connections},
    {"haproxy", Forwarding::by_connections},
    {"envoy", Forwarding::by_connections},
    {"nginx", Forwarding::by_connections},
    {"kubectl", Forwarding::by_connections},
    {"traefik", Forwarding::by_connections},
    {"rootlessport", Forwarding::into_namespace},
    {"rootlesskit", Forwarding::into_namespace},
    {"slirp4netns", Forwarding::by_packets, NamesNetwork::last_but_one},
    {"pasta", Forwarding::by_packets, NamesNetwork::by_option_or_last},
    {"pasta.avx2", Forwarding::by_packets, NamesNetwork::by_option_or_last},
});

constexpr NamesNetwork names_network(std::string_view comm) {
    const auto row = std::ranges::find(forwarders, comm, &ForwarderRow::comm);
    return row == forwarders.end() ? NamesNetwork::nowhere : row->names;
}

constexpr Forwarding forwarding_of(std::string_view comm) {
    const auto row = std::ranges::find(forwarders, comm, &ForwarderRow::comm);
    return row == forwarders.end() ? Forwarding::none : row->how;
}

}  // namespace shimtrace
