// What containerd's config.toml says of the few things that matter here. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::containerd {

/// One `[plugins."…cri".containerd.runtimes.NAME]` table.
struct ConfiguredRuntime {
    std::string name;
    std::string type;    ///< runtime_type: "io.containerd.runc.v2"
    std::string binary;  ///< options.BinaryName
    std::string root;    ///< options.Root
    bool systemd_cgroup = false;
    bool systemd_cgroup_set = false;  ///< the file says it; the default is false
    std::size_t line = 0;             ///< of SystemdCgroup, or of the table
};

struct ContainerdConfig {
    std::string root, state, grpc_address, ttrpc_address;  ///< empty: the defaults
    std::vector<ConfiguredRuntime> runtimes;
    std::vector<std::string> plugin_addresses;  ///< of [proxy_plugins.NAME]: snapshotters and content stores that it calls
};

/// Reads what it understands of TOML and passes over the rest; never fails.
ContainerdConfig parse_containerd_config(std::string_view text);

}  // namespace shimtrace::containerd
