// What several commands' options are alike: the words of the help, and what is a right value.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/types.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>

namespace shimtrace::cli {

/// What a TARGET may be.
inline constexpr std::string_view target_words =
    "a pid, a container's id or the beginning of one, NAMESPACE/ID, a pod or container by the name that Kubernetes, docker, podman or "
    "nerdctl has for it, or containerd, dockerd, crio, kubelet";

/// -n; `more`: what else is to be said of it.
void add_namespace_option(CLI::App& command, std::string& ns, std::string_view more = {});

/// What an option's duration says. Error: it is none, or no time at all.
Result<Nanoseconds> parse_period(std::string_view option, const std::string& text);

}  // namespace shimtrace::cli
