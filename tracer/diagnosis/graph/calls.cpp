#include "tracer/diagnosis/graph/calls.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace shimtrace::diagnosis {

namespace {

struct UsualTime {
    std::string_view service, method;  ///< an empty method: all others of it
    double seconds;                    ///< negative: for as long as its caller likes
    bool goes_on = false;              ///< as long as what it works on takes
};

// A kubelet gives most calls two minutes; what is well takes well under five seconds.
constexpr auto usual_times = std::to_array<UsualTime>({
    {"RuntimeService", "GetContainerEvents", -1},
    {"RuntimeService", "ExecSync", 5, true},
    {"RuntimeService", "StopContainer", 5, true},  // its grace period
    {"RuntimeService", "StopPodSandbox", 5},
    {"RuntimeService", "", 5},
    {"ImageService", "PullImage", 5, true},
    {"ImageService", "", 5},
    {"Events", "Subscribe", -1},
    {"Tasks", "Wait", -1},
    {"Content", "Read", 5, true},
    {"Content", "Write", 5, true},
    {"Streaming", "", -1},
    {"Controller", "Wait", -1},
    {"Control", "Solve", -1},  // buildkit: a build
    {"Control", "Session", -1},
    {"Control", "Status", -1},
    {"Transfer", "", 5, true},
    {"Diff", "", 5, true},
    {"Health", "Watch", -1},
    {"docker", "getEvents", -1},
    {"docker", "postContainersWait", -1},
    {"docker", "postContainersAttach", -1},
    {"docker", "wsContainersAttach", -1},
    {"docker", "postContainerExecStart", -1},
    {"docker", "getContainersLogs", -1},
    {"docker", "getContainersStats", -1},
    {"docker", "postImagesCreate", 5, true},
    {"docker", "postBuild", 5, true},
    {"docker", "postContainersStop", 5, true},
    {"docker", "postContainersRestart", 5, true},
    {"", "", 5},
});

struct AwaitedRow {
    std::string_view method;
    Awaited processes;
};
constexpr AwaitedRow awaited[] = {
    {"StopContainer", Awaited::all},
    {"RemoveContainer", Awaited::all},
    {"StopPodSandbox", Awaited::all},
    {"RemovePodSandbox", Awaited::all},
    {"Delete", Awaited::all},
    {"Kill", Awaited::all},
    {"StartContainer", Awaited::runtimes},
    {"Start", Awaited::runtimes},
    {"UpdateContainerResources", Awaited::runtimes},
    {"postContainersStop", Awaited::all},
    {"postContainersKill", Awaited::all},
    {"postContainersRestart", Awaited::all},
    {"deleteContainers", Awaited::all},
    {"postContainersStart", Awaited::runtimes},
    {"postContainerUpdate", Awaited::runtimes},
    {"postContainersPause", Awaited::runtimes},
    {"Update", Awaited::runtimes},
    {"ExecSync", Awaited::execs},
    {"Exec", Awaited::runtimes},
};

const UsualTime& usual_time(const GoServedCall& call) {
    return *std::ranges::find_if(usual_times, [&](const UsualTime& row) {
        return row.service.empty() || (row.service == call.service && (row.method.empty() || row.method == call.method));
    });
}

template <typename Wanted>
std::vector<NodeKey> all_calls(const Facts& facts, Wanted wanted) {
    std::vector<NodeKey> found;
    for (const auto& [server, goroutine] : facts.served_calls())
        if (wanted(*server, *goroutine)) found.push_back(NodeKey::of(server->pid, goroutine->id));
    return found;
}

bool same_letters(std::string_view one, std::string_view other) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(one, other, {}, lower, lower);
}

std::string_view method_of(std::string_view asked) {
    return asked.substr(asked.rfind('.') + 1);
}

/// It lasts for as long as what is waited for lives, or until something happens.
bool is_open_ended(std::string_view asked) {
    // What a server sends when it likes: "devicePluginListAndWatch.Recv", swarmkit's "dispatcherAssignments.Recv". It owes what a client
    // reads.
    constexpr auto owed = std::to_array<std::string_view>({"contentRead.Recv", "contentWrite.Recv", "Write.Recv"});
    const bool listens =
        method_of(asked) == "Recv" && std::ranges::none_of(owed, [&](std::string_view one) { return asked.ends_with(one); });
    return listens || method_of(asked) == "Wait" || is_subscription(asked);
}

constexpr std::size_t shortest_id = 4;

/// It has its sandbox's id: its own is yet to be made.
bool names_sandbox(const GoServedCall& call) {
    return call.service == "RuntimeService" && call.method == "CreateContainer";
}

bool has_files(const Facts& facts, const GoServedCall& call) {
    return std::ranges::any_of(facts.snapshot().containers,
                               [&](const ContainerFiles& files) { return names_container(call.container, files.container.id); });
}

