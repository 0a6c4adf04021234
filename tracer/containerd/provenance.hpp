// Whose word a process's own words are. Its name, its arguments and its working directory are what it says of itself: they are believed of
// the host's processes, not of a container's, which may call itself runc, containerd-shim or containerd. Pure.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <vector>

namespace shimtrace::containerd {

/// In no container: neither in a pid namespace below this one's nor under another root directory than the host's, but for a service of the
/// host's init, which may have one of its own (a strict snap).
bool is_of_host(const Process& process);

/// Its executable is called as it calls itself. True where that cannot be read.
bool goes_by_its_name(const Process& process);

/// Those who say that they are a runtime, a shim or containerd and are of a container; `snapshot` must have roles assigned.
std::vector<UntrustedSource> unbelieved_claims(const Snapshot& snapshot);

}  // namespace shimtrace::containerd
