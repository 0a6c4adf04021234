#include "decoders/messages/ttrpc/services.hpp"

#include "decoders/messages/ttrpc/nri_services.hpp"

#include <algorithm>

namespace shimtrace::ttrpc {

namespace {

using enum FieldKind;

/// containerd.v1.types.Status
constexpr std::string_view task_status_names[] = {"UNKNOWN", "CREATED", "RUNNING", "STOPPED", "PAUSED", "PAUSING"};

constexpr FieldSchema mount_fields[] = {
    {1, "type", string}, {2, "source", string}, {3, "target", string}, {4, "options", string, nullptr, true}};
constexpr MessageSchema mount{"Mount", mount_fields};

constexpr MessageSchema empty{"Empty", {}};

// containerd.task.v2 and v3

constexpr FieldSchema create_fields[] = {
    {1, "id", string},        {2, "bundle", string},     {3, "rootfs", message, &mount, true},
    {4, "terminal", boolean}, {5, "stdin", string},      {6, "stdout", string},
    {7, "stderr", string},    {8, "checkpoint", string}, {9, "parent_checkpoint", string},
    {10, "options", any},
};
constexpr MessageSchema create{"CreateTaskRequest", create_fields};
constexpr FieldSchema pid_fields[] = {{1, "pid", number}};
constexpr MessageSchema pid_reply{"CreateTaskResponse", pid_fields};
constexpr FieldSchema process_fields[] = {{1, "id", string}, {2, "exec_id", string}};
constexpr MessageSchema process{"StartRequest", process_fields};
constexpr FieldSchema task_fields[] = {{1, "id", string}};
constexpr MessageSchema task{"TaskRequest", task_fields};
constexpr FieldSchema deleted_fields[] = {{1, "pid", number}, {2, "exit_status", number}, {3, "exited_at", timestamp}};
constexpr MessageSchema deleted{"DeleteResponse", deleted_fields};
constexpr FieldSchema exec_fields[] = {
    {1, "id", string},     {2, "exec_id", string}, {3, "terminal", boolean}, {4, "stdin", string},
    {5, "stdout", string}, {6, "stderr", string},  {7, "spec", any},
};
constexpr MessageSchema exec{"ExecProcessRequest", exec_fields};
constexpr FieldSchema resize_fields[] = {{1, "id", string}, {2, "exec_id", string}, {3, "width", number}, {4, "height", number}};
constexpr MessageSchema resize{"ResizePtyRequest", resize_fields};
constexpr FieldSchema state_fields[] = {
    {1, "id", string},          {2, "bundle", string},
    {3, "pid", number},         {4, "status", enumeration, nullptr, false, task_status_names},
    {5, "stdin", string},       {6, "stdout", string},
    {7, "stderr", string},      {8, "terminal", boolean},
    {9, "exit_status", number}, {10, "exited_at", timestamp},
    {11, "exec_id", string},
};
constexpr MessageSchema state{"StateResponse", state_fields};
constexpr FieldSchema kill_fields[] = {{1, "id", string}, {2, "exec_id", string}, {3, "signal", number}, {4, "all", boolean}};
constexpr MessageSchema kill{"KillRequest", kill_fields};
constexpr FieldSchema close_fields[] = {{1, "id", string}, {2, "exec_id", string}, {3, "stdin", boolean}};
constexpr MessageSchema close_io{"CloseIORequest", close_fields};
constexpr FieldSchema process_info_fields[] = {{1, "pid", number}, {2, "info", any}};
constexpr MessageSchema process_info{"ProcessInfo", process_info_fields};
constexpr FieldSchema pids_fields[] = {{1, "processes", message, &process_info, true}};
constexpr MessageSchema pids{"PidsResponse", pids_fields};
constexpr FieldSchema checkpoint_fields[] = {{1, "id", string}, {2, "path", string}, {3, "options", any}};
constexpr MessageSchema checkpoint{"CheckpointTaskRequest", checkpoint_fields};
constexpr FieldSchema update_fields[] = {{1, "id", string}, {2, "resources", any}, {3, "annotations", string_map}};
constexpr MessageSchema update{"UpdateTaskRequest", update_fields};
constexpr FieldSchema waited_fields[] = {{1, "exit_status", number}, {2, "exited_at", timestamp}};
constexpr MessageSchema waited{"WaitResponse", waited_fields};
constexpr FieldSchema stats_fields[] = {{1, "stats", any}};
constexpr MessageSchema stats{"StatsResponse", stats_fields};
constexpr FieldSchema connected_fields[] = {{1, "shim_pid", number}, {2, "task_pid", number}, {3, "version", string}};
constexpr MessageSchema connected{"ConnectResponse", connected_fields};
constexpr FieldSchema shutdown_fields[] = {{1, "id", string}, {2, "now", boolean}};
constexpr MessageSchema shutdown{"ShutdownRequest", shutdown_fields};

// containerd.runtime.sandbox.v1

constexpr FieldSchema sandbox_fields[] = {{1, "sandbox_id", string}};
constexpr MessageSchema sandbox{"SandboxRequest", sandbox_fields};
constexpr FieldSchema create_sandbox_fields[] = {
    {1, "sandbox_id", string}, {2, "bundle_path", string}, {3, "rootfs", message, &mount, true},
    {4, "options", any},       {5, "netns_path", string},  {6, "annotations", string_map},
};
constexpr MessageSchema create_sandbox{"CreateSandboxRequest", create_sandbox_fields};
constexpr FieldSchema sandbox_started_fields[] = {{1, "pid", number}, {2, "created_at", timestamp}, {3, "spec", any}};
constexpr MessageSchema sandbox_started{"StartSandboxResponse", sandbox_started_fields};
constexpr FieldSchema platform_fields[] = {{1, "os", string}, {2, "architecture", string}, {3, "variant", string}};
constexpr MessageSchema platform{"Platform", platform_fields};
constexpr FieldSchema platform_reply_fields[] = {{1, "platform", message, &platform}};
constexpr MessageSchema platform_reply{"PlatformResponse", platform_reply_fields};
constexpr FieldSchema stop_sandbox_fields[] = {{1, "sandbox_id", string}, {2, "timeout_secs", number}};
constexpr MessageSchema stop_sandbox{"StopSandboxRequest", stop_sandbox_fields};
constexpr FieldSchema sandbox_status_fields[] = {{1, "sandbox_id", string}, {2, "verbose", boolean}};
constexpr MessageSchema sandbox_status{"SandboxStatusRequest", sandbox_status_fields};
constexpr FieldSchema sandbox_state_fields[] = {
    {1, "sandbox_id", string},    {2, "pid", number},          {3, "state", string}, {4, "info", string_map},
    {5, "created_at", timestamp}, {6, "exited_at", timestamp}, {7, "extra", any},
};
constexpr MessageSchema sandbox_state{"SandboxStatusResponse", sandbox_state_fields};
constexpr FieldSchema update_sandbox_fields[] = {{1, "sandbox_id", string}, {2, "resources", any}, {3, "annotations", string_map}};
constexpr MessageSchema update_sandbox{"UpdateSandboxRequest", update_sandbox_fields};
constexpr FieldSchema metrics_fields[] = {{1, "metrics", any}};
constexpr MessageSchema metrics{"SandboxMetricsResponse", metrics_fields};

// containerd.services.events.ttrpc.v1

constexpr FieldSchema envelope_fields[] = {{1, "timestamp", timestamp}, {2, "namespace", string}, {3, "topic", string}, {4, "event", any}};
constexpr MessageSchema envelope{"Envelope", envelope_fields};
constexpr FieldSchema forward_fields[] = {{1, "envelope", message, &envelope}};
constexpr MessageSchema forward{"ForwardRequest", forward_fields};

constexpr MethodSchema methods[] = {
    {"Task", "State", &process, &state},
    {"Task", "Create", &create, &pid_reply},
    {"Task", "Start", &process, &pid_reply},
    {"Task", "Delete", &process, &deleted},
    {"Task", "Pids", &task, &pids},
    {"Task", "Pause", &task, &empty},
    {"Task", "Resume", &task, &empty},
    {"Task", "Checkpoint", &checkpoint, &empty},
    {"Task", "Kill", &kill, &empty},
    {"Task", "Exec", &exec, &empty},
    {"Task", "ResizePty", &resize, &empty},
    {"Task", "CloseIO", &close_io, &empty},
    {"Task", "Update", &update, &empty},
    {"Task", "Wait", &process, &waited},
    {"Task", "Stats", &task, &stats},
    {"Task", "Connect", &task, &connected},
    {"Task", "Shutdown", &shutdown, &empty},
    {"Sandbox", "CreateSandbox", &create_sandbox, &empty},
    {"Sandbox", "StartSandbox", &sandbox, &sandbox_started},
    {"Sandbox", "Platform", &sandbox, &platform_reply},
    {"Sandbox", "StopSandbox", &stop_sandbox, &empty},
    {"Sandbox", "WaitSandbox", &sandbox, &waited},
    {"Sandbox", "SandboxStatus", &sandbox_status, &sandbox_state},
    {"Sandbox", "PingSandbox", &sandbox, &empty},
    {"Sandbox", "ShutdownSandbox", &sandbox, &empty},
    {"Sandbox", "SandboxMetrics", &sandbox, &metrics},
    {"Sandbox", "UpdateSandbox", &update_sandbox, &empty},
    {"Events", "Forward", &forward, &empty},
};

// containerd.events, and what else travels in an Any

constexpr FieldSchema event_io_fields[] = {{1, "stdin", string}, {2, "stdout", string}, {3, "stderr", string}, {4, "terminal", boolean}};
constexpr MessageSchema event_io{"TaskIO", event_io_fields};
constexpr FieldSchema task_create_fields[] = {
    {1, "container_id", string},   {2, "bundle", string},     {3, "rootfs", message, &mount, true},
    {4, "io", message, &event_io}, {5, "checkpoint", string}, {6, "pid", number},
};
constexpr FieldSchema task_start_fields[] = {{1, "container_id", string}, {2, "pid", number}};
constexpr FieldSchema task_delete_fields[] = {
    {1, "container_id", string}, {2, "pid", number}, {3, "exit_status", number}, {4, "exited_at", timestamp}, {5, "id", string}};
constexpr FieldSchema task_exit_fields[] = {
    {1, "container_id", string}, {2, "id", string}, {3, "pid", number}, {4, "exit_status", number}, {5, "exited_at", timestamp}};
constexpr FieldSchema task_only_fields[] = {{1, "container_id", string}};
constexpr FieldSchema exec_added_fields[] = {{1, "container_id", string}, {2, "exec_id", string}};
constexpr FieldSchema exec_started_fields[] = {{1, "container_id", string}, {2, "exec_id", string}, {3, "pid", number}};
constexpr FieldSchema checkpointed_fields[] = {{1, "container_id", string}, {2, "checkpoint", string}};
constexpr FieldSchema runc_options_fields[] = {
    {1, "no_pivot_root", boolean},
    {2, "no_new_keyring", boolean},
    {3, "shim_cgroup", string},
    {4, "io_uid", number},
    {5, "io_gid", number},
    {6, "binary_name", string},
    {7, "root", string},
    {9, "systemd_cgroup", boolean},
    {10, "criu_image_path", string},
    {11, "criu_work_path", string},
    {12, "task_api_address", string},
    {13, "task_api_version", number},
};
constexpr FieldSchema process_details_fields[] = {{1, "exec_id", string}};

constexpr MessageSchema types[] = {
    {"containerd.events.TaskCreate", task_create_fields},
    {"containerd.events.TaskStart", task_start_fields},
    {"containerd.events.TaskDelete", task_delete_fields},
    {"containerd.events.TaskIO", event_io_fields},
    {"containerd.events.TaskExit", task_exit_fields},
    {"containerd.events.TaskOOM", task_only_fields},
    {"containerd.events.TaskExecAdded", exec_added_fields},
    {"containerd.events.TaskExecStarted", exec_started_fields},
    {"containerd.events.TaskPaused", task_only_fields},
    {"containerd.events.TaskResumed", task_only_fields},
    {"containerd.events.TaskCheckpointed", checkpointed_fields},
    {"containerd.runc.v1.Options", runc_options_fields},
    {"containerd.runc.v1.ProcessDetails", process_details_fields},
};

// ttrpc's own

constexpr FieldSchema key_value_fields[] = {{1, "key", string}, {2, "value", string}};
constexpr MessageSchema key_value{"KeyValue", key_value_fields};
constexpr FieldSchema request_fields[] = {{1, "service", string},
                                          {2, "method", string},
                                          {3, "payload", bytes},
                                          {4, "timeout_nano", signed_number},
                                          {5, "metadata", message, &key_value, true}};
constexpr FieldSchema status_fields[] = {{1, "code", signed_number}, {2, "message", string}, {3, "details", any, nullptr, true}};
constexpr MessageSchema status{"Status", status_fields};
constexpr FieldSchema response_fields[] = {{1, "status", message, &status}, {2, "payload", bytes}};

}  // namespace

const MessageSchema request_schema{"Request", request_fields};
const MessageSchema response_schema{"Response", response_fields};

const MethodSchema* find_method(std::string_view service, std::string_view method) {
    for (const std::span<const MethodSchema> known : {std::span<const MethodSchema>(methods), nri_methods})
        for (const MethodSchema& row : known)
            if (row.method == method && row.service == short_name(service)) return &row;
    return nullptr;
}

const MessageSchema* find_type(std::string_view type) {
    const auto found = std::ranges::find(types, type, &MessageSchema::name);
    return found == std::end(types) ? nullptr : &*found;
}

}  // namespace shimtrace::ttrpc