/// The kubelet asks again and again how those that have ended are: only where that does not come back is it told of.
bool is_passing_question(const Goroutine& goroutine) {
    const std::string& method = goroutine.serves->method;
    return (method.ends_with("Status") || method.ends_with("Stats")) && waiting_seconds(goroutine) < usual_seconds(goroutine.serves);
}

}  // namespace

bool names_container(std::string_view given, std::string_view id) {
    return given.size() >= shortest_id && id.starts_with(given);
}

bool is_daemon(const Process& process) {
    return process.go && (process.role.role == ProcessRole::containerd || process.role.role == ProcessRole::client);
}

bool retries_lock(const Goroutine& goroutine) {
    return has_frame(goroutine, "bbolt.flock");
}

bool awaits_output(const Goroutine& goroutine) {
    const GoWaitKind kind = goroutine.wait.kind;
    return has_frame(goroutine, "os/exec.(*Cmd).Wait") &&
           (kind == GoWaitKind::chan_receive || kind == GoWaitKind::select || kind == GoWaitKind::child);
}

bool copies_output(const Goroutine& goroutine) {
    return goroutine.wait.kind == GoWaitKind::fd_read && !goroutine.changed && has_frame(goroutine, "os/exec.(*Cmd)");
}

bool asks_name_server(const Goroutine& goroutine) {
    return goroutine.wait.kind == GoWaitKind::fd_read && !goroutine.changed &&
           (has_frame(goroutine, "net.dnsPacketRoundTrip") || has_frame(goroutine, "net.dnsStreamRoundTrip"));
}

bool loads_shims(const Goroutine& goroutine) {
    return has_frame(goroutine, "v2.(*ShimManager).loadShims");
}

bool serves_calls(const Process& process) {
    return process.go && process.role.role != ProcessRole::shim && process.role.role != ProcessRole::runtime &&
           !is_container_role(process.role.role) &&
           std::ranges::any_of(process.go->goroutines, [](const Goroutine& goroutine) { return !goroutine.serves->method.empty(); });
}

Awaited awaited_by(const GoServedCall& call) {
    const auto row = std::ranges::find(awaited, call.method, &AwaitedRow::method);
    return row == std::end(awaited) ? Awaited::none : row->processes;
}

bool waits_for_processes(const GoServedCall& call) {
    return call.container.size() >= shortest_id && awaited_by(call) != Awaited::none;
}

double usual_seconds(const GoServedCall& call) {
    return usual_time(call).seconds;
}

bool goes_on_for_long(const GoServedCall& call) {
    return usual_time(call).goes_on;
}

double waiting_seconds(const Goroutine& goroutine) {
    return goroutine.waiting && goroutine.waiting->count() > 0 ? std::chrono::duration<double>(*goroutine.waiting).count() : -1;
}

std::vector<const Goroutine*> calls_under_way(const Process& daemon) {
    std::vector<const Goroutine*> calls;
    if (!daemon.go) return calls;
    for (const Goroutine& goroutine : daemon.go->goroutines)
        if (!goroutine.serves->method.empty() && usual_seconds(goroutine.serves) >= 0) calls.push_back(&goroutine);
    std::ranges::sort(calls, {}, [](const Goroutine* goroutine) { return goroutine->id; });
    return calls;
}

std::vector<NodeKey> calls_about(const Facts& facts, const ContainerRef& container, const ContainerFiles* files) {
    if (!container) return {};
    const bool sandbox = files && (files->sandbox == container.id);
    return all_calls(facts, [&](const Process&, const Goroutine& goroutine) {
        const GoServedCall& call = goroutine.serves;
        if (names_container(call.container, container.id)) return sandbox || !names_sandbox(call);
        // What makes a container, or pulls for one, is about the pod, and so is what is done to one that has no files.
        return sandbox && !call.pod.empty() && call.pod == files->pod && call.pod_namespace == files->pod_namespace &&
               (call.container.empty() || !has_files(facts, call));
    });
}

std::vector<NodeKey> calls_about(const Facts& facts, const PodRef& pod) {
    std::set<std::string> sandboxes;  // torn down: the call has the sandbox's id alone, and its plugin the names
    for (const Process& process : facts.snapshot().processes) {
        if (process.role.role != ProcessRole::plugin) continue;
        if (const PodRef of = pod_of_plugin(process); of.pod == pod.pod && of.pod_namespace == pod.pod_namespace && process.role.container)
            sandboxes.insert(process.role.container.id);
    }
    return all_calls(facts, [&](const Process& daemon, const Goroutine& goroutine) {
        if (pod.daemon && daemon.pid != pod.daemon) return false;
        const GoServedCall& call = goroutine.serves;
        if (!call.pod.empty()) return call.pod == pod.pod && call.pod_namespace == pod.pod_namespace;
        return std::ranges::any_of(sandboxes, [&](const std::string& id) { return names_container(call.container, id); });
    });
}

