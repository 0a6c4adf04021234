#include "tracer/procfs/mounts.hpp"

#include "decoders/kernel/served_file_systems.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>
#include <utility>

namespace shimtrace::host {
namespace {

bool names_path(const Process& process, const std::string& path) {
    return std::ranges::any_of(process.command_line, [&](const std::string& argument) { return argument == path; });
}

/// Without the kernel's word for it: the one server that was told the mount point on its command line, or the only server
/// that there is.
Pid guess_server(const Mount& mount, const std::vector<FuseServer>& servers, const std::vector<Process>& everybody) {
    const auto process = [&](Pid pid) { return std::ranges::find(everybody, pid, &Process::pid); };
    std::set<Pid> unknown, named;
    for (const FuseServer& server : servers) {
        if (server.connection) continue;
        unknown.insert(server.pid);
        if (const auto found = process(server.pid); found != everybody.end() && names_path(*found, mount.mount_point))
            named.insert(server.pid);
    }
    if (named.size() == 1) return *named.begin();
    return named.empty() && unknown.size() == 1 ? *unknown.begin() : Pid{};
}

Pid server_of(const Mount& mount, const std::vector<FuseServer>& servers, const std::vector<Process>& everybody) {
    const auto told = std::ranges::find(servers, std::uint64_t{minor(mount.device)}, &FuseServer::connection);
    return told != servers.end() ? told->pid : guess_server(mount, servers, everybody);
}

/// Requests without an answer, where fusectl is mounted.
std::uint64_t waiting_requests(const Mount& mount, std::string& scratch) {
    const std::string path = "/sys/fs/fuse/connections/" + std::to_string(minor(mount.device));
    const auto directory = ProcDirectory::open(path.c_str());
    if (!directory) return 0;
    const auto text = directory->read("waiting", scratch);
    std::uint64_t count = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), count);
    return count;
}

}  // namespace

std::vector<FuseServer> find_fuse_servers(const ProcDirectory& proc, const std::vector<Process>& processes, std::string& scratch) {
    std::vector<FuseServer> servers;
    for (const Process& process : processes)
        for (const FdEntry& entry : process.fds) {
            if (entry.target.kind != OpenFileKind::char_device || entry.target.rdev != makedev(10, 229)) continue;
            const std::string path = std::to_string(process.pid.value) + "/fdinfo/" + std::to_string(entry.fd.value);
            const auto text = proc.read(path.c_str(), scratch);
            if (text) servers.push_back({process.pid, parse_fdinfo(*text).fuse_connection.value_or(0)});
        }
    return servers;
}

namespace {

/// "…,fd=6,pgrp=812,timeout=300,…": the daemon's process group (fs/autofs/inode.c, autofs_show_options). 0: it is gone, or not seen.
Pid automounter_of(const Mount& mount, const std::vector<Process>& everybody) {
    constexpr std::string_view key = ",pgrp=";
    const std::size_t at = mount.options.find(key);
    if (at == std::string::npos) return {};
    const std::string_view text = std::string_view(mount.options).substr(at + key.size());
    std::int32_t group = 0;
    std::from_chars(text.data(), text.data() + text.size(), group);
    const auto leader = std::ranges::find(everybody, Pid{group}, &Process::pid);
    if (group > 0 && leader != everybody.end()) return leader->pid;
    const auto member = std::ranges::find(everybody, group, &Process::process_group);
    return group > 0 && member != everybody.end() ? member->pid : Pid{};
}

}  // namespace

void add_server(Mount& mount, const std::vector<FuseServer>& servers, const std::vector<Process>& everybody, std::string& scratch) {
    if (kernel::is_autofs(mount.type)) mount.fuse_server = automounter_of(mount, everybody);
    if (!kernel::is_fuse(mount.type)) return;
    mount.fuse_server = server_of(mount, servers, everybody);
    mount.fuse_waiting = waiting_requests(mount, scratch);
}

const MountTables::Table& MountTables::add(Inode mount_namespace, std::string_view text, Pid seen_from) {
    Table table;
    table.mounts = parse_mountinfo(text, seen_from);
    read_ += table.mounts.size();
    table.fragile = FragileMounts(table.mounts);
    return tables_.emplace(mount_namespace, std::move(table)).first->second;
}

void MountTables::read(const ProcDirectory& proc, std::span<const Process* const> processes) {
    constexpr std::size_t at_once = 64;
    std::vector<const Process*> asked;
    std::set<Inode> homes;
    const auto ask = [&] {
        if (asked.size() > 1 && read_ < most_in_all) read_together(proc, asked);
        asked.clear();
    };
    for (const Process* process : processes) {
        const Inode home = process->ns.mnt;
        if (!home || tables_.contains(home) || process->state == ProcessState::zombie || !homes.insert(home).second) continue;
        asked.push_back(process);
        if (asked.size() == at_once) ask();
    }
    ask();
}

void MountTables::read_together(const ProcDirectory& proc, std::span<const Process* const> processes) {
    constexpr std::size_t usual_size = std::size_t{64} << 10;  // more is asked for by itself
    std::vector<std::string> names;
    for (const Process* process : processes) names.push_back(std::to_string(process->pid.value) + "/mountinfo");
    std::vector<FileWanted> wanted;
    for (const std::string& name : names) wanted.push_back({.name = name.c_str(), .most = usual_size, .records = true});
    const auto texts = read_in_time(proc, concern_of(processes.front()->pid) + " and others", wanted);
    for (std::size_t i = 0; i < processes.size(); ++i) {
        if (!texts[i] || texts[i]->size() >= usual_size) continue;
        // The number may have been given away since, to somebody who lives elsewhere.
        const auto home = proc.link((std::to_string(processes[i]->pid.value) + "/ns/mnt").c_str());
        if (home && bracketed_number(*home, "mnt:[") == processes[i]->ns.mnt.value) add(processes[i]->ns.mnt, *texts[i], processes[i]->pid);
    }
}

const MountTables::Table& MountTables::of(const ProcDirectory& directory, const Process& process, ReadErrors& errors) {
    static const Table nothing;
    if (const auto found = tables_.find(process.ns.mnt); found != tables_.end()) return found->second;
    if (read_ >= most_in_all) {
        errors.note("mounts", EOVERFLOW);
        return nothing;
    }
    const auto text = read_in_time(directory, process.pid, {.name = "mountinfo", .most = std::size_t{16} << 20, .records = true});
    if (!text) {
        if (text.error() != EINVAL) errors.note("mounts", text.error());  // EINVAL: the process has left its namespaces, it ends
        return nothing;
    }
    return add(process.ns.mnt, *text, process.pid);
}

std::vector<Mount> MountTables::take(Inode mount_namespace) {
    const auto found = tables_.find(mount_namespace);
    return found == tables_.end() ? std::vector<Mount>() : std::exchange(found->second.mounts, {});
}

const MountTables::Table* MountTables::find(Inode mount_namespace) const {
    const auto found = tables_.find(mount_namespace);
    return found == tables_.end() ? nullptr : &found->second;
}

}  // namespace shimtrace::host
