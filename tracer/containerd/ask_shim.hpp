// A State call to a shim, as containerd makes it: a ttrpc client of one request.
#pragma once

#include <shimtrace/audit.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace::containerd {

struct ShimToAsk {
    std::string address;  ///< as the bundle has it
    ContainerRef container;
    std::uint32_t owner = 0;  ///< whose shim it is: nobody else's listener is asked
};

/// All at once; nobody is waited for longer than `timeout_s`. The answers, in the order of the shims.
std::vector<ShimAnswer> ask_shims(const std::vector<ShimToAsk>& shims, double timeout_s);

}  // namespace shimtrace::containerd
