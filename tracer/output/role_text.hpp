// Roles in words: "shim of k8s.io/c1", "runc exec of k8s.io/c1", "stdout of k8s.io/c1 exec e2".
#pragma once

#include <shimtrace/role.hpp>

#include <string>

namespace shimtrace::output {

/// Empty for ProcessRole::none.
std::string role_text(const ProcessRoleInfo& role);
/// The word of the contract's JSON: "shim", "runtime", "init" …
std::string role_word(ProcessRole role);
/// "ns/id", or the id alone where there is no namespace.
std::string container_text(const ContainerRef& container);

}  // namespace shimtrace::output
