#include "decoders/oci/runtime_state.hpp"

#include "decoders/oci/typed_json.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>

namespace shimtrace::oci {

namespace {

/// A key that the runtime relies on.
struct RequiredKey {
    std::string_view pointer;
    JsonKind kind;
};
constexpr RequiredKey runc_keys[] = {
    {"/id", JsonKind::string},
    {"/init_process_pid", JsonKind::integer},
    {"/init_process_start", JsonKind::integer},
    {"/created", JsonKind::string},
    {"/config", JsonKind::object},
    {"/cgroup_paths", JsonKind::object},
    {"/config/rootfs", JsonKind::string},
};
constexpr RequiredKey crun_keys[] = {
    {"/pid", JsonKind::integer},
    {"/bundle", JsonKind::string},
    {"/rootfs", JsonKind::string},
    {"/created", JsonKind::string},
};

std::optional<JsonError> missing(std::string_view text, const Json& document, std::span<const RequiredKey> keys) {
    if (!document.is_object()) return error_at_pointer(text, "", fmt::format("{} where an object had to stand", kind_name(document)));
    for (const RequiredKey& key : keys) {
        const Json* value = find(document, key.pointer);
        if (value == nullptr) return error_at_pointer(text, key.pointer, fmt::format("{} is missing", key.pointer.substr(1)));
        if (!is_kind(*value, key.kind)) {
            return error_at_pointer(text, key.pointer,
                                    fmt::format("{} is {}, not {}", key.pointer.substr(1), kind_name(*value), name_of(key.kind)));
        }
    }
    return std::nullopt;
}

/// nullopt: not a process id.
std::optional<std::int32_t> pid_at(const Json& document, std::string_view pointer) {
    const Json* value = find(document, pointer);
    if (value == nullptr || !value->is_number_integer()) return std::nullopt;
    const auto number = value->get<std::int64_t>();
    if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    return static_cast<std::int32_t>(number);
}

std::uint64_t unsigned_at(const Json& document, std::string_view pointer) {
    const Json* value = find(document, pointer);
    return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

void read_strings(const Json* list, std::vector<std::string>& into) {
    if (list == nullptr || !list->is_array()) return;
    for (const Json& entry : *list) into.push_back(entry.is_string() ? entry.get<std::string>() : "");
}

}  // namespace

std::expected<RuntimeState, JsonError> parse_runc_state(std::string_view text) {
    auto parsed = parse_json(text);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    if (auto error = missing(text, *parsed, runc_keys)) return std::unexpected(std::move(*error));
    const auto pid = pid_at(*parsed, "/init_process_pid");
    if (!pid) return std::unexpected(error_at_pointer(text, "/init_process_pid", "init_process_pid is no process id"));

    RuntimeState state;
    state.id = string_at(*parsed, "/id");
    state.init_pid = *pid;
    state.init_start = unsigned_at(*parsed, "/init_process_start");
    state.created = string_at(*parsed, "/created");
    state.rootfs = string_at(*parsed, "/config/rootfs");
    state.cgroup = string_at(*parsed, "/config/cgroups/path");
    const Json* systemd = find(*parsed, "/config/cgroups/Systemd");
    state.systemd_cgroup = systemd != nullptr && systemd->is_boolean() && systemd->get<bool>();
    for (const auto& [controller, path] : (*parsed)["cgroup_paths"].items()) {
        if (path.is_string()) state.cgroup_paths[controller] = path.get<std::string>();
    }
    // libcontainer's specconv keeps the bundle as a label, "bundle=PATH".
    std::vector<std::string> labels;
    read_strings(find(*parsed, "/config/labels"), labels);
    for (const std::string& label : labels) {
        if (label.starts_with("bundle=")) state.bundle = label.substr(7);
    }
    read_strings(find(*parsed, "/external_descriptors"), state.stdio);
    return state;
}

std::expected<RuntimeState, JsonError> parse_crun_status(std::string_view text) {
    auto parsed = parse_json(text);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    if (auto error = missing(text, *parsed, crun_keys)) return std::unexpected(std::move(*error));
    const auto pid = pid_at(*parsed, "/pid");
    if (!pid) return std::unexpected(error_at_pointer(text, "/pid", "pid is no process id"));

    RuntimeState state;
    state.init_pid = *pid;
    state.init_start = unsigned_at(*parsed, "/process-start-time");
    state.created = string_at(*parsed, "/created");
    state.bundle = string_at(*parsed, "/bundle");
    state.rootfs = string_at(*parsed, "/rootfs");
    if (!state.rootfs.empty() && state.rootfs.front() != '/') state.rootfs = state.bundle + "/" + state.rootfs;
    state.cgroup = string_at(*parsed, "/cgroup-path");
    const Json* systemd = find(*parsed, "/systemd-cgroup");
    state.systemd_cgroup = systemd != nullptr && systemd->is_boolean() && systemd->get<bool>();
    // A JSON text of its own, in a string.
    if (auto stdio = parse_json(string_at(*parsed, "/external_descriptors"))) read_strings(&*stdio, state.stdio);
    return state;
}

}  // namespace shimtrace::oci
