// A State call to a shim, as containerd makes it: a ttrpc client of one request.
#pragma once

#include <shimtrace/audit.hpp>

#include <string>

namespace shimtrace::containerd {

/// `address`: as the bundle has it. Never waits longer than `timeout_s`.
ShimAnswer ask_shim(const std::string& address, const ContainerRef& container, double timeout_s);

}  // namespace shimtrace::containerd
