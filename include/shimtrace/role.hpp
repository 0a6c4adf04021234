// What containerd's layout explains: which part a process or a descriptor plays, and for which container.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <tuple>

namespace shimtrace {

/// A container as containerd names it. Plain runc's containers have an empty namespace.
struct ContainerRef {
    std::string ns;
    std::string id;         ///< the full id; empty: no container
    std::string name = {};  ///< what people call it: "prod/web-1/app", docker's "web"; no part of its identity, empty: not known

    explicit operator bool() const { return !id.empty(); }
    bool operator==(const ContainerRef& other) const { return ns == other.ns && id == other.id; }
    std::strong_ordering operator<=>(const ContainerRef& other) const { return std::tie(ns, id) <=> std::tie(other.ns, other.id); }
};

enum class ProcessRole : std::uint8_t {
    none,               ///< nothing known about it
    shim,               ///< containerd-shim-runc-v2 and its like
    runtime,            ///< runc, crun: the command at work (create, start, exec, kill, delete …)
    runtime_init,       ///< `runc init`: in the container's namespaces already, before the container's own exec
    hook,               ///< an OCI hook that the runtime waits for
    container_init,     ///< the container's pid 1
    container_exec,     ///< a process brought in by exec
    container_process,  ///< any other process of the container's
    containerd,         ///< the daemon
    client,             ///< ctr, crictl, nerdctl, dockerd, kubelet
    plugin,             ///< a program that a daemon started and waits for: CNI, image verifier, credential helper
    monitor,            ///< conmon: what a shim is to containerd's containers, for one of podman's or CRI-O's
    sandbox,            ///< the kernel that a container has instead of the host's: gVisor's sentry, Kata's virtual machine
    gofer,              ///< serves the host's files to a sandbox: gVisor's gofer, Kata's virtiofsd
};

/// Runs within the container, as its shim, its runtime and its client do not: a program of its own, or what becomes one.
constexpr bool runs_inside(ProcessRole role) {
    return role == ProcessRole::container_init || role == ProcessRole::container_exec || role == ProcessRole::container_process ||
           role == ProcessRole::runtime_init;
}

/// That, or the kernel that all of it runs on.
constexpr bool is_container_role(ProcessRole role) {
    return runs_inside(role) || role == ProcessRole::sandbox;
}

struct ProcessRoleInfo {
    ProcessRole role = ProcessRole::none;
    ContainerRef container;
    std::string exec_id;    ///< container_exec, and the runtime's exec, where known
    std::string operation;  ///< runtime: "create", "start", "exec", "kill", "delete" …; hook: "createRuntime" …

    auto operator<=>(const ProcessRoleInfo&) const = default;
};

enum class OpenFileRole : std::uint8_t {
    none,
    stdin_stream,
    stdout_stream,
    stderr_stream,     ///< of the container, or of the exec in OpenFileRoleInfo::exec_id
    shim_ttrpc,        ///< the shim's own socket, on which containerd calls it
    containerd_grpc,   ///< containerd.sock
    containerd_ttrpc,  ///< containerd.sock.ttrpc: events from shims
    log_fifo,          ///< the bundle's `log`: the shim writes, containerd reads
    runtime_log,       ///< the bundle's log.json
    exec_fifo,         ///< between create and start
    runtime_sync,      ///< runc's pipes or socketpairs between itself and `runc init`
    console_socket,    ///< over which the pty's master comes
    console,           ///< the pty itself
    pid_file,
    state_file,     ///< runc's state.json
    bundle_config,  ///< config.json
    dbus,           ///< systemd's private socket or the system bus
    plugin_grpc,    ///< a plugin's socket on which it is called as containerd is: a snapshotter's, a content store's
    nri,            ///< between containerd and an NRI plugin: ttrpc both ways over one connection
};

struct OpenFileRoleInfo {
    OpenFileRole role = OpenFileRole::none;
    ContainerRef container;
    std::string exec_id;

    auto operator<=>(const OpenFileRoleInfo&) const = default;
};

}  // namespace shimtrace
