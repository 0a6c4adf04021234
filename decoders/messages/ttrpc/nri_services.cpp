#include "decoders/messages/ttrpc/nri_services.hpp"

#include <string_view>

namespace shimtrace::ttrpc {

namespace nri {

using protobuf::FieldSchema;
using protobuf::MessageSchema;
using protobuf::MethodSchema;
using enum protobuf::FieldKind;

constexpr MessageSchema empty{"Empty", {}};

/// Plugins made before these were calls of their own get them as StateChange; they are called the same here.
constexpr std::string_view events[] = {
    "Unknown",
    "RunPodSandbox",
    "StopPodSandbox",
    "RemovePodSandbox",
    "CreateContainer",
    "PostCreateContainer",
    "StartContainer",
    "PostStartContainer",
    "UpdateContainer",
    "PostUpdateContainer",
    "StopContainer",
    "RemoveContainer",
    "UpdatePodSandbox",
    "PostUpdatePodSandbox",
    "ValidateContainerAdjustment",
};
constexpr std::string_view states[] = {"unknown", "created", "paused", "running", "stopped"};

constexpr FieldSchema pod_fields[] = {
    {1, "id", string},
    {2, "name", string},
    {3, "uid", string},
    {4, "namespace", string},
    {5, "labels", string_map},
    {6, "annotations", string_map},
    {7, "runtime_handler", string},
    {9, "pid", number},
    {10, "ips", string, nullptr, true},
};
constexpr MessageSchema pod{"PodSandbox", pod_fields};
constexpr FieldSchema container_fields[] = {
    {1, "id", string},
    {2, "pod_sandbox_id", string},
    {3, "name", string},
    {4, "state", enumeration, nullptr, false, states},
    {5, "labels", string_map},
    {6, "annotations", string_map},
    {7, "args", string, nullptr, true},
    {8, "env", secret, nullptr, true},
    {12, "pid", number},
    {17, "exit_code", signed_number},
    {18, "status_reason", string},
    {19, "status_message", string},
};
constexpr MessageSchema container{"Container", container_fields};

constexpr FieldSchema register_fields[] = {{1, "plugin_name", string}, {2, "plugin_idx", string}, {3, "nri_version", string}};
constexpr MessageSchema register_plugin{"RegisterPluginRequest", register_fields};
constexpr FieldSchema configure_fields[] = {{1, "config", string},
                                            {2, "runtime_name", string},
                                            {3, "runtime_version", string},
                                            {4, "registration_timeout", signed_number},
                                            {5, "request_timeout", signed_number},
                                            {6, "nri_version", string}};
constexpr MessageSchema configure{"ConfigureRequest", configure_fields};
constexpr FieldSchema configured_fields[] = {{2, "events", number}, {3, "request_timeout", signed_number}};
constexpr MessageSchema configured{"ConfigureResponse", configured_fields};
constexpr FieldSchema synchronize_fields[] = {
    {1, "pods", message, &pod, true}, {2, "containers", message, &container, true}, {3, "more", boolean}};
constexpr MessageSchema synchronize{"SynchronizeRequest", synchronize_fields};

/// Of all that is about a pod, and a container of it.
constexpr FieldSchema lifecycle_fields[] = {{1, "pod", message, &pod}, {2, "container", message, &container}};
constexpr MessageSchema lifecycle{"LifecycleRequest", lifecycle_fields};
constexpr FieldSchema pod_only_fields[] = {{1, "pod", message, &pod}};
constexpr MessageSchema pod_only{"PodRequest", pod_only_fields};
constexpr FieldSchema state_change_fields[] = {
    {1, "event", enumeration, nullptr, false, events}, {2, "pod", message, &pod}, {3, "container", message, &container}};
constexpr MessageSchema state_change{"StateChangeEvent", state_change_fields};
constexpr FieldSchema validated_fields[] = {{1, "reject", boolean}, {2, "reason", string}};
constexpr MessageSchema validated{"ValidateContainerAdjustmentResponse", validated_fields};
constexpr FieldSchema log_fields[] = {{1, "msg", string}, {2, "level", number}};
constexpr MessageSchema log{"LogRequest", log_fields};

constexpr MethodSchema methods[] = {
    {"Runtime", "RegisterPlugin", &register_plugin, &empty},
    {"Runtime", "UpdateContainers", nullptr, nullptr},
    {"Plugin", "Configure", &configure, &configured},
    {"Plugin", "Synchronize", &synchronize, nullptr},
    {"Plugin", "Shutdown", &empty, &empty},
    {"Plugin", "RunPodSandbox", &pod_only, &empty},
    {"Plugin", "UpdatePodSandbox", &pod_only, &empty},
    {"Plugin", "PostUpdatePodSandbox", &pod_only, &empty},
    {"Plugin", "StopPodSandbox", &pod_only, &empty},
    {"Plugin", "RemovePodSandbox", &pod_only, &empty},
    {"Plugin", "CreateContainer", &lifecycle, nullptr},
    {"Plugin", "PostCreateContainer", &lifecycle, &empty},
    {"Plugin", "StartContainer", &lifecycle, &empty},
    {"Plugin", "PostStartContainer", &lifecycle, &empty},
    {"Plugin", "UpdateContainer", &lifecycle, nullptr},
    {"Plugin", "PostUpdateContainer", &lifecycle, &empty},
    {"Plugin", "StopContainer", &lifecycle, nullptr},
    {"Plugin", "RemoveContainer", &lifecycle, &empty},
    {"Plugin", "StateChange", &state_change, &empty},
    {"Plugin", "ValidateContainerAdjustment", &lifecycle, &validated},
    {"HostFunctions", "Log", &log, &empty},
};

}  // namespace nri

constinit const std::span<const protobuf::MethodSchema> nri_methods = nri::methods;

}  // namespace shimtrace::ttrpc
