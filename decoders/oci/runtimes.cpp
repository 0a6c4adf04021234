#include "decoders/oci/runtimes.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::oci {

namespace {

using enum OptionMeaning;

// What the command lines of runc, crun and youki have in common: create's, exec's, update's.
constexpr auto common_command_options = std::to_array<ValueOption>({
    {"bundle", bundle},
    {"b", bundle},
    {"pid-file", pid_file},
    {"console-socket", console_socket},
    {"process", process_file},
    {"p", process_file},
    {"preserve-fds"},
    {"cwd"},
    {"env"},
    {"e"},
    {"user"},
    {"u"},
    {"apparmor"},
    {"process-label"},
    {"cap"},
    {"cgroup"},
    {"format"},
    {"f"},
    {"resources"},
    {"r"},
    {"image-path"},
    {"work-path"},
    {"blkio-weight"},
    {"cpu-period"},
    {"cpu-quota"},
    {"cpu-share"},
    {"cpu-rt-period"},
    {"cpu-rt-runtime"},
    {"cpuset-cpus"},
    {"cpuset-mems"},
    {"memory"},
    {"memory-reservation"},
    {"memory-swap"},
    {"pids-limit"},
});
template <std::size_t size>
constexpr auto with_common(const std::array<ValueOption, size>& own) {
    std::array<ValueOption, size + common_command_options.size()> all{};
    std::ranges::copy(common_command_options, all.begin());
    std::ranges::copy(own, all.begin() + common_command_options.size());
    return all;
}

// runc 1.0 to 1.5: main.go and its subcommands' files.
constexpr std::string_view runc_programs[] = {"docker-runc", "runc.amd64", "runc.arm64"};
constexpr std::string_view runc_roots[] = {"/run/runc"};
constexpr ValueOption runc_global_options[] = {{"root", root}, {"log", log}, {"log-format"}, {"criu"}, {"rootless"}};
constexpr auto runc_command_options = with_common(std::to_array<ValueOption>({
    {"pidfd-socket"},
    {"additional-gids"},
    {"g"},
    {"c"},
    {"interval"},
    {"parent-path"},
    {"page-server"},
    {"manage-cgroups-mode"},
    {"status-fd"},
    {"lsm-profile"},
    {"lsm-mount-context"},
    {"empty-ns"},
    {"cpu-burst"},
    {"kernel-memory"},
    {"kernel-memory-tcp"},
    {"l3-cache-schema"},
    {"mem-bw-schema"},
    {"cpu-idle"},
}));

// crun 1.x: crun.c and its subcommands' files.
constexpr std::string_view crun_roots[] = {"/run/crun"};
constexpr ValueOption crun_global_options[] = {{"root", root}, {"log", log}, {"log-format"}, {"log-level"}, {"cgroup-manager"}, {"criu"}};
constexpr auto crun_command_options = with_common(std::to_array<ValueOption>({
    {"config"},
    {"c"},
    {"parent-path"},
    {"manage-cgroups-mode"},
    {"kernel-memory"},
    {"kernel-memory-tcp"},
}));

// youki 0.x: crates/liboci-cli and crates/youki/src/main.rs.
constexpr std::string_view youki_roots[] = {"/run/youki"};
constexpr ValueOption youki_global_options[] = {{"root", root}, {"r", root}, {"log", log}, {"l", log}, {"log-format"}, {"log-level"}};
constexpr auto youki_command_options = with_common(std::to_array<ValueOption>({
    {"additional-gids"},
    {"g"},
    {"interval"},
}));

// gVisor's runsc: runsc/config/flags.go and runsc/cmd/*.go. Go's flag package takes "-name value" too.
constexpr std::string_view runsc_roots[] = {"/run/runsc"};
constexpr ValueOption runsc_global_options[] = {
    {"root", root},
    {"log", log},
    {"log-format"},
    {"debug-log"},
    {"debug-log-format"},
    {"panic-log"},
    {"platform"},
    {"network"},
    {"file-access"},
    {"file-access-mounts"},
    {"overlay2"},
    {"host-uds"},
    {"host-fifo"},
    {"watchdog-action"},
    {"panic-signal"},
    {"log-fd"},
    {"debug-log-fd"},
    {"panic-log-fd"},
    {"strace-syscalls"},
    {"strace-log-size"},
    {"ref-leak-mode"},
    {"num-network-channels"},
    {"qdisc"},
    {"fdlimit"},
    {"dcache"},
    {"metric-server"},
    {"pod-init-config"},
    {"traceback"},
};
constexpr ValueOption runsc_command_options[] = {
    {"bundle", bundle},
    {"pid-file", pid_file},
    {"console-socket", console_socket},
    {"user-log"},
    {"process", process_file},
    {"internal-pid-file"},
    {"cwd"},
    {"env"},
    {"user"},
    {"additional-gids"},
    {"cap"},
    {"pass-fd"},
    {"exec-fd"},
    {"pid"},
    {"rootpid"},
    {"image-path"},
    {"fs-restore-image-path"},
    {"format"},
    {"interval"},
    {"resources"},
    {"r"},
};

constexpr RequiredKey runc_keys[] = {
    {"/id", JsonKind::string},
    {"/init_process_pid", JsonKind::integer},
    {"/init_process_start", JsonKind::integer},
    {"/created", JsonKind::string},
    {"/config", JsonKind::object},
    {"/cgroup_paths", JsonKind::object, true},  // left out since 1.4 where there are none
    {"/config/rootfs", JsonKind::string},
};
constexpr RequiredKey crun_keys[] = {
    {"/pid", JsonKind::integer},
    {"/bundle", JsonKind::string},
    {"/rootfs", JsonKind::string},
    {"/created", JsonKind::string},
};

// `pid` is left out until there is one, `created` until it is created.
constexpr RequiredKey youki_keys[] = {
    {"/id", JsonKind::string},         {"/status", JsonKind::string},        {"/bundle", JsonKind::string},
    {"/pid", JsonKind::integer, true}, {"/created", JsonKind::string, true},
};
// runsc/container/container.go, runsc/sandbox/sandbox.go; no sandbox: the container has ended.
constexpr RequiredKey runsc_keys[] = {
    {"/id", JsonKind::string},
    {"/spec", JsonKind::object},
    {"/bundleDir", JsonKind::string},
    {"/status", JsonKind::string},
    {"/sandbox/pid", JsonKind::integer, true},
    {"/goferPid", JsonKind::integer, true},
};
constexpr std::string_view runsc_cgroups[] = {"/sandbox/cgroup/cgroupv2/path", "/sandbox/cgroup/cgroupsystemd/path"};
constexpr std::string_view sandbox_mark = "_sandbox:", state_suffix = ".state";

// What only one has (a mark) stands before what several have.
constexpr Runtime rows[] = {
    {.name = "crun",
     .programs = {},
     .init_name = "crun:[",
     .roots = crun_roots,
     .mark = "status",
     .state_file = "status",
     .state = {.required = crun_keys,
               .id = {},
               .init_pid = "/pid",
               .init_start = "/process-start-time",
               .created = "/created",
               .bundle = "/bundle",
               .labels = {},
               .rootfs = "/rootfs",
               .cgroup = "/cgroup-path",
               .cgroup_paths = {},
               .systemd_cgroup = "/systemd-cgroup",
               .stdio = "/external_descriptors"},
     .global_options = crun_global_options,
     .command_options = crun_command_options},
    {.name = "youki",
     .programs = {},
     .init_name = "youki:[",
     .roots = youki_roots,
     .mark = "youki_config.json",
     .state_file = "state.json",
     .state = {.required = youki_keys,
               .id = "/id",
               .init_pid = "/pid",
               .init_start = {},
               .created = "/created",
               .bundle = "/bundle",
               .labels = {},
               .rootfs = {},
               .cgroup = {},
               .cgroup_paths = {},
               .systemd_cgroup = "/useSystemd",
               .stdio = {},
               .init_may_lack = true},
     .global_options = youki_global_options,
     .command_options = youki_command_options,
     .cgroup_file = "youki_config.json",
     .cgroup_in_file = "/cgroup_path"},
    {.name = "runsc",
     .programs = {},
     .init_name = {},
     .roots = runsc_roots,
     .mark = {},
     .state_file = "state",
     .state = {.required = runsc_keys,
               .id = "/id",
               .init_pid = "/sandbox/pid",
               .init_start = {},
               .created = "/createdAt",
               .bundle = "/bundleDir",
               .labels = {},
               .rootfs = "/spec/root/path",
               .cgroup = "/sandbox/cgroup/cgroupv1/name",
               .cgroup_paths = {},
               .systemd_cgroup = {},
               .stdio = {},
               .gofer_pid = "/goferPid",
               .other_cgroups = runsc_cgroups,
               .init_may_lack = true},
     .global_options = runsc_global_options,
     .command_options = runsc_command_options,
     .has_sandbox = true},
    {.name = "runc",
     .programs = runc_programs,
     .init_name = "runc:[",
     .roots = runc_roots,
     .mark = "state.json",
     .state_file = "state.json",
     .state = {.required = runc_keys,
               .id = "/id",
               .init_pid = "/init_process_pid",
               .init_start = "/init_process_start",
               .created = "/created",
               .bundle = {},
               .labels = "/config/labels",  // libcontainer's specconv keeps the bundle there
               .rootfs = "/config/rootfs",
               .cgroup = "/config/cgroups/path",
               .cgroup_paths = "/cgroup_paths",
               .systemd_cgroup = "/config/cgroups/Systemd",
               .stdio = "/external_descriptors"},
     .global_options = runc_global_options,
     .command_options = runc_command_options},
};

// The OCI runtime specification's command line interface, and what runc has besides.
constexpr std::string_view operations[] = {
    "create", "start",  "exec",   "run",        "kill",    "delete", "state", "ps",       "pause",
    "resume", "update", "events", "checkpoint", "restore", "list",   "spec",  "features",
};

}  // namespace

std::span<const Runtime> runtimes() {
    return rows;
}

const Runtime* runtime_of_program(std::string_view program) {
    const auto found = std::ranges::find_if(
        rows, [&](const Runtime& row) { return row.name == program || std::ranges::find(row.programs, program) != row.programs.end(); });
    return found == std::end(rows) ? nullptr : &*found;
}

const Runtime& runtime_named(std::string_view name) {
    const auto found = std::ranges::find(rows, name, &Runtime::name);
    return found == std::end(rows) ? *runtime_of_program("runc") : *found;
}

std::optional<FlatState> flat_state(std::string_view file) {
    const std::size_t mark = file.find(sandbox_mark);
    if (mark == file.npos || mark == 0 || !file.ends_with(state_suffix)) return std::nullopt;
    const std::string_view sandbox =
        file.substr(mark + sandbox_mark.size(), file.size() - mark - sandbox_mark.size() - state_suffix.size());
    if (sandbox.empty()) return std::nullopt;
    return FlatState{&runtime_named("runsc"), file.substr(0, mark), sandbox};
}

bool is_runtime_operation(std::string_view word) {
    return std::ranges::find(operations, word) != std::end(operations);
}

}  // namespace shimtrace::oci
