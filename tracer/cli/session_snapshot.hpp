// A snapshot of a session's targets while they are traced.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>

#include <string>
#include <vector>

namespace shimtrace::cli {

/// All that `why` thinks over, with our own tracing taken out of it.
Result<Snapshot> take_session_snapshot(const std::string& run_dir, const std::vector<Pid>& targets);

}  // namespace shimtrace::cli
