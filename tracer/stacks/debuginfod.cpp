#include "tracer/stacks/debuginfod.hpp"

#include "tracer/procfs/program_output.hpp"

#include <cstdlib>

namespace shimtrace::stacks {

std::string debuginfod_file(const std::string& build_id, std::chrono::milliseconds deadline) {
    const char* const servers = std::getenv("DEBUGINFOD_URLS");
    if (servers == nullptr || *servers == '\0') return {};
    const auto path = host::program_output({"debuginfod-find", "debuginfo", build_id}, deadline);
    return path ? path->substr(0, path->find('\n')) : std::string();
}

}  // namespace shimtrace::stacks
