// A process table made by hand, as host would read it.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::test {

inline std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> list;
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        list.emplace_back(word);
        line.remove_prefix(std::min(line.size(), word.size() + 1));
    }
    return list;
}

constexpr std::uint64_t host_namespace = 1000;

inline Process process(std::int32_t pid, std::int32_t parent, std::string_view command_line, std::string_view exe = "") {
    Process made;
    made.pid = Pid{pid};
    made.parent = Pid{parent};
    made.start_time = static_cast<std::uint64_t>(pid) * 10;
    made.command_line = split(command_line);
    made.exe = exe.empty() && !made.command_line.empty() ? made.command_line[0] : std::string(exe);
    made.comm = made.exe.substr(made.exe.rfind('/') + 1).substr(0, 15);
    made.state = ProcessState::sleeping;
    made.ns_pids = {pid};
    made.ns.pid = made.ns.mnt = Inode{host_namespace};
    made.cgroup = "/";
    return made;
}

/// The same in a container's namespaces and cgroup.
inline Process inside(Process made, std::uint64_t ns, std::int32_t ns_pid, std::string_view cgroup) {
    made.ns.pid = made.ns.mnt = Inode{ns};
    made.ns_pids.push_back(ns_pid);
    made.cgroup = cgroup;
    return made;
}

inline FdEntry descriptor(std::int32_t fd, OpenFileKind kind, std::string_view path, std::uint64_t inode) {
    FdEntry entry;
    entry.fd = Fd{fd};
    entry.target.kind = kind;
    entry.target.path = path;
    entry.target.inode = Inode{inode};
    return entry;
}

inline ContainerFiles container(std::string_view ns, std::string_view id, std::int32_t init) {
    ContainerFiles files;
    files.container = {std::string(ns), std::string(id)};
    files.state_dir = "/run/containerd";
    files.bundle = "/run/containerd/io.containerd.runtime.v2.task/" + std::string(ns) + "/" + std::string(id);
    files.bundle_exists = true;
    files.containerd_address = "/run/containerd/containerd.sock";
    files.address = "unix:///run/containerd/s/" + std::string(id);
    files.runc_root = "/run/containerd/runc/" + std::string(ns);
    files.state_path = files.runc_root + "/" + std::string(id) + "/state.json";
    files.state_json_exists = true;
    files.init_pid = files.state_init_pid = Pid{init};
    files.state_init_start = static_cast<std::uint64_t>(init) * 10;
    files.cgroup = "/" + std::string(ns) + "/" + std::string(id);
    return files;
}

}  // namespace shimtrace::test
