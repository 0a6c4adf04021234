// What runc and crun keep about a container: ROOT/ID/state.json (libcontainer's) and ROOT/ID/status (crun's).
#pragma once

#include "decoders/oci/strict_json.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::oci {

/// There is no status in it: the runtime derives that from the kernel.
struct RuntimeState {
    std::string id;  ///< empty in crun's, where the directory's name is the id
    std::int32_t init_pid = 0;
    std::uint64_t init_start = 0;  ///< clock ticks after boot: field 22 of /proc/PID/stat
    std::string created;           ///< RFC 3339
    std::string bundle;
    std::string rootfs;
    std::string cgroup;                               ///< the path below the hierarchies, as config or crun has it
    std::map<std::string, std::string> cgroup_paths;  ///< by controller ("": v2's); absolute
    bool systemd_cgroup = false;
    std::vector<std::string> stdio;  ///< what the init's descriptors 0, 1 and 2 led to: "pipe:[38898]"
};

/// Strict: every key that the runtime relies on must be there and of its type.
std::expected<RuntimeState, JsonError> parse_runc_state(std::string_view text);
std::expected<RuntimeState, JsonError> parse_crun_status(std::string_view text);

}  // namespace shimtrace::oci
