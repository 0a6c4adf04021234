// Which network namespace a forwarder's arguments name, at the place where its program has it. Pure.
#pragma once

#include <shimtrace/forwarders.hpp>
#include <shimtrace/types.hpp>

#include <span>
#include <string>

namespace shimtrace::host {

/// A process that is in it, or its file; neither: none is named.
struct NetworkArgument {
    Pid pid;
    std::string path;
};

NetworkArgument network_argument(NamesNetwork how, std::span<const std::string> words);

}  // namespace shimtrace::host
