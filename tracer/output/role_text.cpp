#include "tracer/output/role_text.hpp"

#include "decoders/text/container_name.hpp"
#include "decoders/text/printable.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace shimtrace::output {

namespace {

struct RoleWords {
    ProcessRole role;
    std::string_view word;    ///< in JSON
    std::string_view phrase;  ///< before "of CONTAINER"
};

constexpr RoleWords role_words[] = {
    {ProcessRole::none, "", ""},
    {ProcessRole::shim, "shim", "shim"},
    {ProcessRole::runtime, "runtime", "runtime"},
    {ProcessRole::runtime_init, "runtime-init", "runtime's init"},
    {ProcessRole::hook, "hook", "hook"},
    {ProcessRole::container_init, "init", "init"},
    {ProcessRole::container_exec, "exec", "exec"},
    {ProcessRole::container_process, "process", "process"},
    {ProcessRole::containerd, "containerd", "containerd"},
    {ProcessRole::client, "client", "client"},
    {ProcessRole::plugin, "plugin", "plugin"},
    {ProcessRole::monitor, "monitor", "monitor"},
    {ProcessRole::sandbox, "sandbox", "sandbox"},
    {ProcessRole::gofer, "gofer", "gofer"},
};

const RoleWords& words(ProcessRole role) {
    const auto found = std::ranges::find(role_words, role, &RoleWords::role);
    return found == std::end(role_words) ? role_words[0] : *found;
}

}  // namespace

std::string container_text(const ContainerRef& container) {
    return text::container_name(container);
}

std::string role_word(ProcessRole role) {
    return std::string(words(role).word);
}

std::string role_text(const ProcessRoleInfo& role) {
    std::string text(words(role.role).phrase);
    if (!role.operation.empty()) text += " " + role.operation;
    if (text.empty()) return text;
    if (role.container) text += " of " + text::container_words(role.container);
    if (!role.exec_id.empty()) text += " (exec " + role.exec_id + ")";
    return text::printable(text);
}

}  // namespace shimtrace::output
