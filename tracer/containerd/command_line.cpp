#include "tracer/containerd/command_line.hpp"

#include "decoders/oci/runtimes.hpp"

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

// conmon's src/cli.c: one letter with one dash, or the long name with two. Its flags that take nothing need no row.
constexpr ValueOption<MonitorCommand> monitor_options[] = {
    {"cid", &MonitorCommand::id},
    {"c", &MonitorCommand::id},
    {"name", &MonitorCommand::name},
    {"n", &MonitorCommand::name},
    {"bundle", &MonitorCommand::bundle},
    {"b", &MonitorCommand::bundle},
    {"runtime", &MonitorCommand::runtime},
    {"r", &MonitorCommand::runtime},
    {"api-version"},
    {"cuuid"},
    {"u"},
    {"container-pidfile"},
    {"p"},
    {"conmon-pidfile"},
    {"P"},
    {"exec-process-spec"},
    {"exit-command"},
    {"exit-command-arg"},
    {"exit-delay"},
    {"exit-dir"},
    {"log-level"},
    {"log-path"},
    {"l"},
    {"log-size-max"},
    {"log-size-global-max"},
    {"log-tag"},
    {"log-label"},
    {"persist-dir"},
    {"restore"},
    {"runtime-arg"},
    {"runtime-opt"},
    {"sdnotify-socket"},
    {"seccomp-notify-socket"},
    {"seccomp-notify-plugins"},
    {"socket-dir-path"},
    {"timeout"},
    {"T"},
};

// cmd/dockerd/config.go and options.go of moby; only what leads to its files.
constexpr ValueOption<DockerdCommand> dockerd_options[] = {
    {"data-root", &DockerdCommand::data_root},     {"graph", &DockerdCommand::data_root},         {"g", &DockerdCommand::data_root},
    {"config-file", &DockerdCommand::config_file}, {"containerd-namespace", &DockerdCommand::ns},
};

/// Flags that a runtime's caller writes before the subcommand; that and a subcommand make a command line a runtime's.
constexpr std::string_view caller_flags[] = {"root", "log", "log-format", "systemd-cgroup", "cgroup-manager", "rootless"};

/// Where the value of a runtime's option goes; nullptr: nowhere.
constexpr std::string RuntimeCommand::*field_of(oci::OptionMeaning meaning) {
    switch (meaning) {
        case oci::OptionMeaning::root:
            return &RuntimeCommand::root;
        case oci::OptionMeaning::log:
            return &RuntimeCommand::log;
        case oci::OptionMeaning::bundle:
            return &RuntimeCommand::bundle;
        case oci::OptionMeaning::pid_file:
            return &RuntimeCommand::pid_file;
        case oci::OptionMeaning::console_socket:
            return &RuntimeCommand::console_socket;
        case oci::OptionMeaning::process_file:
            return &RuntimeCommand::process_file;
        case oci::OptionMeaning::other:
            break;
    }
    return nullptr;
}

/// Its options that take a value: of the runtime that it is, or of any where its name is none's.
class RuntimeOptions {
public:
    explicit RuntimeOptions(const oci::Runtime* runtime) : runtime_(runtime) {}

    [[nodiscard]] std::optional<ValueOption<RuntimeCommand>> global(std::string_view name) const {
        return find(name, &oci::Runtime::global_options);
    }
    [[nodiscard]] std::optional<ValueOption<RuntimeCommand>> of_subcommand(std::string_view name) const {
        return find(name, &oci::Runtime::command_options);
    }

private:
    [[nodiscard]] std::optional<ValueOption<RuntimeCommand>> find(std::string_view name,
                                                                  std::span<const oci::ValueOption> oci::Runtime::*options) const {
        for (const oci::Runtime& each : oci::runtimes()) {
            if (runtime_ != nullptr && runtime_ != &each) continue;
            const auto found = std::ranges::find(each.*options, name, &oci::ValueOption::name);
            if (found != (each.*options).end()) return ValueOption<RuntimeCommand>{found->name, field_of(found->meaning)};
        }
        return std::nullopt;
    }

    const oci::Runtime* runtime_;
};

template <typename Command>
std::optional<ValueOption<Command>> find_option(std::span<const ValueOption<Command>> options, std::string_view name) {
    const auto found = std::ranges::find(options, name, &ValueOption<Command>::name);
    return found == options.end() ? std::nullopt : std::optional(*found);
}

