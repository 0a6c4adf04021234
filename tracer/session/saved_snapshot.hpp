// A snapshot kept in a file, and read again on any host.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/snapshot.hpp>

#include <string>

namespace shimtrace::session {

/// A recording that holds one snapshot and nothing else. Errors: the file exists, cannot be written.
Result<void> save_snapshot(const std::string& path, const Snapshot& snapshot, bool force = false);

/// True for a regular file that begins like a recording.
bool is_saved_snapshot(const std::string& path);

/// The last snapshot of a recording, or the last one not after `at`: RFC 3339, or seconds from the first one. Empty: the last.
Result<Snapshot> saved_snapshot(const std::string& path, const std::string& at);

}  // namespace shimtrace::session
