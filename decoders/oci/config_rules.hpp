// The OCI runtime specification's demands on config.json, one row a value (config.md, config-linux.md of v1.2).
#pragma once

#include "decoders/oci/typed_json.hpp"

#include <string_view>

namespace shimtrace::oci {

enum class Demand : std::uint8_t {
    none,
    absolute_path,       ///< the runtime refuses a relative one
    should_be_absolute,  ///< the specification wants it, runtimes only warn
    not_empty,
    version,  ///< SemVer with a major number that runtimes know
    one_of,   ///< a word of `words`
};

struct ConfigRule {
    std::string_view pattern;  ///< a JSON pointer; `*` stands for each element or member
    JsonKind kind;
    bool required = false;  ///< where what holds it is there
    Demand demand = Demand::none;
    std::string_view words = {};  ///< separated by blanks
};

constexpr ConfigRule config_rules[] = {
    {"/ociVersion", JsonKind::string, true, Demand::version},
    {"/hostname", JsonKind::string},
    {"/domainname", JsonKind::string},
    {"/root", JsonKind::object, true},
    {"/root/path", JsonKind::string, true, Demand::not_empty},
    {"/root/readonly", JsonKind::boolean},

    {"/process", JsonKind::object, true},
    {"/process/terminal", JsonKind::boolean},
    {"/process/consoleSize", JsonKind::object},
    {"/process/consoleSize/height", JsonKind::unsigned_integer, true},
    {"/process/consoleSize/width", JsonKind::unsigned_integer, true},
    {"/process/cwd", JsonKind::string, true, Demand::absolute_path},
    {"/process/args", JsonKind::array, true, Demand::not_empty},
    {"/process/args/*", JsonKind::string},
    {"/process/env", JsonKind::array},
    {"/process/env/*", JsonKind::string},
    {"/process/user", JsonKind::object},
    {"/process/user/uid", JsonKind::unsigned_integer},
    {"/process/user/gid", JsonKind::unsigned_integer},
    {"/process/user/umask", JsonKind::unsigned_integer},
    {"/process/user/additionalGids", JsonKind::array},
    {"/process/user/additionalGids/*", JsonKind::unsigned_integer},
    {"/process/capabilities", JsonKind::object},
    {"/process/capabilities/*", JsonKind::array},
    {"/process/capabilities/*/*", JsonKind::string},
    {"/process/rlimits", JsonKind::array},
    {"/process/rlimits/*", JsonKind::object},
    {"/process/rlimits/*/type", JsonKind::string, true, Demand::not_empty},
    {"/process/rlimits/*/soft", JsonKind::unsigned_integer, true},
    {"/process/rlimits/*/hard", JsonKind::unsigned_integer, true},
    {"/process/noNewPrivileges", JsonKind::boolean},
    {"/process/oomScoreAdj", JsonKind::integer},
    {"/process/apparmorProfile", JsonKind::string},
    {"/process/selinuxLabel", JsonKind::string},

    {"/mounts", JsonKind::array},
    {"/mounts/*", JsonKind::object},
    {"/mounts/*/destination", JsonKind::string, true, Demand::should_be_absolute},
    {"/mounts/*/type", JsonKind::string},
    {"/mounts/*/source", JsonKind::string},
    {"/mounts/*/options", JsonKind::array},
    {"/mounts/*/options/*", JsonKind::string},

    {"/hooks", JsonKind::object},
    {"/hooks/*", JsonKind::array},
    {"/hooks/*/*", JsonKind::object},
    {"/hooks/*/*/path", JsonKind::string, true, Demand::absolute_path},
    {"/hooks/*/*/args", JsonKind::array},
    {"/hooks/*/*/args/*", JsonKind::string},
    {"/hooks/*/*/env", JsonKind::array},
    {"/hooks/*/*/env/*", JsonKind::string},
    {"/hooks/*/*/timeout", JsonKind::integer},

    {"/annotations", JsonKind::object},
    {"/annotations/*", JsonKind::string},

    {"/linux", JsonKind::object},
    {"/linux/cgroupsPath", JsonKind::string},
    {"/linux/rootfsPropagation", JsonKind::string, false, Demand::one_of,
     "shared slave private unbindable rshared rslave rprivate runbindable"},
    {"/linux/namespaces", JsonKind::array},
    {"/linux/namespaces/*", JsonKind::object},
    {"/linux/namespaces/*/type", JsonKind::string, true, Demand::one_of, "pid network mount ipc uts user cgroup time"},
    {"/linux/namespaces/*/path", JsonKind::string, false, Demand::absolute_path},
    {"/linux/uidMappings", JsonKind::array},
    {"/linux/uidMappings/*/containerID", JsonKind::unsigned_integer, true},
    {"/linux/uidMappings/*/hostID", JsonKind::unsigned_integer, true},
    {"/linux/uidMappings/*/size", JsonKind::unsigned_integer, true},
    {"/linux/gidMappings", JsonKind::array},
    {"/linux/gidMappings/*/containerID", JsonKind::unsigned_integer, true},
    {"/linux/gidMappings/*/hostID", JsonKind::unsigned_integer, true},
    {"/linux/gidMappings/*/size", JsonKind::unsigned_integer, true},
    {"/linux/devices", JsonKind::array},
    {"/linux/devices/*", JsonKind::object},
    {"/linux/devices/*/type", JsonKind::string, true, Demand::one_of, "b c u p"},
    {"/linux/devices/*/path", JsonKind::string, true, Demand::not_empty},
    {"/linux/devices/*/major", JsonKind::integer},
    {"/linux/devices/*/minor", JsonKind::integer},
    {"/linux/devices/*/fileMode", JsonKind::unsigned_integer},
    {"/linux/sysctl", JsonKind::object},
    {"/linux/sysctl/*", JsonKind::string},
    {"/linux/maskedPaths", JsonKind::array},
    {"/linux/maskedPaths/*", JsonKind::string, false, Demand::should_be_absolute},
    {"/linux/readonlyPaths", JsonKind::array},
    {"/linux/readonlyPaths/*", JsonKind::string, false, Demand::should_be_absolute},
    {"/linux/mountLabel", JsonKind::string},
    {"/linux/seccomp", JsonKind::object},
    {"/linux/seccomp/defaultAction", JsonKind::string, true, Demand::not_empty},
    {"/linux/seccomp/listenerPath", JsonKind::string},
    {"/linux/seccomp/architectures", JsonKind::array},
    {"/linux/seccomp/architectures/*", JsonKind::string},
    {"/linux/seccomp/syscalls", JsonKind::array},
    {"/linux/seccomp/syscalls/*/names", JsonKind::array, true, Demand::not_empty},
    {"/linux/seccomp/syscalls/*/action", JsonKind::string, true, Demand::not_empty},
    {"/linux/resources", JsonKind::object},
    {"/linux/resources/devices", JsonKind::array},
    {"/linux/resources/devices/*/allow", JsonKind::boolean},
    {"/linux/resources/devices/*/type", JsonKind::string},
    {"/linux/resources/devices/*/major", JsonKind::integer},
    {"/linux/resources/devices/*/minor", JsonKind::integer},
    {"/linux/resources/devices/*/access", JsonKind::string},
    {"/linux/resources/memory", JsonKind::object},
    {"/linux/resources/memory/limit", JsonKind::integer},
    {"/linux/resources/memory/reservation", JsonKind::integer},
    {"/linux/resources/memory/swap", JsonKind::integer},
    {"/linux/resources/memory/swappiness", JsonKind::unsigned_integer},
    {"/linux/resources/memory/disableOOMKiller", JsonKind::boolean},
    {"/linux/resources/cpu", JsonKind::object},
    {"/linux/resources/cpu/shares", JsonKind::unsigned_integer},
    {"/linux/resources/cpu/quota", JsonKind::integer},
    {"/linux/resources/cpu/period", JsonKind::unsigned_integer},
    {"/linux/resources/cpu/cpus", JsonKind::string},
    {"/linux/resources/cpu/mems", JsonKind::string},
    {"/linux/resources/pids", JsonKind::object},
    {"/linux/resources/pids/limit", JsonKind::integer},
    {"/linux/resources/unified", JsonKind::object},
    {"/linux/resources/unified/*", JsonKind::string},
};

}  // namespace shimtrace::oci
