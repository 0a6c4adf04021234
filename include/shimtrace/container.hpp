// What containerd and a runtime have written of a container.
#pragma once

#include <shimtrace/role.hpp>
#include <shimtrace/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace {

/// A process that exec brought into a container, as the bundle's EXEC_ID.pid names it.
struct ExecPidFile {
    std::string exec_id;
    Pid pid;
    Nanoseconds gone_for{};  ///< that process is gone, and was so for so long: known where two looks have seen it
};

/// One hook of config.json.
struct OciHook {
    std::string kind;  ///< "prestart", "createRuntime" …: the key in config.json
    std::string path;
    std::vector<std::string> arguments;
};

/// containerd's and runc's files of one container, as they stand on disk.
struct ContainerFiles {
    ContainerRef container;
    std::string state_dir;  ///< containerd's STATE
    std::string bundle;     ///< the bundle's directory; empty: none
    bool bundle_exists = false;
    std::string address;             ///< the shim's socket, from `address` or bootstrap.json
    std::string containerd_address;  ///< containerd.sock
    std::string runc_root;           ///< `runc --root` for it
    bool exec_fifo = false;          ///< created, not started
    std::optional<std::int64_t> exec_fifo_age_s;
    Pid init_pid;                        ///< init.pid
    Pid state_init_pid;                  ///< state.json's init_process_pid
    std::uint64_t state_init_start = 0;  ///< its init_process_start
    std::string state_json_error;        ///< what is wrong with state.json, with line and column; empty: nothing
    bool state_json_exists = false;
    std::string config_json_error;
    std::string cgroup;                    ///< from state.json's cgroup_paths
    std::vector<std::string> log_errors;   ///< runc's own last words in log.json
    Pid sandbox_shim;                      ///< the shim that serves it; 0: none alive
    std::string state_path;                ///< runc's state.json (crun: `status`); empty: none found
    std::string created;                   ///< as the runtime's state says it, RFC 3339
    std::string rootfs;                    ///< the root file system's path on the host
    std::string sandbox;                   ///< the id of the pod's sandbox, from the annotations; its own id: it is the sandbox
    std::string pod_namespace, pod, name;  ///< what Kubernetes calls it, from the annotations
    std::vector<ExecPidFile> execs;
    std::vector<OciHook> hooks;
    std::string unresponsive_mount;             ///< its bundle or state lies on this mount, which does not answer: they were not read
    Pid seen_through;                           ///< its paths are those of this process's root; 0: shimtrace's own
    std::string runtime;                        ///< whose state it is: "runc", "crun" …; empty: none was found
    std::uint32_t owner = 0;                    ///< the user whose container it is: root, or who runs a rootless runtime
    std::string engine_name;                    ///< what docker, podman or nerdctl call it; empty: not known
    Pid monitor;                                ///< the conmon that keeps it; 0: none alive
    Nanoseconds init_gone_for{};                ///< its init is gone, and was so for so long: known where two looks have seen it
    std::optional<std::int64_t> changed_s_ago;  ///< since something was made or removed in its bundle or state's directory
    bool remade = false;                        ///< between two looks: its bundle and its state may be of two that had its name
    Pid gofer;                                  ///< who serves the host's files to its sandbox, as its state has it; 0: none
};

}  // namespace shimtrace
