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

struct ForwarderRow {
    std::string_view comm;
    Forwarding how;
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
    {"slirp4netns", Forwarding::by_packets},
    {"pasta", Forwarding::by_packets},
    {"pasta.avx2", Forwarding::by_packets},
});

constexpr Forwarding forwarding_of(std::string_view comm) {
    const auto row = std::ranges::find(forwarders, comm, &ForwarderRow::comm);
    return row == forwarders.end() ? Forwarding::none : row->how;
}

}  // namespace shimtrace
