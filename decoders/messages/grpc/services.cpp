#include "decoders/messages/grpc/services.hpp"

#include <algorithm>
#include <iterator>

namespace shimtrace::grpc {

namespace {

using protobuf::FieldSchema;
using protobuf::MessageSchema;
using protobuf::MethodSchema;
using enum protobuf::FieldKind;

constexpr MessageSchema unknown{"", {}};  // its fields are shown by number

// runtime.v1

constexpr FieldSchema pod_metadata_fields[] = {{1, "name", string}, {2, "uid", string}, {3, "namespace", string}, {4, "attempt", number}};
constexpr MessageSchema pod_metadata{"PodSandboxMetadata", pod_metadata_fields};
constexpr FieldSchema pod_config_fields[] = {{1, "metadata", message, &pod_metadata},
                                             {2, "hostname", string},
                                             {3, "log_directory", string},
                                             {6, "labels", string_map},
                                             {7, "annotations", string_map}};
constexpr MessageSchema pod_config{"PodSandboxConfig", pod_config_fields};
constexpr FieldSchema run_pod_fields[] = {{1, "config", message, &pod_config}, {2, "runtime_handler", string}};
constexpr MessageSchema run_pod{"RunPodSandboxRequest", run_pod_fields};
constexpr FieldSchema pod_id_fields[] = {{1, "pod_sandbox_id", string}, {2, "verbose", boolean}};
constexpr MessageSchema pod_id{"PodSandboxStatusRequest", pod_id_fields};
constexpr FieldSchema container_id_fields[] = {{1, "container_id", string}, {2, "verbose", boolean}};
constexpr MessageSchema container_id{"ContainerStatusRequest", container_id_fields};
constexpr FieldSchema image_fields[] = {{1, "image", string}};
constexpr MessageSchema image{"ImageSpec", image_fields};
constexpr FieldSchema container_metadata_fields[] = {{1, "name", string}, {2, "attempt", number}};
constexpr MessageSchema container_metadata{"ContainerMetadata", container_metadata_fields};
constexpr FieldSchema container_config_fields[] = {{1, "metadata", message, &container_metadata},
                                                   {2, "image", message, &image},
                                                   {3, "command", string, nullptr, true},
                                                   {4, "args", string, nullptr, true},
                                                   {6, "envs", secret, nullptr, true},
                                                   {11, "log_path", string}};
constexpr MessageSchema container_config{"ContainerConfig", container_config_fields};
constexpr FieldSchema create_container_fields[] = {
    {1, "pod_sandbox_id", string}, {2, "config", message, &container_config}, {3, "sandbox_config", message, &pod_config}};
constexpr MessageSchema create_container{"CreateContainerRequest", create_container_fields};
constexpr FieldSchema stop_container_fields[] = {{1, "container_id", string}, {2, "timeout", signed_number}};
constexpr MessageSchema stop_container{"StopContainerRequest", stop_container_fields};
constexpr FieldSchema exec_sync_fields[] = {{1, "container_id", string}, {2, "cmd", string, nullptr, true}, {3, "timeout", signed_number}};
constexpr MessageSchema exec_sync{"ExecSyncRequest", exec_sync_fields};
constexpr FieldSchema exec_synced_fields[] = {{1, "stdout", bytes}, {2, "stderr", bytes}, {3, "exit_code", signed_number}};
constexpr MessageSchema exec_synced{"ExecSyncResponse", exec_synced_fields};
constexpr FieldSchema cri_exec_fields[] = {{1, "container_id", string}, {2, "cmd", string, nullptr, true},
                                           {3, "tty", boolean},         {4, "stdin", boolean},
                                           {5, "stdout", boolean},      {6, "stderr", boolean}};
constexpr MessageSchema cri_exec{"ExecRequest", cri_exec_fields};
constexpr FieldSchema attach_fields[] = {
    {1, "container_id", string}, {2, "stdin", boolean}, {3, "tty", boolean}, {4, "stdout", boolean}, {5, "stderr", boolean}};
constexpr MessageSchema attach{"AttachRequest", attach_fields};
constexpr FieldSchema url_fields[] = {{1, "url", secret}};  // holds a token that lets its bearer in
constexpr MessageSchema url{"ExecResponse", url_fields};
constexpr FieldSchema checkpoint_fields[] = {{1, "container_id", string}, {2, "location", string}, {3, "timeout", signed_number}};
constexpr MessageSchema checkpoint{"CheckpointContainerRequest", checkpoint_fields};
constexpr FieldSchema version_fields[] = {
    {1, "version", string}, {2, "runtime_name", string}, {3, "runtime_version", string}, {4, "runtime_api_version", string}};
constexpr MessageSchema version{"VersionResponse", version_fields};
constexpr FieldSchema image_status_fields[] = {{1, "image", message, &image}, {2, "verbose", boolean}};
constexpr MessageSchema image_status{"ImageStatusRequest", image_status_fields};
constexpr FieldSchema pull_fields[] = {{1, "image", message, &image}, {2, "auth", secret}, {3, "sandbox_config", message, &pod_config}};
constexpr MessageSchema pull{"PullImageRequest", pull_fields};
constexpr FieldSchema pulled_fields[] = {{1, "image_ref", string}};
constexpr MessageSchema pulled{"PullImageResponse", pulled_fields};

// containerd.services

constexpr FieldSchema id_fields[] = {{1, "id", string}};
constexpr MessageSchema id{"GetContainerRequest", id_fields};
constexpr FieldSchema create_record_fields[] = {{1, "container", message, &id}};
constexpr MessageSchema create_record{"CreateContainerRequest", create_record_fields};
constexpr FieldSchema create_task_fields[] = {{1, "container_id", string},     {4, "stdin", string},     {5, "stdout", string},
                                              {6, "stderr", string},           {7, "terminal", boolean}, {11, "task_api_address", string},
                                              {12, "task_api_version", number}};
constexpr MessageSchema create_task{"CreateTaskRequest", create_task_fields};
constexpr FieldSchema created_task_fields[] = {{1, "container_id", string}, {2, "pid", number}};
constexpr MessageSchema created_task{"CreateTaskResponse", created_task_fields};
constexpr FieldSchema task_fields[] = {{1, "container_id", string}, {2, "exec_id", string}};
constexpr MessageSchema task{"StartRequest", task_fields};
constexpr FieldSchema pid_fields[] = {{1, "pid", number}};
constexpr MessageSchema pid{"StartResponse", pid_fields};
constexpr FieldSchema deleted_fields[] = {{1, "id", string}, {2, "pid", number}, {3, "exit_status", number}, {4, "exited_at", timestamp}};
constexpr MessageSchema deleted{"DeleteResponse", deleted_fields};
constexpr FieldSchema kill_fields[] = {{1, "container_id", string}, {2, "exec_id", string}, {3, "signal", number}, {4, "all", boolean}};
constexpr MessageSchema kill{"KillRequest", kill_fields};
constexpr FieldSchema exec_task_fields[] = {{1, "container_id", string}, {2, "stdin", string},     {3, "stdout", string},
                                            {4, "stderr", string},       {5, "terminal", boolean}, {7, "exec_id", string}};
constexpr MessageSchema exec_task{"ExecProcessRequest", exec_task_fields};
constexpr FieldSchema close_fields[] = {{1, "container_id", string}, {2, "exec_id", string}, {3, "stdin", boolean}};
constexpr MessageSchema close_io{"CloseIORequest", close_fields};
constexpr FieldSchema resize_fields[] = {{1, "container_id", string}, {2, "exec_id", string}, {3, "width", number}, {4, "height", number}};
constexpr MessageSchema resize{"ResizePtyRequest", resize_fields};
constexpr FieldSchema waited_fields[] = {{1, "exit_status", number}, {2, "exited_at", timestamp}};
constexpr MessageSchema waited{"WaitResponse", waited_fields};
constexpr FieldSchema prepare_fields[] = {{1, "snapshotter", string}, {2, "key", string}, {3, "parent", string}};
constexpr MessageSchema prepare{"PrepareSnapshotRequest", prepare_fields};
constexpr FieldSchema snapshot_fields[] = {{1, "snapshotter", string}, {2, "key", string}};
constexpr MessageSchema snapshot{"StatSnapshotRequest", snapshot_fields};
constexpr FieldSchema commit_fields[] = {{1, "snapshotter", string}, {2, "name", string}, {3, "key", string}};
constexpr MessageSchema commit{"CommitSnapshotRequest", commit_fields};
constexpr FieldSchema digest_fields[] = {{1, "digest", string}};
constexpr MessageSchema digest{"InfoRequest", digest_fields};
constexpr FieldSchema read_fields[] = {{1, "digest", string}, {2, "offset", signed_number}, {3, "size", signed_number}};
constexpr MessageSchema read{"ReadContentRequest", read_fields};
constexpr FieldSchema reference_fields[] = {{1, "ref", string}};
constexpr MessageSchema reference{"StatusRequest", reference_fields};
constexpr FieldSchema name_fields[] = {{1, "name", string}};
constexpr MessageSchema name{"GetImageRequest", name_fields};
constexpr FieldSchema sandbox_fields[] = {{1, "sandbox_id", string}, {10, "sandboxer", string}};
constexpr MessageSchema sandbox{"ControllerStartRequest", sandbox_fields};
constexpr FieldSchema create_sandbox_fields[] = {{1, "sandbox_id", string}, {4, "netns_path", string}, {10, "sandboxer", string}};
constexpr MessageSchema create_sandbox{"ControllerCreateRequest", create_sandbox_fields};
constexpr FieldSchema started_sandbox_fields[] = {
    {1, "sandbox_id", string}, {2, "pid", number}, {5, "address", string}, {6, "version", number}};
constexpr MessageSchema started_sandbox{"ControllerStartResponse", started_sandbox_fields};
constexpr FieldSchema stop_sandbox_fields[] = {{1, "sandbox_id", string}, {2, "timeout_secs", number}, {10, "sandboxer", string}};
constexpr MessageSchema stop_sandbox{"ControllerStopRequest", stop_sandbox_fields};
constexpr FieldSchema sandbox_state_fields[] = {
    {1, "sandbox_id", string}, {2, "pid", number}, {3, "state", string}, {8, "address", string}};
constexpr MessageSchema sandbox_state{"ControllerStatusResponse", sandbox_state_fields};
constexpr FieldSchema filters_fields[] = {{1, "filters", string, nullptr, true}};
constexpr MessageSchema filters{"SubscribeRequest", filters_fields};

constexpr std::string_view runtime = "runtime.v1.RuntimeService", images = "runtime.v1.ImageService",
                           tasks = "containerd.services.tasks.v1.Tasks", containers = "containerd.services.containers.v1.Containers",
                           snapshots = "containerd.services.snapshots.v1.Snapshots", content = "containerd.services.content.v1.Content",
                           sandboxes = "containerd.services.sandbox.v1.Controller", mounts = "containerd.services.mounts.v1.Mounts";

constexpr MethodSchema methods[] = {
    {runtime, "Version", &unknown, &version},
    {runtime, "RunPodSandbox", &run_pod, &pod_id},
    {runtime, "StopPodSandbox", &pod_id, &unknown},
    {runtime, "RemovePodSandbox", &pod_id, &unknown},
    {runtime, "PodSandboxStatus", &pod_id, &unknown},
    {runtime, "PodSandboxStats", &pod_id, &unknown},
    {runtime, "PortForward", &pod_id, &url},
    {runtime, "CreateContainer", &create_container, &container_id},
    {runtime, "StartContainer", &container_id, &unknown},
    {runtime, "StopContainer", &stop_container, &unknown},
    {runtime, "RemoveContainer", &container_id, &unknown},
    {runtime, "ContainerStatus", &container_id, &unknown},
    {runtime, "ContainerStats", &container_id, &unknown},
    {runtime, "UpdateContainerResources", &container_id, &unknown},
    {runtime, "ReopenContainerLog", &container_id, &unknown},
    {runtime, "CheckpointContainer", &checkpoint, &unknown},
    {runtime, "ExecSync", &exec_sync, &exec_synced},
    {runtime, "Exec", &cri_exec, &url},
    {runtime, "Attach", &attach, &url},
    {images, "ImageStatus", &image_status, &unknown},
    {images, "PullImage", &pull, &pulled},
    {images, "RemoveImage", &image_status, &unknown},
    {tasks, "Create", &create_task, &created_task},
    {tasks, "Start", &task, &pid},
    {tasks, "Delete", &task, &deleted},
    {tasks, "DeleteProcess", &task, &deleted},
    {tasks, "Get", &task, &unknown},
    {tasks, "Kill", &kill, &unknown},
    {tasks, "Exec", &exec_task, &unknown},
    {tasks, "ResizePty", &resize, &unknown},
    {tasks, "CloseIO", &close_io, &unknown},
    {tasks, "Pause", &task, &unknown},
    {tasks, "Resume", &task, &unknown},
    {tasks, "ListPids", &task, &unknown},
    {tasks, "Checkpoint", &task, &unknown},
    {tasks, "Update", &task, &unknown},
    {tasks, "Wait", &task, &waited},
    {containers, "Get", &id, &unknown},
    {containers, "Create", &create_record, &unknown},
    {containers, "Update", &create_record, &unknown},
    {containers, "Delete", &id, &unknown},
    {snapshots, "Prepare", &prepare, &unknown},
    {snapshots, "View", &prepare, &unknown},
    {snapshots, "Mounts", &snapshot, &unknown},
    {snapshots, "Commit", &commit, &unknown},
    {snapshots, "Remove", &snapshot, &unknown},
    {snapshots, "Stat", &snapshot, &unknown},
    {snapshots, "Usage", &snapshot, &unknown},
    {content, "Info", &digest, &unknown},
    {content, "Read", &read, &unknown},
    {content, "Delete", &digest, &unknown},
    {content, "Status", &reference, &unknown},
    {content, "Abort", &reference, &unknown},
    {sandboxes, "Create", &create_sandbox, &sandbox},
    {sandboxes, "Start", &sandbox, &started_sandbox},
    {sandboxes, "Stop", &stop_sandbox, &unknown},
    {sandboxes, "Wait", &sandbox, &waited},
    {sandboxes, "Status", &sandbox, &sandbox_state},
    {sandboxes, "Shutdown", &sandbox, &unknown},
    {mounts, "Activate", &name, &unknown},
    {mounts, "Deactivate", &name, &unknown},
    {mounts, "Info", &name, &unknown},
    {"containerd.services.images.v1.Images", "Get", &name, &unknown},
    {"containerd.services.images.v1.Images", "Delete", &name, &unknown},
    {"containerd.services.leases.v1.Leases", "Create", &id, &unknown},
    {"containerd.services.leases.v1.Leases", "Delete", &id, &unknown},
    {"containerd.services.events.v1.Events", "Subscribe", &filters, &unknown},
};

constexpr std::string_view lasting[] = {"containerd.services.tasks.v1.Tasks/Wait", "containerd.services.events.v1.Events/Subscribe",
                                        "containerd.services.sandbox.v1.Controller/Wait", "runtime.v1.RuntimeService/GetContainerEvents"};

}  // namespace

const MethodSchema* find_method(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos) return nullptr;
    std::string_view service = path.substr(0, slash);
    if (service == "runtime.v1alpha2.RuntimeService") service = runtime;
    if (service == "runtime.v1alpha2.ImageService") service = images;
    const auto* found = std::ranges::find_if(
        methods, [&](const MethodSchema& row) { return row.service == service && row.method == path.substr(slash + 1); });
    return found == std::end(methods) ? nullptr : found;
}

bool is_lasting(std::string_view path) {
    return std::ranges::find(lasting, path) != std::end(lasting);
}

}  // namespace shimtrace::grpc
