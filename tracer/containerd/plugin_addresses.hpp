// The sockets of what containerd calls beside its shims.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>
#include <vector>

namespace shimtrace::containerd {

/// Of the proxy plugins (snapshotters, content stores) in the configuration of each containerd of the host in the listing.
std::vector<std::string> plugin_addresses(const Snapshot& listing);

}  // namespace shimtrace::containerd
