// What containerd, its shim and the runtime keep in a container's bundle.
#pragma once

#include "tracer/containerd/believed_files.hpp"
#include "tracer/containerd/host_files.hpp"

#include <shimtrace/snapshot.hpp>

#include <functional>
#include <string>

namespace shimtrace::containerd {

using ReadBelieved = std::function<Result<std::string>(const BelievedPlace& file, std::size_t most, Part part)>;

/// Address, pids of init and execs, the runtime's last errors, config.json with its annotations.
void read_bundle(ContainerFiles& container, const BelievedPlace& bundle, const HostFiles& files, const ReadBelieved& read);
/// Where its runtime has the states, above the namespaces: as options.json says, else where its shim usually has them; empty: not known.
std::string runtime_root(const BelievedPlace& bundle, const ReadBelieved& read);

}  // namespace shimtrace::containerd
