// What the command lines of shims, runtimes and containerd say. Pure.
#pragma once

#include <shimtrace/role.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::containerd {

using CommandLine = std::span<const std::string>;

/// `containerd-shim-runc-v2 -namespace NS -id ID -address SOCK [start|delete]`, whatever the binary's name.
struct ShimCommand {
    std::string ns, id, address;
    std::string bundle;  ///< -bundle, where given
    std::string action;  ///< "start" or "delete"; empty: the server
};
std::optional<ShimCommand> parse_shim(CommandLine arguments);
/// The last word of a shim that is told by its working directory what it is of (`shim start`, its parameters on stdin): "start", "delete";
/// empty: the server.
std::string_view shim_action(CommandLine arguments);

/// `runc --root R --log L create --bundle B --pid-file P ID`, whatever the binary's name. The runtimes' options are in
/// decoders/oci/runtimes.
struct RuntimeCommand {
    std::string operation;  ///< "create", "start", "exec", "kill" …
    std::string root;       ///< --root; empty: the runtime's default
    std::string log;
    std::string bundle, pid_file, console_socket, process_file;
    std::string id;
    bool systemd_cgroup = false;
};
/// `known_binary`: the name already tells that it is a runtime. Otherwise --root or --log must stand before a runtime's
/// subcommand, as callers of a runtime write them.
std::optional<RuntimeCommand> parse_runtime(CommandLine arguments, bool known_binary);

/// `runc init`: what runc starts inside the new namespaces; it never has options.
bool is_runtime_init(CommandLine arguments);

/// `conmon -c ID -n NAME -r RUNTIME -b BUNDLE …`: podman's and CRI-O's monitor of one container, or of one exec in it.
struct MonitorCommand {
    std::string id, name, bundle, runtime;
    std::string runtime_root;  ///< --root among the arguments that it hands on to the runtime; empty: the runtime's default
    bool of_exec = false;
};
std::optional<MonitorCommand> parse_monitor(CommandLine arguments);

struct ContainerdCommand {
    std::string config, state, root, address;  ///< empty: not given
};
ContainerdCommand parse_containerd(CommandLine arguments);

struct DockerdCommand {
    std::string data_root, config_file;
    std::string ns;  ///< containerd's namespace for its containers; all empty: not given
};
DockerdCommand parse_dockerd(CommandLine arguments);

/// The last component of a path.
std::string_view base_name(std::string_view path);
/// All before it, without the slash; "/" for a file of the root directory.
std::string_view parent_path(std::string_view path);

/// The program's name without directory; " (deleted)" left out.
std::string_view program_name(std::string_view exe_or_argument);

}  // namespace shimtrace::containerd
