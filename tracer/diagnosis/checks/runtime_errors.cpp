#include "tracer/diagnosis/checks/check.hpp"

#include <algorithm>

namespace shimtrace::audit {

namespace {

/// What runc and crun say, and what it means. The first that fits counts: the special before the general.
struct Explanation {
    std::string_view says, means;
};
constexpr Explanation explanations[] = {
    {"executable file not found in $PATH", "the program is not in the image, or PATH in config.json's env does not lead to it"},
    {"exec format error", "the program is of another architecture, or a script without #! line"},
    {"cannot exec in a stopped container", "the container's init has ended: exec needs a running one"},
    {"cannot exec a container that has stopped", "the container's init has ended: exec needs a running one"},
    {"cannot exec in a paused container", "the container is frozen: resume it first"},
    {"container does not exist", "runc looked in another --root, or the container's state was deleted"},
    {"does not exist", "something that config.json names is not on this host"},
    {"container with given ID already exists", "the state of an earlier container of that id was never deleted"},
    {"cannot start a container that has stopped", "its init ended between create and start: see its own output"},
    {"no such file or directory",
     "a file that config.json names (the program, a mount's source, a hook, the working directory) is not there"},
    {"permission denied", "the program is not executable, or AppArmor, SELinux or a mount with noexec forbids it"},
    {"read-only file system", "runc wanted to make a mount point in a root that is read-only: it must be in the image"},
    {"device or resource busy", "a cgroup or mount is still in use by a process that has not ended"},
    {"no space left on device", "the disk is full, or inotify watches, cgroups or other kernel objects have run out"},
    {"systemd", "systemd did not make or remove the scope: is dbus up, and SystemdCgroup meant?"},
    {"dbus", "systemd was not reached over D-Bus"},
    {"seccomp", "the seccomp profile can't be loaded: its calls or actions are unknown to this kernel or libseccomp"},
    {"running hook", "an OCI hook ended with an error: its own words follow"},
    {"memory limit too low", "the limit is smaller than what runc init itself needs to start"},
    {"context deadline exceeded", "an operation took longer than its caller would wait"},
    {"unmarshal", "config.json or state.json is no valid JSON, or a value has the wrong type"},
    {"invalid character", "config.json or state.json is no valid JSON"},
    {"cgroup", "a cgroup could not be made, written or removed: v1 against v2, or cgroupfs against systemd"},
};

}  // namespace

std::string_view explain_runtime_error(std::string_view message) {
    const auto found = std::ranges::find_if(explanations, [&](const Explanation& row) { return message.find(row.says) != message.npos; });
    return found == std::end(explanations) ? "" : found->means;
}

}  // namespace shimtrace::audit
