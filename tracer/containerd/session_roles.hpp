// Roles while a session runs: what a listing found, kept up as processes start, exec and end.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace shimtrace::containerd {

class SessionRoles {
public:
    using ReadProcess = std::function<std::optional<Process>(Pid)>;
    /// nullopt: it is being looked at, to be asked again.
    using ListHost = std::function<std::optional<Snapshot>()>;

    /// `read` reads one live process. `list` looks at the whole host, once, when something of the session turns out to have to do with
    /// containers, whose roles are told once it is there; empty: there is no need.
    explicit SessionRoles(ReadProcess read, ListHost list = {}) : read_(std::move(read)), list_(std::move(list)) {}
    /// What a look at the whole host has found, with roles assigned.
    void learn(Snapshot listing);
    /// What has been read of some processes just now, with their roles; the whole host may yet be looked at.
    void know(std::vector<Process> processes);

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
    void learn_plugins(const Snapshot& listing);
    /// True: it was not known before, and is now.
    bool learn_host();
    /// Takes over the look that is under way, if there is one, and it is done.
    void learn_if_ready();
    const Process* look(Pid pid);
    OpenFileRoleInfo role_of(Pid pid, const OpenFile& target);
    OpenFileRoleInfo stream(const OpenFile& target);
    /// A socket of containerd's own under a name that only a shim's or containerd's command line tells.
    [[nodiscard]] OpenFileRoleInfo daemon_socket(const OpenFile& target);
    void learn_addresses(const Process& process);

    ReadProcess read_;
    ListHost list_;                               ///< empty once it has answered
    bool looks_ = false;                          ///< it was asked, and has not answered yet
    std::unordered_set<Pid> told_meanwhile_;      ///< since then: who they are by now the look may not know
    std::optional<Inode> mount_namespace_;        ///< the host's; where it was asked for
    bool knows_plugins_ = false;                  ///< the sockets of containerd's plugins
    std::map<ContainerRef, std::string> names_;   ///< of the listing's containers
    std::unordered_map<Pid, Process> processes_;  ///< with their roles
    std::map<std::string, OpenFileRole, std::less<>> addresses_;
    std::unordered_map<Inode, OpenFileRoleInfo> streams_;  ///< pipes and unnamed sockets of containers' stdio and of runc
};

}  // namespace shimtrace::containerd
