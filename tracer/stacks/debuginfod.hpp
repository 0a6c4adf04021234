// Debug files from a debuginfod server, by the program debuginfod-find: the static shimtrace carries no HTTP client.
#pragma once

#include <chrono>
#include <string>

namespace shimtrace::stacks {

/// The path of the debug file in debuginfod-find's cache; empty: DEBUGINFOD_URLS is not set, the program is not in the PATH, the server
/// does not know the file, or it does not answer in time.
std::string debuginfod_file(const std::string& build_id, std::chrono::milliseconds deadline);

}  // namespace shimtrace::stacks
