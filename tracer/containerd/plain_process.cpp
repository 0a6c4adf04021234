#include "tracer/containerd/plain_process.hpp"

#include "tracer/containerd/process_role.hpp"
#include "tracer/procfs/host_root.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_reader.hpp"
#include "tracer/procfs/task_files.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace shimtrace::containerd {

namespace {

/// The top of a hierarchy, or a unit of systemd's own: a container has a scope, or a folder by its id.
bool is_made_by_no_runtime(std::string_view cgroup) {
    const std::string_view name = cgroup.substr(cgroup.rfind('/') + 1);
    return name.empty() || name == "init.scope" || name.ends_with(".service") || (name.starts_with("session-") && name.ends_with(".scope"));
}

bool holds_socket(Pid pid) {
    return std::ranges::any_of(host::task_numbers(leader(pid), "fd"), [&](std::int32_t fd) {
        return host::task_link(leader(pid), "fd/" + std::to_string(fd)).starts_with("socket:[");
    });
}

}  // namespace

bool is_plain(const Process& process, const ProcessRoleInfo& role, Inode host) {
    if (role.role != ProcessRole::none || role.container) return false;
    if (process.pid.value <= 2) return true;
    return process.ns_pids.size() == 1 && host && process.ns.mnt == host && kata_role(process) == ProcessRole::none;
}

Inode mount_namespace_of_host(const SessionRoles::ReadProcess& read) {
    Snapshot residents;
    for (const Pid pid : {Pid{1}, Pid{2}})
        if (auto process = read(pid)) residents.processes.push_back(std::move(*process));
    const Process* resident = host::resident_of_host(residents);
    return resident == nullptr ? Inode{} : resident->ns.mnt;
}

std::optional<std::vector<Process>> plain_line(Pid pid) {
    if (!is_made_by_no_runtime(host::parse_cgroup(host::task_file(leader(pid), "cgroup"))) || holds_socket(pid)) return std::nullopt;
    SessionRoles roles(host::read_process);
    std::vector<Process> line;
    constexpr std::size_t most = 256;
    for (Pid each = pid; each && line.size() < most; each = line.back().parent) {
        const Process* known = roles.known(each);
        if (known == nullptr) {
            auto read = host::read_process(each);
            if (!read) return std::nullopt;
            roles.process(std::move(*read));
            known = roles.known(each);
        }
        line.push_back(*known);
    }
    if (line.empty() || line.back().parent) return std::nullopt;
    const Inode host = mount_namespace_of_host([&](Pid resident) {
        const Process* known = roles.known(resident);
        return known != nullptr ? std::optional(*known) : host::read_process(resident);
    });
    if (!std::ranges::all_of(line, [&](const Process& process) { return is_plain(process, process.role, host); })) return std::nullopt;
    return line;
}

}  // namespace shimtrace::containerd
