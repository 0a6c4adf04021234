#include "tracer/containerd/provenance.hpp"

#include "decoders/oci/runtimes.hpp"
#include "tracer/containerd/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace shimtrace::containerd {

namespace {

/// "/system.slice/NAME.service" and nothing below: where systemd puts its services, and no runtime a container.
bool is_service_of_init(std::string_view cgroup) {
    constexpr std::string_view slice = "/system.slice/";
    return cgroup.starts_with(slice) && cgroup.ends_with(".service") && cgroup.find('/', slice.size()) == cgroup.npos;
}

/// What it says that it is, where that would matter: a shim, or a runtime's command with a root of its own. Empty: nothing.
std::string claim_of(const Process& process) {
    const std::string_view name = process.command_line.empty() ? "" : program_name(process.command_line.front());
    if (const auto shim = parse_shim(process.command_line))
        return fmt::format("the shim of {}/{} at {}", shim->ns, shim->id, shim->address);
    if (name.starts_with("containerd-shim")) return "a shim";
    if (oci::runtime_of_program(name) == nullptr) return "";
    const auto runtime = parse_runtime(process.command_line, true);
    return runtime && !runtime->root.empty() ? fmt::format("{} with the root {}", name, runtime->root) : "";
}

}  // namespace

bool is_of_host(const Process& process) {
    if (process.ns_pids.size() > 1) return false;
    return !process.foreign_root || is_service_of_init(process.cgroup);
}

bool goes_by_its_name(const Process& process) {
    if (process.exe.empty() || process.command_line.empty()) return true;
    return program_name(process.exe) == program_name(process.command_line.front());
}

std::vector<UntrustedSource> unbelieved_claims(const Snapshot& snapshot) {
    // crun's init has the command line of `crun create` until the container's program runs: what it says is known, and no claim.
    std::set<std::string_view> known_roots;
    for (const ContainerFiles& each : snapshot.containers) known_roots.insert(each.runc_root);
    std::vector<UntrustedSource> claims;
    for (const Process& process : snapshot.processes) {
        if (is_of_host(process)) continue;
        const auto runtime = parse_runtime(process.command_line, true);
        if (runtime && known_roots.contains(runtime->root)) continue;
        std::string claim = claim_of(process);
        if (claim.empty()) continue;
        claims.push_back({fmt::format("process {} ({}) says that it is {}", process.pid.value, process.comm, claim),
                          "it runs in a container, and what it says is its own", process.pid, process.role.container});
    }
    return claims;
}

}  // namespace shimtrace::containerd
