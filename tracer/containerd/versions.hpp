// Which containerd and which runc this host has.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>

namespace shimtrace::containerd {

/// "1.6.20~ds1"; empty: not installed, or it does not say.
struct Versions {
    std::string containerd, runc;
};

/// What `containerd --version` and `runc --version` say, where PATH has them: no more than a second each.
Versions installed_versions();

/// `host`, told of them.
HostInfo with_versions(HostInfo host, const Versions& versions);

/// What the program that this process runs says of itself, replaced on disk or deleted as it may be: of containerds, shims and runtimes of
/// the host, whose executable root alone can write. Empty: of all others, or it does not say.
std::string running_version(const Process& process);

/// "7:" (what it was started as) and then "  Version:  1.6.20~ds1" is 1.6.20~ds1; empty: it is no such text.
std::string shim_version_in(std::string_view text);

/// "containerd github.com/containerd/containerd 1.6.20 deadbeef" is 1.6.20, "runc version 1.1.5" and its lines below are 1.1.5; empty:
/// neither.
std::string version_in(std::string_view text);

}  // namespace shimtrace::containerd
