#include "tracer/containerd/versions.hpp"

#include "tracer/procfs/program_output.hpp"

#include <algorithm>
#include <utility>

namespace shimtrace::containerd {

std::string version_in(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    if (std::ranges::count(text, ' ') < 2) return {};
    // containerd names its package and then the version, runc has the word `version` between.
    for (int word = 0; word < 2; ++word) text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
    text = text.substr(0, text.find(' '));
    const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    return plain && text.size() <= 100 ? std::string(text) : std::string();
}

Versions installed_versions() {
    const auto ask = [](const char* program) {
        const auto text = host::program_output({program, "--version"}, std::chrono::seconds(1));
        return text ? version_in(*text) : std::string();
    };
    return {.containerd = ask("containerd"), .runc = ask("runc")};
}

HostInfo with_versions(HostInfo host, const Versions& versions) {
    host.containerd_version = versions.containerd;
    host.runc_version = versions.runc;
    return host;
}

}  // namespace shimtrace::containerd
