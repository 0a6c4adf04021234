#include "decoders/oci/runtime_state.hpp"

#include "decoders/oci/outline.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>

namespace shimtrace::oci {

namespace {

std::optional<JsonError> missing(std::string_view text, const Json& document, std::span<const RequiredKey> keys) {
    if (!document.is_object()) return error_at_pointer(text, "", fmt::format("{} where an object had to stand", kind_name(document)));
    for (const RequiredKey& key : keys) {
        const Json* value = find(document, key.pointer);
        if (value == nullptr && key.may_lack) continue;
        if (value == nullptr) return error_at_pointer(text, key.pointer, fmt::format("{} is missing", key.pointer.substr(1)));
        if (!is_kind(*value, key.kind)) {
            return error_at_pointer(text, key.pointer,
                                    fmt::format("{} is {}, not {}", key.pointer.substr(1), kind_name(*value), name_of(key.kind)));
        }
    }
    return std::nullopt;
}

/// nullptr too where the form has no such place.
const Json* value_at(const Json& document, std::string_view pointer) {
    return pointer.empty() ? nullptr : find(document, pointer);
}

std::string text_at(const Json& document, std::string_view pointer) {
    const Json* value = value_at(document, pointer);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

/// nullopt: not a process id.
std::optional<std::int32_t> pid_at(const Json& document, std::string_view pointer) {
    const Json* value = value_at(document, pointer);
    if (value == nullptr || !value->is_number_integer()) return std::nullopt;
    const auto number = value->get<std::int64_t>();
    if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    return static_cast<std::int32_t>(number);
}

std::uint64_t unsigned_at(const Json& document, std::string_view pointer) {
    const Json* value = value_at(document, pointer);
    return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

std::vector<std::string> texts_at(const Json& document, std::string_view pointer) {
    std::vector<std::string> strings;
    const Json* list = value_at(document, pointer);
    std::optional<Json> inner;
    if (list != nullptr && list->is_string()) {
        if (auto parsed = parse_json(list->get<std::string>())) list = &inner.emplace(std::move(*parsed));
    }
    if (list == nullptr || !list->is_array()) return strings;
    for (const Json& entry : *list) strings.push_back(entry.is_string() ? entry.get<std::string>() : "");
    return strings;
}

/// All that a form names.
Outline outline_of(const StateForm& form) {
    std::vector<OutlinePlace> places;
    const auto add = [&](std::string_view pointer) {
        if (!pointer.empty()) places.push_back({.pattern = pointer, .kept = true});
    };
    for (const RequiredKey& key : form.required) add(key.pointer);
    for (const std::string_view pointer : {form.id, form.init_pid, form.init_start, form.created, form.bundle, form.labels, form.rootfs,
                                           form.cgroup, form.cgroup_paths, form.systemd_cgroup, form.stdio, form.gofer_pid})
        add(pointer);
    for (const std::string_view pointer : form.other_cgroups) add(pointer);
    return Outline(places);
}

std::expected<Json, JsonError> read_document(std::string_view text, const StateForm& form) {
    auto outline = read_outline(text, outline_of(form));
    if (!outline) return std::unexpected(std::move(outline.error()));
    return *outline ? std::expected<Json, JsonError>(std::move(**outline)) : parse_json(text);
}

/// "a-b.slice" lies in "a.slice".
std::string slice_path(std::string_view slice) {
    constexpr std::string_view suffix = ".slice";
    std::string path;
    if (slice.empty() || slice == "-.slice") return path;
    const std::string_view name = slice.ends_with(suffix) ? slice.substr(0, slice.size() - suffix.size()) : slice;
    for (std::size_t dash = name.find('-'); dash != name.npos; dash = name.find('-', dash + 1))
        path += fmt::format("/{}{}", name.substr(0, dash), suffix);
    return path + fmt::format("/{}{}", name, suffix);
}

}  // namespace

std::string cgroup_of_spec(std::string_view cgroups_path, bool systemd) {
    if (cgroups_path.empty() || cgroups_path.front() == '/') return std::string(cgroups_path);
    const std::size_t first = cgroups_path.find(':'), second = first == cgroups_path.npos ? first : cgroups_path.find(':', first + 1);
    if (!systemd || second == cgroups_path.npos) return fmt::format("/{}", cgroups_path);
    const std::string_view slice = cgroups_path.substr(0, first), prefix = cgroups_path.substr(first + 1, second - first - 1),
                           name = cgroups_path.substr(second + 1);
    if (name.ends_with(".slice")) return slice_path(name);
    return fmt::format("{}/{}{}{}.scope", slice_path(slice.empty() ? "system.slice" : slice), prefix, prefix.empty() ? "" : "-", name);
}

std::expected<RuntimeState, JsonError> parse_state(std::string_view text, const StateForm& form) {
    auto parsed = read_document(text, form);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    if (auto error = missing(text, *parsed, form.required)) return std::unexpected(std::move(*error));
    const bool lacks_init = form.init_may_lack && value_at(*parsed, form.init_pid) == nullptr;
    const auto pid = lacks_init ? 0 : pid_at(*parsed, form.init_pid);
    if (!pid) return std::unexpected(error_at_pointer(text, form.init_pid, fmt::format("{} is no process id", form.init_pid.substr(1))));

    RuntimeState state;
    state.id = text_at(*parsed, form.id);
    state.init_pid = *pid;
    state.init_start = unsigned_at(*parsed, form.init_start);
    state.created = text_at(*parsed, form.created);
    state.bundle = text_at(*parsed, form.bundle);
    for (const std::string& label : texts_at(*parsed, form.labels)) {
        if (label.starts_with("bundle=")) state.bundle = label.substr(7);
    }
    state.rootfs = text_at(*parsed, form.rootfs);
    if (!state.rootfs.empty() && state.rootfs.front() != '/') state.rootfs = state.bundle + "/" + state.rootfs;
    state.cgroup = text_at(*parsed, form.cgroup);
    for (const std::string_view place : form.other_cgroups)
        if (state.cgroup.empty()) state.cgroup = text_at(*parsed, place);
    if (const Json* paths = value_at(*parsed, form.cgroup_paths); paths != nullptr && paths->is_object()) {
        for (const auto& [controller, path] : paths->items()) {
            if (path.is_string()) state.cgroup_paths[controller] = path.get<std::string>();
        }
    }
    const Json* systemd = value_at(*parsed, form.systemd_cgroup);
    state.systemd_cgroup = systemd != nullptr && systemd->is_boolean() && systemd->get<bool>();
    state.stdio = texts_at(*parsed, form.stdio);
    state.gofer_pid = pid_at(*parsed, form.gofer_pid).value_or(0);
    return state;
}

}  // namespace shimtrace::oci
