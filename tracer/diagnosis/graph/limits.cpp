#include "tracer/diagnosis/graph/limits.hpp"

#include <linux/capability.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

bool has(const Observer& observer, unsigned capability) {
    return (observer.capabilities >> capability & 1U) != 0;
}

bool is_root_on_host(const Observer& observer) {
    return observer.uid == 0 && observer.host_users;
}

void name(std::string& list, std::string_view one) {
    list += (list.empty() ? "" : " and ") + std::string(one);
}

}  // namespace

std::string missing_for_processes(const Observer& observer) {
    if (!observer.known) return {};
    std::string missing;
    if (!observer.host_users) name(missing, "the host's user namespace");
    if (!has(observer, CAP_SYS_PTRACE)) name(missing, "CAP_SYS_PTRACE");
    // /proc/PID/fd and its like belong to the process's user.
    if (const std::string files = missing_for_files(observer); !files.empty() && observer.host_users) name(missing, files);
    return missing;
}

std::string missing_for_files(const Observer& observer) {
    if (!observer.known || is_root_on_host(observer) || has(observer, CAP_DAC_READ_SEARCH) || has(observer, CAP_DAC_OVERRIDE)) return {};
    return "CAP_DAC_READ_SEARCH";
}

bool sees_sockets_of(const Facts& facts, const Process& process) {
    const Snapshot& snapshot = facts.snapshot();
    if (!snapshot.observer.known || has(snapshot.observer, CAP_SYS_ADMIN) || !process.ns.net) return true;
    const bool has_some = std::ranges::any_of(process.fds, [](const FdEntry& entry) {
        return entry.target.kind == OpenFileKind::unix_socket || entry.target.kind == OpenFileKind::inet_socket;
    });
    return !has_some || std::ranges::find(snapshot.sockets, process.ns.net, &SocketFacts::network) != snapshot.sockets.end();
}

Limit unseen_sockets(std::string of) {
    return {"sockets of " + std::move(of), "their network namespace cannot be entered", "CAP_SYS_ADMIN"};
}

Limit other_pid_namespace() {
    return {"processes outside of this pid namespace", "shimtrace runs in a pid namespace of its own",
            "hostPID (kubectl debug node/NODE, docker run --pid=host)"};
}

std::vector<Limit> host_limits(const Facts& facts) {
    std::vector<Limit> limits;
    const Observer& observer = facts.snapshot().observer;
    if (!observer.known) return limits;
    if (!facts.sees_hosts_processes()) limits.push_back(other_pid_namespace());
    if (!facts.process(Pid{1}))
        limits.push_back({"processes of other users", "/proc is mounted with hidepid", "root, or the group that gid= of /proc names"});
    if (const std::string missing = missing_for_files(observer); !missing.empty())
        limits.push_back({"files of containerd and runc", "they belong to root", missing});
    if (!std::ranges::all_of(facts.snapshot().processes, [&](const Process& process) { return sees_sockets_of(facts, process); }))
        limits.push_back(unseen_sockets("other network namespaces"));
    return limits;
}

void add_limit(std::vector<Limit>& limits, Limit limit) {
    constexpr std::size_t most = 64;
    if (limits.size() < most && std::ranges::find(limits, limit) == limits.end()) limits.push_back(std::move(limit));
}

}  // namespace shimtrace::diagnosis
