#include "decoders/oci/runtimes.hpp"

#include <algorithm>

namespace shimtrace::oci {

namespace {

using enum OptionMeaning;

// runc 1.0 to 1.5: main.go and its subcommands' files.
constexpr std::string_view runc_programs[] = {"docker-runc", "runc.amd64", "runc.arm64"};
constexpr std::string_view runc_roots[] = {"/run/runc"};
constexpr ValueOption runc_global_options[] = {{"root", root}, {"log", log}, {"log-format"}, {"criu"}, {"rootless"}};
constexpr ValueOption runc_command_options[] = {
    {"bundle", bundle},
    {"b", bundle},
    {"pid-file", pid_file},
    {"console-socket", console_socket},
    {"pidfd-socket"},
    {"process", process_file},
    {"p", process_file},
    {"preserve-fds"},
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
    {"f"},
    {"interval"},
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

// crun 1.x: crun.c and its subcommands' files.
constexpr std::string_view crun_roots[] = {"/run/crun"};
constexpr ValueOption crun_global_options[] = {{"root", root}, {"log", log}, {"log-format"}, {"log-level"}, {"cgroup-manager"}, {"criu"}};
constexpr ValueOption crun_command_options[] = {
    {"bundle", bundle},
    {"b", bundle},
    {"config"},
    {"f"},
    {"pid-file", pid_file},
    {"console-socket", console_socket},
    {"preserve-fds"},
    {"process", process_file},
    {"p", process_file},
    {"cwd"},
    {"env"},
    {"e"},
    {"user"},
    {"u"},
    {"apparmor"},
    {"process-label"},
    {"cap"},
    {"c"},
    {"cgroup"},
    {"format"},
    {"resources"},
    {"r"},
    {"image-path"},
    {"work-path"},
    {"parent-path"},
    {"manage-cgroups-mode"},
    {"blkio-weight"},
    {"cpu-period"},
    {"cpu-quota"},
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

bool is_runtime_operation(std::string_view word) {
    return std::ranges::find(operations, word) != std::end(operations);
}

}  // namespace shimtrace::oci
