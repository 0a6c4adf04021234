// A recording as the head of the pipeline: it replays what the live session emitted.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/event_sink.hpp>
#include <shimtrace/work.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::recording {

/// From when to when; both ends included.
struct TimeWindow {
    std::optional<MonotonicTime> since, until;
};

struct ReadOptions {
    std::optional<MonotonicTime> since, until;
    std::vector<Pid> pids;                                 ///< only these processes' blocks; empty: all
    std::function<bool(const ContainerRef&)> container;    ///< only blocks that concern such ones; not set: all
    bool follow = false;                                   ///< wait for more at the end of a file that is still being written
    std::function<bool()> stopped;                         ///< asked between blocks; true ends the replay
    TellWork tell_work;                                    ///< how much of the file has been read; not of a pipe
    std::function<TimeWindow(const SessionInfo&)> window;  ///< instead of since and until, where they depend on the session
};

/// What was wrong with the file and how much is missing: warnings, since replay goes on.
struct ReadReport {
    std::vector<std::string> warnings;
    std::uint64_t events = 0;
    std::uint64_t damaged_blocks = 0;
    bool truncated = false;
};

/// Replays `path` ("-": standard input) into `sink`. Errors: not a recording, a newer format, unreadable.
Result<ReadReport> read_recording(const std::string& path, const ReadOptions& options, EventSink& sink);

/// The snapshots of a recording, oldest first (`why FILE`, `stacks FILE`).
Result<std::vector<Snapshot>> read_snapshots(const std::string& path);

/// True where the file begins like a recording.
bool looks_like_recording(const std::string& path);

}  // namespace shimtrace::recording