std::vector<NodeKey> calls_about_unknown(const Facts& facts) {
    return all_calls(facts, [&](const Process&, const Goroutine& goroutine) {
        const GoServedCall& call = goroutine.serves;
        return call.service == "RuntimeService" && call.method == "StartContainer" && call.container.size() >= shortest_id &&
               call.pod.empty() && !has_files(facts, call);
    });
}

bool is_subscription(std::string_view asked) {
    return asked.find("Subscribe") != asked.npos;
}

std::vector<NodeKey> calls_made_by(const Facts& facts, const Process& client) {
    std::vector<NodeKey> calls;
    for (const FdEntry& entry : client.fds) {
        if (entry.target.kind != OpenFileKind::unix_socket) continue;
        for (NodeKey& one : handlers_of(facts, entry.target, {}))
            if (std::ranges::find(calls, one) == calls.end()) calls.push_back(std::move(one));
    }
    if (client.go)
        for (const Goroutine& goroutine : client.go->goroutines)
            if (!goroutine.wait.reply->protocol.empty() && !goroutine.system && goroutine.serves->method.empty() &&
                !is_open_ended(goroutine.wait.reply->method))
                calls.push_back(NodeKey::of(client.pid, goroutine.id));
    return calls;
}

namespace {

bool came_by(const Facts& facts, const Process& server, const Goroutine& call, Inode own_end) {
    const OpenFile* by = call.serves->connection.value < 0 ? nullptr : facts.target(server, call.serves->connection);
    return by && by->inode == own_end;
}

}  // namespace

std::vector<NodeKey> handlers_of(const Facts& facts, const OpenFile& connection, std::string_view method) {
    if (!connection.socket || !connection.socket->peer_inode) return {};
    return all_calls(facts, [&](const Process& daemon, const Goroutine& goroutine) {
        return came_by(facts, daemon, goroutine, connection.socket->peer_inode) &&
               (method.empty() || same_letters(method_of(method), goroutine.serves->method));
    });
}

std::vector<const Goroutine*> handlers_on(const Facts& facts, const Process& server, Inode own_end) {
    std::vector<const Goroutine*> found;
    if (!server.go || !own_end) return found;
    for (const Goroutine& goroutine : server.go->goroutines)
        if (came_by(facts, server, goroutine, own_end)) found.push_back(&goroutine);
    return found;
}

PodRef pod_of_plugin(const Process& plugin) {
    PodRef pod;
    for (std::string_view entry : plugin.environment) {
        constexpr std::string_view key = "CNI_ARGS=";
        if (!entry.starts_with(key)) continue;
        entry.remove_prefix(key.size());
        while (!entry.empty()) {
            const std::string_view one = entry.substr(0, entry.find(';'));
            entry.remove_prefix(std::min(one.size() + 1, entry.size()));
            if (one.starts_with("K8S_POD_NAMESPACE=")) pod.pod_namespace = one.substr(one.find('=') + 1);
            if (one.starts_with("K8S_POD_NAME=")) pod.pod = one.substr(one.find('=') + 1);
        }
    }
    return pod;
}

std::vector<PodRef> pods_without_shim(const Facts& facts) {
    std::set<PodRef> pods;
    const auto has_shim = [&](const PodRef& pod) {
        return std::ranges::any_of(facts.snapshot().containers, [&](const ContainerFiles& files) {
            return files.pod == pod.pod && files.pod_namespace == pod.pod_namespace && facts.process(files.sandbox_shim);
        });
    };
    const auto add = [&](PodRef pod) {
        if (!pod.pod.empty() && !pod.pod_namespace.empty() && !has_shim(pod)) pods.insert(std::move(pod));
    };
    for (const Process& process : facts.snapshot().processes) {
        if (process.role.role == ProcessRole::plugin && !is_zombie(process)) {
            PodRef pod = pod_of_plugin(process);
            const Process* above = facts.process(process.parent);
            while (above && above->role.role == ProcessRole::plugin) above = facts.process(above->parent);
            if (above) pod.daemon = above->pid;
            add(std::move(pod));
        }
    }
    for (const auto& [server, call] : facts.served_calls())
        if (!is_passing_question(*call)) add({call->serves->pod_namespace, call->serves->pod, server->pid});
    return {pods.begin(), pods.end()};
}

std::vector<PodRef> pods_of_unmade(const Facts& facts, std::string_view text) {
    std::set<PodRef> pods;
    for (const auto& [server, goroutine] : facts.served_calls()) {
        const GoServedCall& call = goroutine->serves;
        if (call.pod.empty() || call.container.empty() || names_sandbox(call) || has_files(facts, call)) continue;
        const std::string in_pod = call.pod + "/" + call.name;
        const bool named = text.size() >= shortest_id && call.container.starts_with(text);
        if (named || (!call.name.empty() && (text == in_pod || text == call.pod_namespace + "/" + in_pod)))
            pods.insert({call.pod_namespace, call.pod, server->pid});
    }
    return {pods.begin(), pods.end()};
}

}  // namespace shimtrace::diagnosis
