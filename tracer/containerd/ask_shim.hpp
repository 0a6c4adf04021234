// A State call to a shim, as containerd makes it: a ttrpc client of one request.
#pragma once

#include <shimtrace/audit.hpp>

#include <string>

namespace shimtrace::containerd {

/// `address`: as the bundle has it; `owner`: whose shim it is. Nobody else's is asked. Never waits longer than `timeout_s`.
ShimAnswer ask_shim(const std::string& address, const ContainerRef& container, std::uint32_t owner, double timeout_s);

}  // namespace shimtrace::containerd
