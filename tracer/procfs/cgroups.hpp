// Cgroups by path: frozen or not and by whom, memory and pids with their limits, what they stand still for. v1 and v2.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/snapshot.hpp>

#include <string>
#include <vector>

namespace shimtrace::host {

/// Where the hierarchies are mounted; empty: not at all. On v2 all are the same place.
struct CgroupRoots {
    std::string freezer, memory, pids;
    bool v2 = false;
    std::string cpu = {};
};
CgroupRoots find_cgroup_roots(const std::vector<Mount>& mounts);

/// The cgroups at these paths (as in /proc/PID/cgroup) and all their ancestors but the root, each once, ascending by path.
std::vector<Cgroup> read_cgroups(const CgroupRoots& roots, const std::vector<std::string>& paths, std::string& scratch);

}  // namespace shimtrace::host
