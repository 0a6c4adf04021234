// What a runtime keeps about a container in ROOT/ID: libcontainer's state.json, crun's status …
#pragma once

#include "decoders/oci/typed_json.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::oci {

/// There is no status in it: the runtime derives that from the kernel.
struct RuntimeState {
    std::string id;  ///< empty where the directory's name alone is the id
    std::int32_t init_pid = 0;
    std::uint64_t init_start = 0;  ///< clock ticks after boot: field 22 of /proc/PID/stat
    std::string created;           ///< RFC 3339
    std::string bundle;
    std::string rootfs;
    std::string cgroup;                               ///< the path below the hierarchies, as config or crun has it
    std::map<std::string, std::string> cgroup_paths;  ///< by controller ("": v2's); absolute
    bool systemd_cgroup = false;
    std::vector<std::string> stdio;  ///< what the init's descriptors 0, 1 and 2 led to: "pipe:[38898]"
    std::int32_t gofer_pid = 0;      ///< who serves its sandbox the host's files; 0: none
    bool operator==(const RuntimeState&) const = default;
};

/// A key that the runtime relies on.
struct RequiredKey {
    std::string_view pointer;
    JsonKind kind;
    bool may_lack = false;  ///< where it is there it has that kind
};

/// Where a runtime's state has what: JSON pointers; empty: nowhere.
struct StateForm {
    std::span<const RequiredKey> required;
    std::string_view id, init_pid, init_start, created, bundle;
    std::string_view labels;  ///< a list of "KEY=VALUE", of which one is "bundle=PATH"
    std::string_view rootfs;  ///< where it is relative, to the bundle
    std::string_view cgroup, cgroup_paths, systemd_cgroup;
    std::string_view stdio;  ///< a list, or a string that holds one as JSON
    std::string_view gofer_pid = {};
    std::span<const std::string_view> other_cgroups = {};  ///< where `cgroup` is, too, by kind of hierarchy
    bool init_may_lack = false;                            ///< as long as there is none, or none any more
};

/// config.json's cgroupsPath as a path below the hierarchies: "/ns/c1"; of systemd's "SLICE:PREFIX:NAME" where its scope lies.
std::string cgroup_of_spec(std::string_view cgroups_path, bool systemd);

/// Strict: every required key must be there and of its type.
std::expected<RuntimeState, JsonError> parse_state(std::string_view text, const StateForm& form);

}  // namespace shimtrace::oci
