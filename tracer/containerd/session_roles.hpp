// Roles while a session runs: what a listing found, kept up as processes start, exec and end.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace shimtrace::containerd {

class SessionRoles {
public:
    using ReadProcess = std::function<std::optional<Process>(Pid)>;

    /// `listing`: with roles assigned, or empty. `read` reads one live process. `plugins`: the sockets of containerd's plugins.
    SessionRoles(Snapshot listing, ReadProcess read, const std::vector<std::string>& plugins = {});

    /// The role of a process as it is now, without threads and descriptors: to be told anew at its start and after each exec.
    ProcessRoleInfo process(Process fresh);
    /// As it was when it was last told of, or looked at; nullptr: never.
    [[nodiscard]] const Process* known(Pid pid) const {
        const auto found = processes_.find(pid);
        return found == processes_.end() ? nullptr : &found->second;
    }
    /// The role of what `pid` holds.
    OpenFileRoleInfo target(Pid pid, const OpenFile& target);

private:
    const Process* look(Pid pid);
    OpenFileRoleInfo role_of(Pid pid, const OpenFile& target);
    OpenFileRoleInfo stream(const OpenFile& target);
    /// A socket of containerd's own under a name that only a shim's or containerd's command line tells.
    [[nodiscard]] OpenFileRoleInfo daemon_socket(const OpenFile& target) const;
    void learn_addresses(const Process& process);

    ReadProcess read_;
    std::map<ContainerRef, std::string> names_;   ///< of the listing's containers
    std::unordered_map<Pid, Process> processes_;  ///< with their roles
    std::map<std::string, OpenFileRole, std::less<>> addresses_;
    std::unordered_map<Inode, OpenFileRoleInfo> streams_;  ///< pipes and unnamed sockets of containers' stdio and of runc
};

}  // namespace shimtrace::containerd
