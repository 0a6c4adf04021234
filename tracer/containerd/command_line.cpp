#include "tracer/containerd/command_line.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::containerd {

namespace {

/// An option that takes a value, and where the value goes; nullptr: nowhere.
template <typename Command>
struct ValueOption {
    std::string_view name;
    std::string Command::*field = nullptr;
};

// pkg/shim/shim.go of containerd: Go's flag package, so one dash or two, "-name value" or "-name=value".
constexpr ValueOption<ShimCommand> shim_options[] = {
    {"namespace", &ShimCommand::ns},  {"id", &ShimCommand::id}, {"address", &ShimCommand::address},
    {"bundle", &ShimCommand::bundle}, {"publish-binary"},       {"socket"},
};

// cmd/containerd/command/main.go.
constexpr ValueOption<ContainerdCommand> containerd_options[] = {
    {"config", &ContainerdCommand::config},
    {"c", &ContainerdCommand::config},
    {"state", &ContainerdCommand::state},
    {"root", &ContainerdCommand::root},
    {"address", &ContainerdCommand::address},
    {"a", &ContainerdCommand::address},
    {"log-level"},
    {"l"},
};

// runc 1.0 to 1.3 (main.go) and crun 1.x (crun.c).
constexpr ValueOption<RuntimeCommand> global_options[] = {
    {"root", &RuntimeCommand::root},
    {"log", &RuntimeCommand::log},
    {"log-format"},
    {"log-level"},
    {"criu"},
    {"rootless"},
    {"cgroup-manager"},
};

// All subcommands' options that take a value; no name means two things.
constexpr ValueOption<RuntimeCommand> subcommand_options[] = {
    {"bundle", &RuntimeCommand::bundle},
    {"b", &RuntimeCommand::bundle},
    {"pid-file", &RuntimeCommand::pid_file},
    {"console-socket", &RuntimeCommand::console_socket},
    {"process", &RuntimeCommand::process_file},
    {"p", &RuntimeCommand::process_file},
    {"preserve-fds"},
    {"preserve-file"},
    {"config"},
    {"f"},
    {"cwd"},
    {"env"},
    {"e"},
    {"user"},
    {"u"},
    {"additional-gids"},
    {"g"},
    {"apparmor"},
    {"process-label"},
    {"cap"},
    {"c"},
    {"cgroup"},
    {"format"},
    {"interval"},
    {"stats"},
    {"resources"},
    {"r"},
    {"image-path"},
    {"work-path"},
    {"parent-path"},
    {"page-server"},
    {"manage-cgroups-mode"},
    {"status-fd"},
    {"lsm-profile"},
    {"lsm-mount-context"},
    {"empty-ns"},
    {"blkio-weight"},
    {"cpu-period"},
    {"cpu-quota"},
    {"cpu-burst"},
    {"cpu-share"},
    {"cpu-rt-period"},
    {"cpu-rt-runtime"},
    {"cpuset-cpus"},
    {"cpuset-mems"},
    {"kernel-memory"},
    {"kernel-memory-tcp"},
    {"memory"},
    {"memory-reservation"},
    {"memory-swap"},
    {"pids-limit"},
    {"l3-cache-schema"},
    {"mem-bw-schema"},
    {"cpu-idle"},
};

constexpr std::string_view runtime_operations[] = {
    "create", "start",  "exec",   "run",        "kill",    "delete", "state", "ps",       "pause",
    "resume", "update", "events", "checkpoint", "restore", "list",   "spec",  "features",
};

/// Flags that a runtime's caller writes before the subcommand; that and a subcommand make a command line a runtime's.
constexpr std::string_view caller_flags[] = {"root", "log", "log-format", "systemd-cgroup", "cgroup-manager", "rootless"};

template <typename Command>
const ValueOption<Command>* find_option(std::span<const ValueOption<Command>> options, std::string_view name) {
    const auto found = std::ranges::find(options, name, &ValueOption<Command>::name);
    return found == options.end() ? nullptr : &*found;
}

/// One command line, walked word by word.
class Words {
public:
    explicit Words(CommandLine words) : words_(words.subspan(std::min<std::size_t>(1, words.size()))) {}

    bool done() const { return at_ >= words_.size(); }
    std::string_view peek() const { return words_[at_]; }
    std::string_view next() { return words_[at_++]; }
    bool is_option() const { return !done() && peek().size() > 1 && peek().front() == '-' && peek() != "--"; }

    /// The option's name without dashes. Its value, written as "name=value" or as the next word, goes where `options` say.
    template <typename Command>
    std::string_view option(std::span<const ValueOption<Command>> options, Command& command) {
        std::string_view word = next();
        word.remove_prefix(word.starts_with("--") ? 2 : 1);
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        const ValueOption<Command>* row = find_option(options, name);
        if (row == nullptr) return name;
        std::string_view value;
        if (equals != word.npos)
            value = word.substr(equals + 1);
        else if (!done())
            value = next();
        if (row->field != nullptr) command.*(row->field) = value;
        return name;
    }

private:
    CommandLine words_;
    std::size_t at_ = 0;
};

}  // namespace

std::string_view base_name(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    return slash == path.npos || path.size() == 1 ? path : path.substr(slash + 1);
}

std::string_view parent_path(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos) return "";
    return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view program_name(std::string_view path) {
    constexpr std::string_view deleted = " (deleted)";
    if (path.ends_with(deleted)) path.remove_suffix(deleted.size());
    return base_name(path);
}

std::optional<ShimCommand> parse_shim(CommandLine arguments) {
    ShimCommand command;
    Words words(arguments);
    while (words.is_option()) words.option<ShimCommand>(shim_options, command);
    if (!words.done()) command.action = words.next();
    if (command.ns.empty() || command.id.empty() || command.address.empty()) return std::nullopt;
    return command;
}

std::optional<RuntimeCommand> parse_runtime(CommandLine arguments, bool known_binary) {
    RuntimeCommand command;
    Words words(arguments);
    bool called_as_runtime = known_binary;
    while (words.is_option()) {
        const std::string_view name = words.option<RuntimeCommand>(global_options, command);
        if (std::ranges::find(caller_flags, name) != std::end(caller_flags)) called_as_runtime = true;
        if (name == "systemd-cgroup") command.systemd_cgroup = true;
    }
    if (!called_as_runtime || words.done()) return std::nullopt;
    command.operation = words.next();
    if (std::ranges::find(runtime_operations, command.operation) == std::end(runtime_operations)) return std::nullopt;
    while (!words.done()) {
        if (words.is_option()) {
            words.option<RuntimeCommand>(subcommand_options, command);
        } else if (words.peek() == "--") {
            words.next();
        } else {
            command.id = words.next();
            break;
        }
    }
    return command;
}

bool is_runtime_init(CommandLine arguments) {
    return arguments.size() == 2 && arguments[1] == "init";
}

ContainerdCommand parse_containerd(CommandLine arguments) {
    ContainerdCommand command;
    Words words(arguments);
    while (words.is_option()) words.option<ContainerdCommand>(containerd_options, command);
    return command;
}

}  // namespace shimtrace::containerd