/// One command line, walked word by word.
class Words {
public:
    explicit Words(CommandLine words) : words_(words.subspan(std::min<std::size_t>(1, words.size()))) {}

    bool done() const { return at_ >= words_.size(); }
    std::string_view peek() const { return words_[at_]; }
    std::string_view next() { return words_[at_++]; }
    bool is_option() const { return !done() && peek().size() > 1 && peek().front() == '-' && peek() != "--"; }

    /// The option's name without dashes. Its value, written as "name=value" or as the next word, goes where what `find` finds for it says.
    template <typename Command, typename Find>
    std::string_view option(Command& command, const Find& find) {
        std::string_view word = next();
        word.remove_prefix(word.starts_with("--") ? 2 : 1);
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        const std::optional<ValueOption<Command>> row = find(name);
        if (!row) return name;
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
    const auto find = [](std::string_view name) { return find_option<ShimCommand>(shim_options, name); };
    while (words.is_option()) words.option(command, find);
    if (!words.done()) command.action = words.next();
    if (command.ns.empty() || command.id.empty() || command.address.empty()) return std::nullopt;
    return command;
}

std::string_view shim_action(CommandLine arguments) {
    for (const std::string_view action : {"start", "delete"})
        if (arguments.size() > 1 && arguments.back() == action) return action;
    return "";
}

std::optional<RuntimeCommand> parse_runtime(CommandLine arguments, bool known_binary) {
    RuntimeCommand command;
    const RuntimeOptions options(arguments.empty() ? nullptr : oci::runtime_of_program(program_name(arguments.front())));
    const auto global = [&](std::string_view name) { return options.global(name); };
    const auto of_subcommand = [&](std::string_view name) { return options.of_subcommand(name); };
    Words words(arguments);
    bool called_as_runtime = known_binary;
    while (words.is_option()) {
        const std::string_view name = words.option(command, global);
        if (std::ranges::find(caller_flags, name) != std::end(caller_flags)) called_as_runtime = true;
        if (name == "systemd-cgroup") command.systemd_cgroup = true;
    }
    if (!called_as_runtime || words.done()) return std::nullopt;
    command.operation = words.next();
    if (!oci::is_runtime_operation(command.operation)) return std::nullopt;
    while (!words.done()) {
        if (words.is_option()) {
            words.option(command, of_subcommand);
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

std::optional<MonitorCommand> parse_monitor(CommandLine arguments) {
    MonitorCommand command;
    std::vector<std::string> runtime{""};  // as conmon will call it
    Words words(arguments);
    const auto find = [](std::string_view name) { return find_option<MonitorCommand>(monitor_options, name); };
    while (words.is_option()) {
        const std::string_view word = words.peek();
        constexpr std::string_view passed_on = "--runtime-arg";
        if (word == passed_on) {
            words.next();
            if (!words.done()) runtime.emplace_back(words.next());
            continue;
        }
        if (word.starts_with("--runtime-arg=")) runtime.emplace_back(word.substr(passed_on.size() + 1));
        const std::string_view name = words.option(command, find);
        if (name == "exec" || name == "e" || name == "exec-attach") command.of_exec = true;
    }
    if (command.id.empty()) return std::nullopt;
    runtime.front() = command.runtime;
    runtime.insert(runtime.end(), {"state", command.id});
    if (const auto parsed = parse_runtime(runtime, true)) command.runtime_root = parsed->root;
    return command;
}

ContainerdCommand parse_containerd(CommandLine arguments) {
    ContainerdCommand command;
    Words words(arguments);
    const auto find = [](std::string_view name) { return find_option<ContainerdCommand>(containerd_options, name); };
    while (words.is_option()) words.option(command, find);
    return command;
}

DockerdCommand parse_dockerd(CommandLine arguments) {
    DockerdCommand command;
    Words words(arguments);
    const auto find = [](std::string_view name) { return find_option<DockerdCommand>(dockerd_options, name); };
    while (!words.done()) {  // it has no subcommand: what is no option is the value of one that has no row
        if (words.is_option())
            words.option(command, find);
        else
            words.next();
    }
    return command;
}

}  // namespace shimtrace::containerd
