// A container as people name it.
#pragma once

#include <shimtrace/role.hpp>

#include <string>

namespace shimtrace::text {

/// "k8s.io/4f1b", or the id alone where the namespace is not known. Not made printable: it is what TARGET takes.
std::string container_name(const ContainerRef& container);

}  // namespace shimtrace::text
