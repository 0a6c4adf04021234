// Where this host's containerd instances and runtimes keep their state: told by the processes, completed by the usual places.
#pragma once

#include "tracer/containerd/containerd_config.hpp"
#include "tracer/containerd/host_files.hpp"
#include "tracer/containerd/mount_views.hpp"

#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::containerd {

/// Under containerd's STATE: the bundles of its tasks.
inline constexpr std::string_view task_directory = "io.containerd.runtime.v2.task";
/// Of sandboxes that have no container of their own, since containerd 2.0 (the sandboxer `shim`): a shim, and perhaps a virtual machine.
inline constexpr std::string_view sandbox_directory = "io.containerd.sandbox.controller.v1.shim";

/// One containerd, alive or not.
struct Instance {
    Pid pid;                  ///< 0: not running
    std::string state_dir;    ///< STATE
    std::string root_dir;     ///< ROOT: /var/lib/containerd
    std::string address;      ///< of its gRPC socket
    std::string config_path;  ///< config.toml; empty: none found
    ContainerdConfig config;
    std::vector<Pid> others;  ///< more containerds that run on the same STATE
};

/// A directory that holds a runtime's ID directories.
struct RuntimeRoot {
    std::string path;
    std::uint32_t owner = 0;  ///< whose containers they are
    bool named = false;       ///< somebody said so; else it is where such are kept
};

struct Layout {
    std::vector<Instance> instances;
    std::vector<RuntimeRoot> runtime_roots;
};

/// Without a slash at its end; /var/run is a link to /run wherever systemd is, and both spellings are in use.
std::string canonical_path(std::string_view path);

/// A place where containerd usually listens.
bool is_usual_containerd_address(std::string_view path);
/// A STATE where containerd usually is.
bool is_usual_state_dir(std::string_view path);

/// Processes must have their roles; only `residents` of the files are asked for paths. `run_dir`: containerd's STATE, where the user says
/// it.
Layout find_layout(const Snapshot& snapshot, const HostFiles& files, const std::string& run_dir, const Resident& residents);

}  // namespace shimtrace::containerd
